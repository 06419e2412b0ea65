"""One word and one mark per idea: the glossary of every report, screen and chart.

Square = evidence against, diamond = evidence lacking, triangle = with conditions, circle = evidence
for, dash = does not arise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.model.annotation import RuleKind, Truth
from pipelines.model.contamination import SetState
from pipelines.model.dataset import Purpose
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Confidence, Gate, Level, Outcome, Severity, Verdict
from pipelines.model.source import SourceType


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the glossary with its mark and tone."""

    text: Message
    mark: str
    """Symbol in `marks.py`."""
    tone: str
    """Class in `report.css`: not unk cond met na."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The tag of a level."""

    text: Message
    style: str


GATES = {
    Gate.FAIL: Word(msg("Fail"), "not", "not"),
    Gate.INCOMPLETE: Word(msg("Incomplete"), "unk", "unk"),
    Gate.CONDITIONAL: Word(msg("Conditional"), "tri", "cond"),
    Gate.PASS: Word(msg("Pass"), "met", "met"),
}
OUTCOMES = {
    Outcome.FAILED: Word(msg("Not met"), "not", "not"),
    Outcome.CANT_TELL: Word(msg("Cannot tell"), "unk", "unk"),
    Outcome.UNTESTED: Word(msg("Not tested"), "unt", "unk"),
    Outcome.PASSED: Word(msg("Met"), "met", "met"),
    Outcome.INAPPLICABLE: Word(msg("Inapplicable"), "na", "na"),
}
VERDICTS = {
    Verdict.DOES_NOT_CONFORM: Word(msg("Does not conform"), "not", "not"),
    Verdict.NOT_ESTABLISHED: Word(msg("Not established"), "unk", "unk"),
    Verdict.CONFORMS: Word(msg("Conforms"), "met", "met"),
    Verdict.NOT_APPLICABLE: Word(msg("Not applicable"), "na", "na"),
}
LEVELS = {
    Level.RECOMPUTED: Tag(msg("recomp."), "c"),
    Level.RE_RUNNABLE: Tag(msg("re-run"), "r"),
    Level.ATTESTED: Tag(msg("attested"), "a"),
}
KEEPS = {
    "first": msg("file and row"),
    "better_licence": msg("better licence"),
    "earlier_source": msg("earlier source"),
    "longer_text": msg("longer text"),
}
"""By what one record of several is preferred; file and row decide what the others leave open."""
SET_STATES = {
    SetState.COMPARED: msg("Compared"),
    SetState.UNKNOWN: msg("Not registered"),
    SetState.NEVER_AUDITED: msg("Never audited"),
    SetState.EVIDENCE_GONE: msg("Evidence is gone"),
    SetState.OTHER_SKETCH: msg("Audited by another version"),
    SetState.CHANGED: msg("Files are gone or changed"),
}
CONFIDENCES = {
    Confidence.SEEN: msg("text read"),
    Confidence.SECONDARY: msg("secondary"),
    Confidence.DRAFT: msg("draft"),
    Confidence.MEMORY: msg("from memory"),
    Confidence.DESIGN: msg("own inference"),
}
SEVERITIES = {
    Severity.BLOCKER: msg("blocker"),
    Severity.HIGH: msg("high"),
    Severity.MEDIUM: msg("medium"),
    Severity.LOW: msg("low"),
}
PURPOSES = {
    Purpose.PRETRAIN: msg("pre-training"),
    Purpose.FINE_TUNE: msg("fine-tuning"),
    Purpose.ALIGNMENT: msg("alignment"),
    Purpose.EVALUATION: msg("evaluation"),
}
SOURCE_TYPES = {
    SourceType.OPEN_SOURCE: msg("Open source"),
    SourceType.SELF_COLLECTED_WEB: msg("Own web collection"),
    SourceType.SELF_PRODUCED: msg("Own production"),
    SourceType.COMMERCIAL: msg("Commercial"),
    SourceType.USER_INPUT: msg("User input"),
    SourceType.SYNTHETIC: msg("Synthetic"),
}
RULE_KINDS = {
    RuleKind.FUNCTIONAL: msg("functional"),
    RuleKind.SAFETY: msg("safety"),
}
TRUTHS = {
    Truth.GOLD: msg("items with a known answer"),
    Truth.REVIEWER: msg("the reviewer"),
    Truth.CONSENSUS: msg("consensus of annotators"),
}
LANGUAGES = {
    "zh": msg("Chinese"),
    "en": msg("English"),
    "ja": msg("Japanese"),
    "ko": msg("Korean"),
    "ar": msg("Arabic"),
    "bg": msg("Bulgarian"),
    "bn": msg("Bengali"),
    "bo": msg("Tibetan"),
    "ca": msg("Catalan"),
    "cs": msg("Czech"),
    "da": msg("Danish"),
    "de": msg("German"),
    "el": msg("Greek"),
    "es": msg("Spanish"),
    "fa": msg("Persian"),
    "fi": msg("Finnish"),
    "fr": msg("French"),
    "he": msg("Hebrew"),
    "hi": msg("Hindi"),
    "hu": msg("Hungarian"),
    "id": msg("Indonesian"),
    "it": msg("Italian"),
    "kk": msg("Kazakh"),
    "mn": msg("Mongolian"),
    "ms": msg("Malay"),
    "nl": msg("Dutch"),
    "no": msg("Norwegian"),
    "pl": msg("Polish"),
    "pt": msg("Portuguese"),
    "ro": msg("Romanian"),
    "ru": msg("Russian"),
    "sv": msg("Swedish"),
    "th": msg("Thai"),
    "tr": msg("Turkish"),
    "ug": msg("Uyghur"),
    "uk": msg("Ukrainian"),
    "ur": msg("Urdu"),
    "vi": msg("Vietnamese"),
    "yue": msg("Cantonese"),
    "other": msg("other languages"),
    "mixed": msg("mixed"),
    "und": msg("undetermined"),
}
CONSENT_STATES = {
    "valid": Word(msg("valid"), "met", "b"),
    "not_linkable": Word(msg("not linkable"), "unk", "unk"),
    "no_consent": Word(msg("no consent on record"), "not", "not"),
    "not_yet_given": Word(msg("not yet given"), "not", "not"),
    "lapsed": Word(msg("lapsed"), "not", "not"),
    "withdrawn": Word(msg("withdrawn"), "not", "not"),
}
HIT_TYPES = {
    "id": msg("resident id"),
    "mobile": msg("mobile"),
    "card": msg("bank card"),
    "email": msg("email"),
    "uscc": msg("company code"),
    "passport": msg("passport"),
    "plate": msg("number plate"),
    "ip": msg("IP address"),
}
LOT_PROPOSALS = {
    "accept": Word(msg("Accept"), "met", "met"),
    "rework": Word(msg("Rework"), "not", "not"),
    "not_established": Word(msg("Not established"), "unk", "unk"),
}
CHANGES = {
    "record added": msg("records added"),
    "record removed": msg("records removed"),
    "record changed": msg("records changed"),
    "record moved": msg("records moved to another file"),
    "hit added": msg("identifiers added"),
    "hit removed": msg("identifiers gone"),
    "pair added": msg("repetitions added"),
    "pair removed": msg("repetitions gone"),
}
REASONS = {
    "malformed": msg("line or element that does not parse"),
    "not_an_object": msg("record that is no object"),
    "column_absent": msg("declared column absent"),
    "nested_value": msg("nested value where text was declared"),
    "lone_surrogate": msg("lone surrogate"),
    "invalid_encoding": msg("invalid encoding"),
    "too_large": msg("above the record limit"),
    "too_deep": msg("nested too deeply"),
    "truncated": msg("truncated, extent unknown"),
    "git_lfs_pointer": msg("git-LFS pointer in place of data"),
    "empty_file": msg("empty file"),
    "unreadable": msg("file not of its declared format"),
}
"""Why something was quarantined: the reasons of `connectors.base`."""


def word_or_id(table: Mapping[str, Message], key: str) -> Message | str:
    """The word for a machine id; the id itself where there is none."""
    return table.get(key, key)


_NAMED = {
    "source": msg("source {name}"),
    "annotator": msg("annotator {name}"),
    "lot": msg("lot {name}"),
    "file": msg("file {name}"),
    "topic": msg("topic {name}"),
    "rules": msg("rules {name}"),
    "clause": msg("clause {name}"),
    "evaluation": msg("evaluation set {name}"),
}


def subject(named: str) -> Message | str:
    """Whom or what a finding is about: `source:<id>` is called source <id>."""
    kind, colon, name = named.partition(":")
    if colon and kind in _NAMED:
        return Message(_NAMED[kind].text, {"name": name})
    if colon and kind == "language":
        return LANGUAGES.get(name, named)
    return msg("whole dataset") if named == "dataset" else named
