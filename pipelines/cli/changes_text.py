"""The text of `tda diff`: what changed between two runs, a line a change."""

from collections.abc import Iterator, Mapping

from pipelines.language.catalogue import Language, translate
from pipelines.language.visible import visible
from pipelines.model.history import (
    Changes,
    ControlChange,
    FieldChange,
    PlaceChange,
    SubjectChange,
)
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome
from pipelines.report import words

SUBJECTS = 5
"""Subjects of a control that are named."""

FIELDS = {
    "purpose": msg("purpose"),
    "manifest": msg("manifest"),
    "version": msg("version of the data"),
    "policy": msg("policy"),
    "code": msg("version of tda"),
    "personal_information": msg("personal information"),
    "basis": msg("basis"),
    "consents": msg("table of consents"),
    "labelling_rules": msg("labelling rules"),
    "source": msg("licence"),
    "type": msg("type"),
    "licence": msg("licence"),
    "licence_text": msg("text of the licence"),
    "licence_verified_by": msg("licence verified by"),
    "licence_valid_to": msg("licence valid to"),
    "publisher": msg("publisher"),
    "url": msg("address"),
    "territory": msg("territory"),
    "collected_from": msg("collected from"),
    "collected_to": msg("collected to"),
    "generator_model": msg("generating model"),
    "generated_at": msg("generated at"),
    "documents": msg("documents"),
}
"""What a run or a source states. Of a source that came or went the licence is told."""

DETAILS: Mapping[str, Message] = {
    **words.HIT_TYPES,
    "valid": msg("valid"),
    "lookalike": msg("lookalike"),
    "exact": msg("word for word"),
    "near": msg("nearly alike"),
}
"""Type and tier of a hit, method of a pair."""

VALUES: Mapping[str, Mapping[str, Message]] = {
    "purpose": {purpose.value: word for purpose, word in words.PURPOSES.items()},
    "type": {kind.value: word for kind, word in words.SOURCE_TYPES.items()},
}
"""The words for what a field may hold; anything else is shown as it was stated."""


def lines_of(changes: Changes, language: Language) -> Iterator[str]:
    """Every line, gate first."""
    before, after = (words.GATES[point.gate].text for point in (changes.before, changes.after))
    arrow = _arrow(_said(before, language), _said(after, language))
    yield _line(_said(msg("Gate"), language), arrow, language)
    if changes.nothing:
        yield _said(msg("nothing changed between these runs"), language)
    if changes.counts is None:
        lost = msg("the evidence of one of the runs is no longer kept: no record can be compared")
        yield _said(lost, language)
    for name, count in (changes.counts or {}).items():
        if count:
            yield _line(_said(words.CHANGES[name], language), f"{count:,}", language)
    for place in changes.places:
        yield f"  {_place(place, language)}"
    for control in changes.controls:
        yield _line(control.control, _control(control, language), language)
    for what, change in _stated(changes, language):
        yield _field(what, change, language)


def _stated(changes: Changes, language: Language) -> Iterator[tuple[str, FieldChange]]:
    """What was stated otherwise, with the words for it."""
    for change in changes.sources:
        named = _said(msg("source {name}", name=change.subject), language)
        yield f"{named} {_said(words.word_or_id(FIELDS, change.field), language)}", change
    for change in changes.policy:
        yield f"{_said(msg('policy'), language)} {visible(change.field)}", change
    for change in changes.files:
        yield _said(msg("file {name}", name=change.field), language), change
    for change in changes.run:
        if change.field != "gate":  # the first line says it
            yield _said(words.word_or_id(FIELDS, change.field), language), change


def _place(place: PlaceChange, language: Language) -> str:
    shown = " → ".join(visible(where) for where in (place.before, place.after) if where)
    details = [
        _said(words.word_or_id(DETAILS, detail), language)
        for detail in (place.detail or "").split()
    ]
    what = _said(words.CHANGES[f"{place.what} {place.kind}"], language)
    return _line(what, " ".join([shown, *details]), language)


def _control(control: ControlChange, language: Language) -> str:
    """From and to where the outcome is another; of each subject, what is."""
    outcome = (
        _outcome(control.after, language)
        if control.before == control.after
        else _outcomes(control.before, control.after, language)
    )
    subjects = [_subject(change, language) for change in control.first[:SUBJECTS]]
    if control.subjects > SUBJECTS:
        subjects.append("…")
    return f"{outcome} ({'; '.join(subjects)})" if subjects else outcome


def _subject(change: SubjectChange, language: Language) -> str:
    parts = [_said(words.subject(change.subject), language)]
    if change.before != change.after:
        parts.append(_outcomes(change.before, change.after, language))
    if change.count_before != change.count_after:
        counts = (
            "–" if count is None else f"{count:,}"
            for count in (change.count_before, change.count_after)
        )
        parts.append(" → ".join(counts))
    return " ".join([parts[0], ", ".join(parts[1:])])


def _outcomes(before: Outcome | None, after: Outcome | None, language: Language) -> str:
    return _arrow(_outcome(before, language), _outcome(after, language))


def _outcome(outcome: Outcome | None, language: Language) -> str:
    return "–" if outcome is None else _said(words.OUTCOMES[outcome].text, language)


def _field(what: str, change: FieldChange, language: Language) -> str:
    before, after = (
        _value(change.field, value, language) for value in (change.before, change.after)
    )
    return _line(what, _arrow(before, after), language)


def _value(field: str, value: str | None, language: Language) -> str:
    if not value:
        return "–" if value is None else _said(msg("not stated"), language)
    return _said(words.word_or_id(VALUES.get(field, {}), value), language)


def _arrow(before: str, after: str) -> str:
    return f"{before} → {after}"


def _line(what: str, said: str, language: Language) -> str:
    # joined here and not in the catalogue, where a text with many names would be cut as one
    return f"{what}{_said(msg(': '), language)}{said}"


def _said(text: Message | str, language: Language) -> str:
    return translate(text, language) if isinstance(text, Message) else visible(text)
