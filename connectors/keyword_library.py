"""A keyword library from the provider's CSV file: which terms to look for, and for which risk.

The library is the provider's own declaration: a malformed row is an error with file, line and
field, never a value of the row.
"""

from pathlib import Path

from connectors.csv_rows import Row, rows
from connectors.problems import stop
from pipelines.kernels.keywords import LONGEST_TERM, MOST_POINTS
from pipelines.kernels.normalise import normalise
from pipelines.model.keywords import RISKS, KeywordLibrary
from pipelines.model.message import msg

_TWICE = msg("keep the term once, under the risk it is foremost a sign of")


def read_library(path: Path) -> KeywordLibrary:
    """The terms in the file at `path`; several with one normal form are one term.

    Columns: `term`, `risk` (A.1.a … A.5.b), and where known `since` (a date).

    Raises:
        ConfigError: a row is malformed, a term stands under two risks, or there is no term at all.
    """
    found: dict[str, tuple[str, int]] = {}
    points = 0
    for row in rows(path, needed=("term", "risk"), optional=("since",)):
        term, risk = _term(row), _risk(row)
        row.day("since")
        known, line = found.setdefault(term, (risk, row.line))
        if known != risk:
            problem = msg("the term of line {line} is there again, under another risk", line=line)
            raise row.refuse("risk", problem, _TWICE)
        points += len(term) if line == row.line else 0
        if points > MOST_POINTS:
            raise row.refuse(
                "term",
                msg("the terms have more than {limit} characters together", limit=MOST_POINTS),
                msg("leave out terms that contain another one"),
            )
    if not found:
        raise stop(
            str(path),
            None,
            msg("the library has no term"),
            msg("write at least one row under the header"),
        )
    terms = tuple(sorted(found))
    return KeywordLibrary(terms=terms, risks=tuple(found[term][0] for term in terms))


def _term(row: Row) -> str:
    term = normalise(row.needed("term"))
    if len(term) > LONGEST_TERM:
        raise row.refuse(
            "term",
            msg("the term is longer than {limit} characters", limit=LONGEST_TERM),
            msg("write a word or a phrase, not a text"),
        )
    return term


def _risk(row: Row) -> str:
    risk = row.needed("risk")
    if risk not in RISKS:
        raise row.refuse(
            "risk",
            msg("there is no such risk"),
            msg("write one of {first} … {last}", first=RISKS[0], last=RISKS[-1]),
        )
    return risk
