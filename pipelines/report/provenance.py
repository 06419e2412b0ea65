"""Numbers, levels and origins of the figures."""

from collections import Counter

from pipelines.model.audit import AuditRecord
from pipelines.model.message import msg
from pipelines.model.outcome import Level
from pipelines.model.profile import KeywordProfile
from pipelines.report.figures import Figure, Numbering, Origin
from pipelines.report.model import StageRow


def figures_of(record: AuditRecord) -> tuple[Figure, ...]:
    """Every figure the record has evidence for, in the order of the report."""
    numbering = Numbering()
    _decisions(numbering, record)
    _content(numbering, record)
    _sources(numbering, record)
    _annotation(numbering, record)
    _expected_and_before(numbering, record)
    _quarantine_and_head(numbering, record)
    return numbering.figures()


def stage_rows(record: AuditRecord) -> tuple[StageRow, ...]:
    """The stages in their order; whether a result was reused is no fact about the dataset."""
    return tuple(
        StageRow(
            stage=stage.stage,
            key=stage.key,
            tables=tuple(
                sorted((table.kind, str(table.digest), table.rows) for table in stage.tables)
            ),
        )
        for stage in record.stages
    )


def _stage(record: AuditRecord, name: str) -> Origin:
    key = next((stage.key for stage in record.stages if stage.stage == name), None)
    return Origin(kind="stage", name=name, digest=key)


def _table(record: AuditRecord, kind: str, stage: str) -> Origin:
    """The one table of this kind, or the stage that wrote several."""
    tables = [table for row in record.stages for table in row.tables if table.kind == kind]
    if len(tables) != 1:
        return _stage(record, stage)
    return Origin(kind="table", name=kind, digest=tables[0].digest)


def _manifest(record: AuditRecord) -> Origin:
    dataset = record.dataset
    return Origin(kind="document", name=dataset.manifest.name, digest=dataset.manifest_digest)


def _decisions(numbering: Numbering, record: AuditRecord) -> None:
    policy = Origin(
        kind="policy",
        name=f"gate(findings, policy {record.policy_version})",
        digest=record.run.policy_digest,
    )
    gate = record.gate
    numbering.add(
        "gate",
        msg("Gate"),
        Level.RECOMPUTED,
        policy,
        {"gate": gate.gate, "applied": gate.applied, "catalogue": gate.catalogue},
    )
    outcomes = [result.outcome for result in record.results]
    numbering.add(
        "controls",
        msg("Controls and clauses"),
        Level.RECOMPUTED,
        _stage(record, "controls"),
        {outcome.value: outcomes.count(outcome) for outcome in sorted(set(outcomes))},
    )


def _content(numbering: Numbering, record: AuditRecord) -> None:
    profile = record.profile
    compared = record.contamination.compared if record.contamination else ()
    numbering.add(
        "records",
        msg("Records, characters, bytes"),
        Level.RE_RUNNABLE,
        _stage(record, "scan"),
        {
            "records": profile.records,
            "empty": profile.empty,
            "chars": profile.chars,
            "text_bytes": profile.text_bytes,
            "files": profile.files,
            "bytes": profile.bytes,
        },
    )
    numbering.add(
        "duplicates",
        msg("Duplicates inside and across"),
        Level.RE_RUNNABLE,
        _table(record, "pairs", "relate"),
        {
            "exact": profile.exact_duplicates,
            "near": profile.near_duplicates,
            "clusters": profile.clusters,
            **{f"across {one.dataset}": one.records for one in compared},
        },
    )
    if compared:
        numbering.add(
            "evaluation",
            msg("Questions of evaluation sets in the data"),
            Level.RE_RUNNABLE,
            _table(record, "overlaps", "compare"),
            {
                f"{one.dataset} {name}": value
                for one in compared
                for name, value in (
                    ("questions", one.questions),
                    ("exact", one.questions_exact),
                    ("near", one.questions_near),
                    ("inside", one.questions_inside),
                    ("records", one.records),
                )
            },
        )
    hits = {f"{hit.type} {hit.tier}": hit.hits for hit in profile.hits}
    numbering.add(
        "personal",
        msg("Personal information"),
        Level.RE_RUNNABLE,
        _table(record, "hits", "scan"),
        {"records": profile.pi_records, "subjects": profile.subjects, **dict(sorted(hits.items()))},
    )
    if profile.keywords is not None:
        numbering.add(
            "keywords",
            msg("Keywords by risk"),
            Level.RE_RUNNABLE,
            _table(record, "keywords", "scan"),
            {"records": profile.keywords.records, **_by_risk(profile.keywords)},
        )
    numbering.add(
        "text",
        msg("Language, length, quality"),
        Level.RE_RUNNABLE,
        _stage(record, "scan"),
        dict(sorted(profile.languages.items())),
    )


def _by_risk(found: KeywordProfile) -> dict[str, int]:
    """Records by risk; each record has one source."""
    records = Counter[str]()
    for count in found.counts:
        records[count.risk] += count.records
    return dict(sorted(records.items()))


def _sources(numbering: Numbering, record: AuditRecord) -> None:
    profile = record.profile
    if record.consents is not None:
        counts = {state.state: 0 for state in record.consents.states}
        values = {state: record.consents.count(state) for state in sorted(counts)}
        numbering.add(
            "consent",
            msg("Consent coverage"),
            Level.RE_RUNNABLE,
            _stage(record, "profile"),
            {"base": record.consents.count(), **values},
        )
    numbering.add(
        "sources",
        msg("Records by source"),
        Level.RE_RUNNABLE,
        _stage(record, "scan"),
        {"sources": len(record.dataset.sources), "unsourced": profile.unsourced},
    )
    numbering.add(
        "declared",
        msg("Type, territory and licence of the sources"),
        Level.ATTESTED,
        _manifest(record),
        {"sources": len(record.dataset.sources)},
    )
    numbering.add(
        "licences",
        msg("Licence roll-up"),
        Level.RECOMPUTED,
        Origin(kind="report", name="report.json article_7.flows", digest=None),
        {"records": profile.records},
    )


def _annotation(numbering: Numbering, record: AuditRecord) -> None:
    project = record.dataset.annotation
    if project is not None and project.rules is not None:
        numbering.add(
            "rules",
            msg("Labelling rules"),
            Level.RE_RUNNABLE,
            Origin(kind="document", name=project.rules.file.name, digest=project.rules.file.digest),
            {"version": project.rules.version, "labels": len(project.rules.labels)},
        )
    if project is not None and project.annotators is not None:
        numbering.add(
            "people",
            msg("People, qualifications, training"),
            Level.ATTESTED,
            Origin(kind="document", name=project.annotators.name, digest=project.annotators.digest),
            {"people": len(record.annotators)},
        )
    _measured(numbering, record)


def _measured(numbering: Numbering, record: AuditRecord) -> None:
    if record.draws:
        numbering.add(
            "lots",
            msg("Lots, plans, draws, operating curve"),
            Level.RE_RUNNABLE,
            _stage(record, "sample"),
            {draw.lot: draw.wrong for draw in record.draws},
        )
    if record.agreement is not None:
        numbering.add(
            "agreement",
            msg("Agreement and its intervals"),
            Level.RE_RUNNABLE,
            _table(record, "labels", "sample"),
            {figure.coefficient: figure.value for figure in record.agreement.figures},
        )
    if record.label_counts:
        numbering.add(
            "labels",
            msg("Labels given"),
            Level.RE_RUNNABLE,
            _table(record, "labels", "sample"),
            dict(sorted(record.label_counts.items())),
        )


def _expected_and_before(numbering: Numbering, record: AuditRecord) -> None:
    if record.validation:
        statuses = [str(row["status"]) for row in record.validation]
        numbering.add(
            "validation",
            msg("Expectations of the suites"),
            Level.RE_RUNNABLE,
            _table(record, "validation", "validate"),
            {status: statuses.count(status) for status in sorted(set(statuses))},
        )
    if record.history:
        numbering.add(
            "history",
            msg("Figures of earlier runs"),
            Level.RE_RUNNABLE,
            Origin(kind="ledger", name=f"{record.history[0].run} …", digest=None),
            {"runs": len(record.history)},
        )
    if record.changes is not None and record.changes.counts is not None:
        numbering.add(
            "changes",
            msg("Changes since the run before"),
            Level.RE_RUNNABLE,
            Origin(kind="stage", name=f"scan of {record.changes.before.run}", digest=None),
            dict(record.changes.counts),
        )


def _quarantine_and_head(numbering: Numbering, record: AuditRecord) -> None:
    profile = record.profile
    numbering.add(
        "quarantine",
        msg("Quarantine"),
        Level.RE_RUNNABLE,
        _table(record, "quarantine", "scan"),
        {
            "quarantined": profile.quarantined,
            "unknown": profile.quarantined_unknown,
            **dict(sorted(profile.quarantine_reasons.items())),
        },
    )
    if record.head is not None:
        numbering.add(
            "head",
            msg("Ledger head"),
            Level.RE_RUNNABLE,
            Origin(kind="ledger", name=f"head {record.head.size}", digest=record.head.root),
            {"size": record.head.size},
        )
