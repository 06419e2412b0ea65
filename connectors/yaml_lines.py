"""YAML read without surprises: text stays text, and every value knows its line.

Only the shape of YAML is used. A scalar is the text that is written there, so `NO` is Norway and
`1.10` is not 1.1; a plain `null`, `~` or nothing is None. What a field means is for its model.
Anchors may stand, but an alias is refused: a kilobyte of them can mean gigabytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from connectors.problems import stop
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.os_reason import os_reason

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 40

Loc = tuple[str | int, ...]
"""Where a value is: `("sources", 0, "licence", "id")`."""

Node = str | None | list["Node"] | dict[str, "Node"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A document, and the line (from 1) of each of its values."""

    value: Node
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int:
        """The line of the value at `loc`, or of the nearest thing around it that is written."""
        for end in range(len(loc), -1, -1):
            if (line := self.lines.get(loc[:end])) is not None:
                return line
        return 1


def read_yaml(path: Path, content: bytes | None = None) -> Located:
    """The one document in `path` (whose bytes are `content`, where the caller has read them).

    Raises:
        ConfigError: it is too large, too deep, not UTF-8, not YAML, has an alias, a tag, a key
            twice or a second document.
    """
    file = str(path)
    text = _decode(file, read_bounded(path) if content is None else content)
    try:
        return _Reader(file).read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise stop(file, line, msg("this is not valid YAML"), _syntax_advice(error)) from error


def read_bounded(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of `path`.

    Raises:
        ConfigError: the file is absent, not readable, no regular file, or larger than `most`.
    """
    try:
        if path.is_dir():
            raise stop(
                str(path),
                None,
                msg("this is a folder"),
                msg("name the file in it, not a folder: {path}", path=str(path / "dataset.yaml")),
            )
        if not path.is_file():
            raise stop(
                str(path),
                None,
                msg("there is no such file"),
                msg("check the path; it is a file, not a folder"),
            )
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise stop(
            str(path),
            None,
            msg("the file cannot be read: {reason}", reason=os_reason(error)),
            msg("make the file readable for the user who runs the audit, then run it again"),
        ) from error
    if len(content) > most:
        raise stop(
            str(path),
            None,
            msg("the file is larger than {limit} bytes", limit=most),
            msg("move a long list of sources into a JSON Lines file and name it under sources"),
        )
    return content


def _decode(file: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise stop(
            file, line, msg("the file is not UTF-8"), msg("save the file as UTF-8")
        ) from error
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise stop(
            file,
            line,
            msg("there is a control character in the file"),
            msg("take the character out"),
        )
    return text


def _syntax_advice(error: yaml.YAMLError) -> Message:
    problem = str(getattr(error, "problem", None) or "")
    if "mapping values" in problem:
        return msg("put quotes around a value that holds a colon, and indent with equal spaces")
    if "start any token" in problem:
        return msg("indent with spaces, not tabs; put quotes around a text that begins with @ or `")
    if "alphabetic" in problem or "alias" in problem or "anchor" in problem:
        return msg('put quotes around a value that begins with * or &, for example "*.json"')
    return msg("look at this line and the one before: indentation, quotes, brackets, colons")


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    loc: Loc
    into: "list[Node] | dict[str, Node]"
    key: str | None = None
    """The key whose value comes next."""


@dataclass(slots=True)
class _Reader:
    """Builds the document from parser events: no recursion, so depth costs nothing."""

    file: str
    lines: dict[Loc, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    roots: list[Node] = field(default_factory=list)

    def read(self, text: str) -> Located:
        for event in yaml.parse(text, Loader=_LOADER):
            mark = event.start_mark
            self._take(event, 1 if mark is None else mark.line + 1)
        return Located(value=self.roots[0] if self.roots else None, lines=self.lines)

    def _take(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(
                line,
                msg("aliases are not read"),
                msg('write the value out; put quotes around a text that begins with *: "*.json"'),
            )
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event.tag, line)
            self._scalar(event, line)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent) and self.roots:
            raise self._refuse(
                line, msg("a second document begins here"), msg("keep one document a file")
            )

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        plain = event.implicit[0] and event.style in (None, "")
        value = None if plain and event.value in _NULL else event.value
        if self.stack and isinstance(self.stack[-1].into, dict) and self.stack[-1].key is None:
            self._key(str(event.value), line)
        else:
            self._put(value, line)

    def _key(self, key: str, line: int) -> None:
        around = self.stack[-1]
        loc = (*around.loc, key)
        if key in around.into:
            raise self._refuse(
                line,
                msg(
                    "the field {field} is here twice, first in line {line}",
                    field=key,
                    line=self.lines[loc],
                ),
                msg("keep one of the two"),
            )
        around.key = key
        self.lines[loc] = line

    def _open(self, event: yaml.CollectionStartEvent, line: int) -> None:
        if event.tag not in (None, "!"):
            self._check_tag(event.tag, line)
        if len(self.stack) >= DEEPEST:
            raise self._refuse(
                line,
                msg("lists and mappings are nested deeper than {limit} levels", limit=DEEPEST),
                msg("write it flatter"),
            )
        into: list[Node] | dict[str, Node]
        into = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(self._put(into, line), into))

    def _put(self, value: Node, line: int) -> Loc:
        """Where `value` now is."""
        if not self.stack:
            self.roots.append(value)
            self.lines[()] = line
            return ()
        around = self.stack[-1]
        if isinstance(around.into, list):
            loc: Loc = (*around.loc, len(around.into))
            around.into.append(value)
            self.lines[loc] = line
            return loc
        if around.key is None:
            raise self._refuse(
                line, msg("a field name is text, not a list or mapping"), msg("name the field")
            )
        loc = (*around.loc, around.key)
        around.into[around.key] = value
        around.key = None
        return loc

    def _check_tag(self, tag: str | None, line: int) -> None:
        if tag not in _TAGS:
            raise self._refuse(
                line,
                msg("the tag {tag} is not read", tag=tag or ""),
                msg("write the plain value, without a tag"),
            )

    def _refuse(self, line: int, what: Message, advice: Message) -> ConfigError:
        return stop(self.file, line, what, advice)


def written(loc: Sequence[str | int]) -> str:
    """`loc` as a person writes it: `sources[0].licence.id`; empty for the whole."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
