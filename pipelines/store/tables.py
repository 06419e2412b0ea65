"""Tables of the audit database; those of the ledger are in `ledger_tables`.

Facts that change carry two clocks: `valid_from`/`valid_to` say when they hold, `recorded_at` when
we learnt of them. Nothing but the state of a run is ever updated.
"""

import sqlalchemy as sa

from pipelines.ownership import OWNER_CHARS
from pipelines.store.metadata import METADATA, UtcDateTime

registrations = sa.Table(
    "registrations",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("dataset", sa.String(200), nullable=False, index=True),
    sa.Column("content_digest", sa.String(80), nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # the Dataset as read, by store.codec
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)


def _fact(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(
        name,
        METADATA,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("registration", sa.ForeignKey("registrations.id"), nullable=False, index=True),
        *columns,
        sa.Column("valid_from", UtcDateTime),
        sa.Column("valid_to", UtcDateTime),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
    )


licences = _fact(
    "licences",
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("licence", sa.Text),
    sa.Column("spdx", sa.Text),
    sa.Column("text_digest", sa.String(80)),
    sa.Column("verified_by", sa.Text),
)
consents = _fact(
    "consents",
    sa.Column("subject", sa.String(120), nullable=False, index=True),  # keyed digest
    sa.Column("basis", sa.String(40), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("notice_version", sa.Text),
    sa.Column("withdrawn_at", UtcDateTime),
)
qualifications = _fact(
    "qualifications",
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),  # JSON list
    sa.Column("topics", sa.Text, nullable=False),  # JSON list
    sa.Column("vendor", sa.Text),
    sa.Column("suspended_from", UtcDateTime),
)

versions = sa.Table(
    "versions",
    METADATA,
    sa.Column("digest", sa.String(80), primary_key=True),
    sa.Column("dataset", sa.String(200), primary_key=True),
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("dataset", sa.String(200), nullable=False, index=True),
    sa.Column("registration", sa.ForeignKey("registrations.id"), nullable=False),
    sa.Column("version", sa.String(80)),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),  # JSON
    sa.Column("policy_digest", sa.String(80), nullable=False),
    sa.Column("code_version", sa.String(80), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("owner", sa.String(OWNER_CHARS), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
stage_results = sa.Table(
    "stage_results",
    METADATA,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("stage", sa.String(40), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("summary", sa.Text, nullable=False),  # JSON
    sa.Column("tables", sa.Text, nullable=False),  # JSON list of TableRef
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
run_stages = sa.Table(
    "run_stages",
    METADATA,
    sa.Column("run", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("stage", sa.String(40), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),  # in the order of the stages
    sa.Column("key", sa.ForeignKey("stage_results.key"), nullable=False),
    sa.Column("reused", sa.Boolean, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
control_results = sa.Table(
    "control_results",
    METADATA,
    sa.Column("run", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("control", sa.String(20), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("severity", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # ControlResult by store.codec
)
gates = sa.Table(
    "gates",
    METADATA,
    sa.Column("run", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("gate", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),  # GateDecision by store.codec
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)
decisions = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("clause", sa.String(80), nullable=False),
    sa.Column("verdict", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.Column("recorded_at", UtcDateTime, nullable=False),
)

APPEND_ONLY = (
    "registrations",
    "licences",
    "consents",
    "qualifications",
    "versions",
    "stage_results",
    "control_results",
    "gates",
    "decisions",
)
"""Tables of this module whose rows are never changed or deleted; a trigger refuses both."""
