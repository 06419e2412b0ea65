"""Who consented, who labelled and who reviewed: pseudonyms, with the faults seeded among them."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from identifiers import chance
from seeding import Fault

BEIJING = timezone(timedelta(hours=8))
LAPSED, WITHDRAWN = ("CU-1033", "CU-1036"), ("CU-1010",)
ITEMS = 150
RATERS = ("A-01", "A-02", "A-03", "A-04", "A-05", "A-06")
LAPSED_RATER, LAPSED_ON = "A-06", "2026-04-18"
SELF_REVIEWER = "A-04"
SELF_REVIEWED = 4
LABELS = ("resolved", "partly", "unresolved")
CONSENT = (
    "subject", "basis", "purpose", "notice_version", "given_at", "valid_to", "withdrawn_at",
)  # fmt: skip
TOPICS = "task_rules;tools;quality_verification;data_security"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A CSV file with line feeds, whatever the platform."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_consents(
    seed: str, folder: Path, records: Sequence[tuple[str, int, str]]
) -> Iterator[Fault]:
    """`consents.csv`, one line a customer; the faults are records of lapsed and withdrawn ones."""
    rows = []
    for subject in sorted({subject for _, _, subject in records}):
        day = chance(seed, subject, 27) + 1
        rows.append(
            (
                subject,
                "13(1)",
                "training of the support assistant",
                "notice-3",
                f"2026-01-{day:02d}T10:00:00+08:00",
                "2026-06-30T23:59:59+08:00" if subject in LAPSED else "",
                "2026-07-12T16:20:00+08:00" if subject in WITHDRAWN else "",
            )
        )
    write_csv(folder / "people" / "consents.csv", CONSENT, rows)
    for file, row, subject in records:
        if subject in LAPSED:
            yield Fault(kind="expired_consent", control="PI-02", file=file, row=row)
        if subject in WITHDRAWN:
            yield Fault(kind="withdrawn_consent", control="PI-02", file=file, row=row)


def write_people(seed: str, folder: Path, ids: Sequence[str]) -> Iterator[Fault]:
    """`annotators.csv`, `labels.csv` and `reviews.csv`, and the faults in them."""
    write_annotators(folder)
    items = sorted(ids, key=lambda i: chance(seed, i + "/item", 2**63))[:ITEMS]
    labels, late = [], []
    start = datetime(2026, 4, 7, 9, 0, tzinfo=BEIJING)
    self_reviewed: list[str] = []
    reviews = []
    for number, item in enumerate(items):
        raters = sorted(RATERS, key=lambda a: chance(seed, f"{item}/{a}", 2**63))[:3]
        at = start + timedelta(hours=2 * number)
        true = LABELS[(0, 0, 0, 0, 1, 1, 2, 2)[chance(seed, item + "/true", 8)]]
        for rater in raters:
            label, seconds = judged(seed, item, rater, true)
            when = at + timedelta(minutes=chance(seed, f"{item}/{rater}/minute", 90))
            labels.append((item, rater, label, "1.0", when.isoformat(), seconds))
            if rater == LAPSED_RATER and when.date().isoformat() > LAPSED_ON:
                late.append(item)
        own = SELF_REVIEWER in raters and len(self_reviewed) < SELF_REVIEWED and number % 9 == 0
        if own:
            self_reviewed.append(item)
        reviewer = SELF_REVIEWER if own else ("R-01", "R-02")[number % 2]
        verdict = "rejected" if chance(seed, item + "/verdict", 100) < 1 else "approved"
        reviews.append((item, reviewer, verdict, (at + timedelta(days=2)).isoformat()))
    header = ("item", "annotator", "label", "rule_version", "at", "seconds")
    write_csv(folder / "people" / "labels.csv", header, labels)
    write_csv(folder / "people" / "reviews.csv", ("item", "reviewer", "verdict", "at"), reviews)
    for item in self_reviewed:
        own_work = {"item": item, "annotator": SELF_REVIEWER}
        yield Fault(kind="self_review", control="ANN-07", detail=own_work)
    lapsed = {"annotator": LAPSED_RATER, "items": sorted(late)}
    yield Fault(kind="lapsed_qualification", control="ANN-06", detail=lapsed)


def judged(seed: str, item: str, rater: str, true: str) -> tuple[str, int]:
    """The label a rater gives, right about nine times in ten, and the seconds it took."""
    key = f"{item}/{rater}"
    wrong = [label for label in LABELS if label != true]
    slip = chance(seed, key + "/slip", 100) < 9
    label = wrong[chance(seed, key + "/which", 2)] if slip else true
    return label, 18 + chance(seed, key + "/seconds", 75)


def write_annotators(folder: Path) -> None:
    """`annotators.csv`: six people who label, one of whom may review, and two who only review."""
    header = ("annotator", "roles", "vendor", "topics",
              "qualified_from", "qualified_to", "suspended_from")  # fmt: skip
    rows = []
    for rater in (*RATERS, "R-01", "R-02"):
        roles = "review" if rater.startswith("R") else "annotate"
        if rater == SELF_REVIEWER:
            roles = "annotate;review"
        until = LAPSED_ON if rater == LAPSED_RATER else "2026-12-31"
        rows.append((rater, roles, "in-house", TOPICS, "2026-01-10", until, ""))
    write_csv(folder / "people" / "annotators.csv", header, rows)
