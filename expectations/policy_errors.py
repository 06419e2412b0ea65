"""A policy file as YAML that remembers its lines, and errors that name file, line and field."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from expectations.terms import Terms
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
_LIMITS = {
    "gt": msg("above"),
    "ge": msg("not below"),
    "lt": msg("below"),
    "le": msg("up to"),
}

_ADVICE = msg("see `expectations/policies/default.yaml` for every field and its meaning")


class YamlFile:
    """One parsed YAML document: plain values, and the line of each.

    Raises:
        ConfigError: the file is missing, too large, no YAML, uses anchors, or says a key twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root = _compose(path)
        self.content = _plain(self._root, path)

    def line(self, location: Sequence[str | int]) -> int:
        """The line of the deepest part of `location` that exists, from 1."""
        node = self._root
        line = node.start_mark.line if node is not None else 0
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line + 1

    def invalid(self, error: ValidationError) -> ConfigError:
        """The first thing pydantic found wrong, said with file, line and field."""
        detail = error.errors(include_url=False, include_input=False)[0]
        # of a value that may be several things, pydantic adds which of them was tried first
        location = detail["loc"][:3] if detail["loc"][:1] == ("thresholds",) else detail["loc"]
        return self.wrong(location, _problem(detail))

    def wrong(self, location: Sequence[str | int], problem: Message) -> ConfigError:
        """`problem`, with the file, line and field where `location` stands filled in."""
        return ConfigError(
            Message(
                problem.text,
                {
                    **problem.values,
                    "file": self.path.name,
                    "line": self.line(location),
                    "field": ".".join(str(step) for step in location)[:120],
                },
            ),
            advice=_ADVICE,
        )


def _problem(detail: ErrorDetails) -> Message:
    kind = detail["type"]
    if kind == "missing":
        return msg("{file}, line {line}: the field {field} is missing")
    if kind == "extra_forbidden":
        return msg("{file}, line {line}: there is no field {field}")
    if kind == "waiver_by_one":
        return msg(
            "{file}, line {line}: {field}: a waiver is approved by somebody else than "
            "who asked for it"
        )
    if kind == "waiver_backwards":
        return msg("{file}, line {line}: {field}: the last day of a waiver is before its first")
    if kind == "attested_bare":
        return msg(
            "{file}, line {line}: {field}: an attestation that a control is met names its evidence"
        )
    if kind == "keep_unclear":
        return msg(
            "{file}, line {line}: {field}: keep names a criterion twice, or one after `first`, "
            "which leaves nothing open"
        )
    if kind == "licence_order":
        return msg(
            "{file}, line {line}: {field}: licence_order names every class of terms once: {terms}",
            terms=", ".join(Terms),
        )
    if kind == "sets_unclear":
        return msg(
            "{file}, line {line}: {field}: evaluation_sets is `all`, or names each dataset once"
        )
    return _misread(kind, detail)


def _misread(kind: str, detail: ErrorDetails) -> Message:
    """The field is there, and its value is not of its kind."""
    context = detail.get("ctx", {})
    if kind in {"dict_type", "mapping_type", "model_type", "model_attributes_type"}:
        return msg("{file}, line {line}: {field} is to be a mapping of fields")
    if kind in {"tuple_type", "list_type", "iterable_type"}:
        return msg("{file}, line {line}: {field} is to be a list: [one, two]")
    if kind in {"enum", "literal_error"}:
        known = ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        return msg("{file}, line {line}: {field} is to be one of: {known}", known=known)
    if kind.startswith(("decimal_", "int_")):
        return msg("{file}, line {line}: {field} is to be a number")
    if kind.startswith("date_"):
        return msg("{file}, line {line}: {field} is to be a day, such as 2026-11-20")
    for limit in ("gt", "ge", "lt", "le"):
        if limit in context:
            return msg(
                "{file}, line {line}: {field} is to be a number {limit} {bound}",
                limit=_LIMITS[limit],
                bound=str(context[limit]),
            )
    if kind in {"string_type", "string_too_short", "too_short"}:
        return msg("{file}, line {line}: {field} is empty, or no word")
    return msg("{file}, line {line}: {field} does not have the form that is read here")


def _compose(path: Path) -> yaml.Node | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(
                msg("{file} is larger than a policy can be", file=path.name), advice=_ADVICE
            )
        text = path.read_text(encoding="utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise ConfigError(
                    msg(
                        "{file}, line {line}: aliases and deep nesting are not read",
                        file=path.name,
                        line=line,
                    ),
                    advice=msg("write the value out where it is needed"),
                )
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigError(
            msg("the policy {file} cannot be opened", file=path.name),
            advice=msg("name an existing file, or leave the option out for the default policy"),
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = int(mark.line) + 1 if mark is not None else 1
        raise ConfigError(
            msg("{file}, line {line}: this is not YAML", file=path.name, line=line),
            advice=msg("check indentation, quotes and colons on that line"),
        ) from error


def _plain(node: yaml.Node | None, path: Path) -> object:
    """The values of `node`, a number as it is written, so that 0.05 stays five hundredths."""
    if node is None:
        return {}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, path) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        held: dict[str, object] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in held:
                raise ConfigError(
                    msg(
                        "{file}, line {line}: {field} is said twice",
                        file=path.name,
                        line=key.start_mark.line + 1,
                        field=name[:120],
                    ),
                    advice=msg("keep one of the two"),
                )
            held[name] = _plain(value, path)
        return held
    return None if node.tag.endswith(":null") else str(node.value)


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """`over` laid upon `base`, mapping by mapping; anything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = merged(below, value) if both else value  # type: ignore[arg-type]
    return result
