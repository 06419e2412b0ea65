"""Consent coverage: what is on record for the people in the records, at the clock of the run."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine.base import Engine
from pipelines.model.evidence import TableRef
from pipelines.model.ids import RunId
from pipelines.model.profile import ConsentCoverage, ConsentState
from pipelines.ownership import temporary_name
from pipelines.stages.asking import Asking, number
from pipelines.stages.figures import PLACES, Figures
from pipelines.stages.profile import figures_of, of_kind
from pipelines.store import runs
from pipelines.store.database import Store

STATES = ("valid", "withdrawn", "lapsed", "not_yet_given")
"""The better one counts where a person has several consents on record."""
NOT_LINKABLE = "not_linkable"
"""The state of a record that holds an identifier and names nobody."""

# a record needs a ground when it names a person, or holds an identifier whose check holds
_NEEDED = f"""
SELECT r.source AS source, r.file AS file, r."row" AS place,
  CASE WHEN r.subject IS NULL THEN '{NOT_LINKABLE}'
       WHEN s.state IS NULL THEN 'no_consent' ELSE s.state END AS state
FROM records r
LEFT JOIN (
  SELECT DISTINCT x.file AS file, x."row" AS hit_row FROM hits x WHERE x.tier = 'valid'
) h ON h.file = r.file AND h.hit_row = r."row"
LEFT JOIN states s ON s.subject = r.subject
WHERE r.subject IS NOT NULL OR h.file IS NOT NULL
"""  # noqa: S608  a word of ours
COUNTS = f"SELECT n.source AS source, n.state AS state, count(*) AS records FROM ({_NEEDED}) n GROUP BY n.source, n.state"  # noqa: E501, S608
FIRST = f"""
SELECT o.source AS source, o.state AS state, o.file AS file, o.place AS place
FROM (
  SELECT n.source AS source, n.state AS state, n.file AS file, n.place AS place,
    row_number() OVER (PARTITION BY n.source, n.state ORDER BY n.file, n.place) AS position
  FROM ({_NEEDED}) n WHERE n.state <> 'valid'
) o WHERE o.position <= {PLACES}
"""  # noqa: S608  both are texts of ours


def coverage(run_id: RunId, store: Store, engine: Engine) -> ConsentCoverage:
    """Records that need a ground, by the state of the consents on record for their subject."""
    declared = runs.dataset_of(store, run_id).personal_information.basis
    figures = figures_of(run_id, store, engine)
    if not figures.named:
        # nobody is named, so that nothing can be looked up: the scan has counted all there is
        return ConsentCoverage(declared_basis=declared, states=_unlinked(figures))
    audited = runs.run(store, run_id)
    scanned = runs.stage_tables(store, run_id, "scan")
    given = of_kind(runs.stage_tables(store, run_id, "register"), "consents")
    ask = Asking(engine, store)
    folder = store.settings.home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    states = folder / f"states{temporary_name()}.parquet"
    try:
        _write_states(store, given, audited.at, states)
        tables: dict[str, Sequence[TableRef] | Path] = {
            "records": of_kind(scanned, "records"),
            "hits": of_kind(scanned, "hits"),
            "states": states,
        }
        counts = ask.rows(COUNTS, tables)
        first = ask.rows(FIRST, tables)
    finally:
        states.unlink(missing_ok=True)
    return ConsentCoverage(declared_basis=declared, states=_states(counts, first))


def state_at(
    at: datetime, given: datetime | None, valid_to: datetime | None, withdrawn: datetime | None
) -> str:
    """Which of STATES a consent is in at `at`; one without a date of giving is not given."""
    if withdrawn is not None and withdrawn <= at:
        return "withdrawn"
    if given is None or given > at:
        return "not_yet_given"
    if valid_to is not None and valid_to <= at:
        return "lapsed"
    return "valid"


def _write_states(store: Store, given: Sequence[TableRef], at: datetime, path: Path) -> None:
    best: dict[str, str] = {}
    columns = ["subject", "given_at", "valid_to", "withdrawn_at"]
    for ref in given:
        table = store.evidence.read(ref, columns=columns)
        for row in table.to_pylist():
            state = state_at(at, row["given_at"], row["valid_to"], row["withdrawn_at"])
            known = best.get(row["subject"])
            if known is None or STATES.index(state) < STATES.index(known):
                best[row["subject"]] = state
    table = pa.table(
        {
            "subject": pa.array(best.keys(), pa.string()),
            "state": pa.array(best.values(), pa.string()),
        }
    )
    pq.write_table(table, path)


def _unlinked(figures: Figures) -> tuple[ConsentState, ...]:
    return tuple(
        ConsentState(
            source=source.source,
            state=NOT_LINKABLE,
            records=source.unlinked,
            places=tuple(f"{file}#{row}" for file, row in sorted(source.unlinked_places)),
        )
        for source in figures.sources
        if source.unlinked
    )


def _states(
    counts: list[dict[str, object]], first: list[dict[str, object]]
) -> tuple[ConsentState, ...]:
    places: dict[tuple[object, object], list[tuple[str, int]]] = {}
    for row in first:
        found = places.setdefault((row["source"], row["state"]), [])
        found.append((str(row["file"]), number(row["place"])))
    states = [
        ConsentState(
            source=None if row["source"] is None else str(row["source"]),
            state=str(row["state"]),
            records=number(row["records"]),
            places=tuple(
                f"{file}#{place}"
                for file, place in sorted(places.get((row["source"], row["state"]), []))
            ),
        )
        for row in counts
    ]
    return tuple(sorted(states, key=lambda s: (s.source is None, s.source or "", s.state)))
