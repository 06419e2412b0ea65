"""What a report cannot say, the quarantine, and the answer sheet of Article 19."""

from collections import Counter

from pipelines.model.audit import AuditRecord
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.model.message import Message, msg
from pipelines.report.model import Limit
from pipelines.report.model_articles import Article7, Article8, Quarantine


def limits(record: AuditRecord, article_7: Article7, article_8: Article8) -> tuple[Limit, ...]:
    """Every limit that holds for this run, each with what would lift it."""
    return (
        *_files(record),
        *_people(record, article_7),
        *_text(record, article_7),
        *_annotation(article_8),
        Limit(
            head=msg("Truth of declarations"),
            text=msg(
                "Manifest, licences and registers come from whoever registered the dataset; the"
                " ledger shows when they were recorded and that they did not change, not that they"
                " are true."
            ),
        ),
    )


def _files(record: AuditRecord) -> list[Limit]:
    summaries = [stage.summary for stage in record.stages if stage.stage == "ingest"]
    count = sum(int(str(summary.get("taken_over", 0))) for summary in summaries)
    if not count:
        return []
    return [
        Limit(
            head=msg("Files that were not read again"),
            text=msg(
                "Files whose digest was taken over from an earlier run, as the file system shows no"
                " change since: {count}. Nothing of this run shows that their bytes are still those"
                " of then; `tda audit --rehash` reads every byte.",
                count=count,
            ),
        )
    ]


def _people(record: AuditRecord, article_7: Article7) -> list[Limit]:
    found = [
        Limit(
            head=msg("Age"),
            text=msg("No age is read; whether anyone under 14 is included is not known."),
        ),
        Limit(
            head=msg("Names and addresses"),
            text=msg(
                "They are not among the detected types in free text; the count of personal"
                " information is a lower bound."
            ),
        ),
    ]
    if article_7.consent is None:
        found.append(
            Limit(
                head=msg("Consent"),
                text=msg(
                    "No consents file is registered; on what ground personal information is held"
                    " is not known record by record."
                ),
            )
        )
    unlinked = record.consents.count("not_linkable") if record.consents else 0
    if unlinked:
        found.append(
            Limit(
                head=msg("Subjects"),
                text=msg(
                    "Records that link to no subject: {count}. They are not counted as validly"
                    " consented.",
                    count=unlinked,
                ),
            )
        )
    return found


def _text(record: AuditRecord, article_7: Article7) -> list[Limit]:
    profile = record.profile
    undetermined = profile.languages.get("und", 0)
    held: tuple[tuple[int, Message, Message], ...] = (
        (
            profile.unsourced,
            msg("Source"),
            msg("Records whose source cannot be told: {count}.", count=profile.unsourced),
        ),
        (
            1,
            msg("Near duplicates"),
            msg(
                "Not searched below Jaccard {threshold}; the sketch may miss pairs just above it."
                " Texts above {longest} characters were compared for equality only.",
                threshold=article_7.threshold,
                longest=LONGEST_COMPARED,
            ),
        ),
        (
            0 if article_7.across else 1,
            msg("Other datasets"),
            msg("This version was compared with no other dataset and with no evaluation set."),
        ),
        (
            1 if article_7.across else 0,
            msg("Evaluation sets"),
            msg(
                "A question in other words or in another language is not found, nor is one inside a"
                " longer text that is too short to be told from what stands there by chance."
            ),
        ),
        (
            0 if article_7.keywords else 1,
            msg("Content risks"),
            msg("The policy names no keyword library; no text was searched for content risks."),
        ),
        (
            undetermined,
            msg("Language"),
            msg("Records whose language is undetermined: {count}.", count=undetermined),
        ),
        (
            profile.quarantined_unknown,
            msg("Quarantine"),
            msg(
                "Quarantined items of unknown extent: {count}. How many records are behind them is"
                " not known, so the number of records is a lower bound.",
                count=profile.quarantined_unknown,
            ),
        ),
    )
    return [Limit(head=head, text=text) for holds, head, text in held if holds]


def _annotation(article_8: Article8) -> list[Limit]:
    if not article_8.declared:
        return [
            Limit(
                head=msg("Annotation"),
                text=msg(
                    "The manifest has no annotation part; whether people labelled anything, and"
                    " under which rules, is not known."
                ),
            )
        ]
    found = []
    rows = article_8.agreement.rows if article_8.agreement else ()
    undefined = sum(1 for row in rows if row.value is None)
    if undefined:
        found.append(
            Limit(
                head=msg("Agreement"),
                text=msg(
                    "Coefficients that are undefined on these labels: {count}.", count=undefined
                ),
            )
        )
    waiting = sum(lot.drawn - lot.reviewed for lot in article_8.lots)
    if waiting:
        found.append(
            Limit(
                head=msg("Sampled verification"),
                text=msg("Drawn items nobody has reviewed yet: {count}.", count=waiting),
            )
        )
    return found


def quarantine(record: AuditRecord) -> Quarantine:
    """What could not be read, by reason; nothing of it was dropped."""
    profile = record.profile
    files: dict[str, Counter[str]] = {}
    for row in record.quarantine:
        files.setdefault(str(row.get("reason")), Counter())[str(row.get("file"))] += 1
    reasons = sorted(profile.quarantine_reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return Quarantine(
        parsed=profile.records,
        total=profile.quarantined,
        unknown=profile.quarantined_unknown,
        reasons=tuple(
            (reason, count, tuple(sorted(files.get(reason, ())))) for reason, count in reasons
        ),
        rows=tuple(record.quarantine),
    )
