"""What `tda dups` found, in sentences."""

from collections.abc import Iterator, Mapping

from pipelines.model.message import Message, msg


def lines_of(outcome: Mapping[str, object]) -> Iterator[Message]:
    """The outcome of a comparison as a person reads it, line by line."""
    yield msg(
        "{records} records in {files} files, {empty} empty, {quarantined} quarantined",
        **_figures(outcome, "records", "files", "empty", "quarantined"),
    )
    against, found = outcome.get("against"), outcome.get("contained")
    if isinstance(against, dict) and isinstance(found, dict):
        yield from _contained(against, found, str(outcome["threshold"]))
    else:
        yield msg(
            "{exact} exact and {near} near duplicates (Jaccard {threshold} or more); "
            "{clusters} kept records stand for them",
            exact=_figure(outcome, "exact_duplicates"),
            near=_figure(outcome, "near_duplicates"),
            threshold=str(outcome["threshold"]),
            clusters=_figure(outcome, "clusters"),
        )
    yield msg(
        "a pair right at this threshold is found with probability {recall}",
        recall=str(outcome["recall_at_threshold"]),
    )
    yield msg("pairs: {path}", path=str(outcome["pairs"]))
    if _figure(outcome, "too_long_to_compare"):
        yield msg(
            "texts so long that they were compared for equality only: {count}",
            count=_figure(outcome, "too_long_to_compare"),
        )


def _contained(
    against: Mapping[str, object], found: Mapping[str, object], threshold: str
) -> Iterator[Message]:
    yield msg(
        "compared with {records} records in {files} files, {empty} empty, "
        "{quarantined} quarantined",
        **_figures(against, "records", "files", "empty", "quarantined"),
    )
    yield msg(
        "{exact} records repeat one of these exactly and {near} nearly (Jaccard {threshold} or "
        "more); {repeated} of these are repeated",
        exact=_figure(found, "exact"),
        near=_figure(found, "near"),
        threshold=threshold,
        repeated=_figure(against, "repeated"),
    )


def _figures(given: Mapping[str, object], *names: str) -> dict[str, int]:
    return {name: _figure(given, name) for name in names}


def _figure(given: Mapping[str, object], name: str) -> int:
    return int(str(given[name]))
