"""The pairs that two runs need to be compared by, where most are those of both.

A pair of the same two places by the same method, with the same records at both places, is the same
pair: it stands once on either side. Only the others are looked at by the digests of their records,
and only these digests are read.
"""

from collections.abc import Callable, Mapping, Sequence

Ask = Callable[[str, str, Mapping[str, Sequence[str]]], str]
"""Query, name of the answer, and tables; gives the file with the answer."""


def _unsettled(side: str, other: str) -> str:
    return f"""
SELECT q.removed_file AS removed_file, q.removed_row AS removed_row, q.kept_file AS kept_file,
  q.kept_row AS kept_row, q.method AS method
FROM {side}_pairs q
LEFT JOIN {other}_pairs o ON o.removed_file = q.removed_file AND o.removed_row = q.removed_row
  AND o.kept_file = q.kept_file AND o.kept_row = q.kept_row AND o.method = q.method
LEFT JOIN places r ON r.file = q.removed_file AND r.r = q.removed_row
LEFT JOIN places k ON k.file = q.kept_file AND k.r = q.kept_row
WHERE o.removed_row IS NULL OR r.file IS NOT NULL OR k.file IS NOT NULL
"""  # noqa: S608  names of ours


PLACES = """
SELECT coalesce(b.file, a.file) AS file, coalesce(b."row", a."row") AS r
FROM before_records b FULL OUTER JOIN after_records a ON a.file = b.file AND a."row" = b."row"
WHERE a.file IS NULL OR b.file IS NULL OR a.record_digest <> b.record_digest
"""
"""Places at which the two runs do not have the same record."""
UNSETTLED = {"before": _unsettled("before", "after"), "after": _unsettled("after", "before")}
ASKED = " UNION ".join(
    f"SELECT q{at}.{what}_file AS file, q{at}.{what}_row AS r FROM {side}_left q{at}"  # noqa: S608
    for at, (side, what) in enumerate(
        (side, what) for side in ("before", "after") for what in ("removed", "kept")
    )
)
DIGESTS = """
SELECT t.file AS file, t."row" AS "row", t.record_digest AS record_digest
FROM records t JOIN asked a ON a.file = t.file AND a.r = t."row"
"""


def unsettled_pairs(
    ask: Ask, pairs: Mapping[str, Sequence[str]], records: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """`before_pairs` and `after_pairs` without those of both, and the records these are about.

    `records` holds the tables of `before` and of `after` that the other run has not, and those in
    `common`; each is at least one file.
    """
    tables = {f"{side}_pairs": pairs[side] for side in UNSETTLED}
    changed = {f"{side}_records": records[side] for side in UNSETTLED}
    tables["places"] = [ask(PLACES, "places", changed)]
    left = {side: ask(query, f"pairs-{side}", tables) for side, query in UNSETTLED.items()}
    asked = [ask(ASKED, "asked", {f"{side}_left": [path] for side, path in left.items()})]
    found = {
        name: ask(DIGESTS, f"digests-{name}", {"records": paths, "asked": asked})
        for name, paths in records.items()
    }
    return {f"{side}_pairs": [left[side]] for side in UNSETTLED} | {
        f"{side}_records": [found["common"], found[side]] for side in UNSETTLED
    }
