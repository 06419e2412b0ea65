"""What a threshold may be: of the kind the default one is of, so that every control can judge."""

import re
from collections.abc import Mapping
from decimal import Decimal

from expectations.policy_errors import YamlFile
from pipelines.model.message import Message, msg
from pipelines.model.outcome import Outcome

Threshold = int | Decimal | str | tuple[str, ...]
"""A number, a choice or a list of words a control is judged by."""
Thresholds = Mapping[str, Mapping[str, Threshold]]
"""By control and name."""

CHOICES = (Outcome.PASSED, Outcome.CANT_TELL, Outcome.FAILED)
"""What a policy may decide about a case of its own."""
_COUNTED = re.compile(r"[A-Z]\.\d+=\d+")
"""A class of the taxonomy, and how many."""


def threshold(value: object) -> object:
    """A scalar as YAML wrote it: whole number, decimal number, else a word."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+\.\d+", value):
        return Decimal(value)
    return value


def refuse_wrong_thresholds(over: YamlFile, given: Thresholds, default: Thresholds) -> None:
    """Nothing, where every threshold is one that a control reads, of the kind it reads.

    Raises:
        ConfigError: one is not; names file, line and field.
    """
    for control, values in given.items():
        for name, value in values.items():
            known = default.get(control, {}).get(name)
            if known is None:
                problem: Message | None = msg("{file}, line {line}: no control reads {field}")
            else:
                problem = _fault(value, known)
            if problem is not None:
                raise over.wrong(("thresholds", control, name), problem)


def _fault(value: Threshold, known: Threshold) -> Message | None:
    """What is wrong with `value` in the place of `known`."""
    if isinstance(known, tuple):
        if not isinstance(value, tuple):
            return msg("{file}, line {line}: {field} is to be a list: [one, two]")
        counted = all(_COUNTED.fullmatch(word) for word in known)
        if counted and not all(_COUNTED.fullmatch(word) for word in value):
            return msg(
                "{file}, line {line}: {field} is to say how many of each class: [A.1=8, A.2=9]"
            )
    elif isinstance(known, str):
        if value not in CHOICES:
            return msg(
                "{file}, line {line}: {field} is to be one of: {known}", known=", ".join(CHOICES)
            )
    elif isinstance(known, int):
        if not isinstance(value, int) or value < 0:
            return msg("{file}, line {line}: {field} is to be a whole number from 0 on")
    elif not isinstance(value, (int, Decimal)) or not 0 <= value <= 1:
        return msg("{file}, line {line}: {field} is to be a number from 0 to 1, such as 0.05")
    return None
