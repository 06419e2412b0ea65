"""A finished run made into the one model all reports are printed from."""

from pipelines.model.audit import AuditRecord
from pipelines.report.article_7 import article_7
from pipelines.report.article_8 import article_8
from pipelines.report.article_19 import answer_sheet
from pipelines.report.catalogue_view import CatalogueView
from pipelines.report.findings import clause_rows, finding_groups
from pipelines.report.front import gate_part, identity, key_figures
from pipelines.report.limits import limits, quarantine
from pipelines.report.model import Head, HistoryPart, Report
from pipelines.report.provenance import figures_of, stage_rows
from pipelines.report.validation import validation


def assemble(record: AuditRecord, catalogue: CatalogueView) -> Report:
    """Everything the reports say about `record`; no figure is computed after this."""
    seventh, eighth = article_7(record), article_8(record)
    head = record.head
    return Report(
        identity=identity(record),
        gate=gate_part(record, catalogue),
        key_figures=key_figures(record, eighth),
        clauses=clause_rows(record, catalogue),
        findings=finding_groups(record, catalogue),
        article_7=seventh,
        article_8=eighth,
        article_19=answer_sheet(record, seventh, eighth),
        limits=limits(record, seventh, eighth),
        quarantine=quarantine(record),
        validation=validation(record),
        history=HistoryPart(points=record.history, changes=record.changes),
        figures=figures_of(record),
        stages=stage_rows(record),
        head=Head(
            size=head.size,
            root=head.root,
            at=head.at,
            key_id=head.key_id,
            signature=head.signature,
        )
        if head
        else None,
        catalogue_version=catalogue.version,
        frameworks=catalogue.frameworks,
        policy_thresholds=record.policy_thresholds,
    )
