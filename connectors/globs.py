"""Glob patterns over POSIX names, matched part by part, so that no pattern takes long."""

import fnmatch
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

OBJECT = "s3://"
"""What the name of an object in a store begins with."""

_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a pattern, between slashes."""

    text: str
    literal: str | None
    """The name itself, where the part has no wildcard."""
    any_depth: bool = False
    """`**`: any number of folders, none included."""

    def matches(self, name: str) -> bool:
        """Whether `name`, of one file or folder, fits; a dot in front is matched by a dot only."""
        if self.any_depth:
            return not name.startswith(".")
        if self.literal is not None:
            return name == self.literal
        if name.startswith(".") and not self.text.startswith("."):
            return False
        return name == self.text or _regex(self.text).match(name) is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern in parts. `**` at the end means every file below."""

    parts: tuple[Part, ...]
    absolute: bool

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """The pattern that `text` writes."""
        absolute, names = _split(text)
        if names and names[-1] == "**":
            names.append("*")
        parts: list[Part] = []
        for name in names:
            deep = name == "**"
            if deep and parts and parts[-1].any_depth:
                continue
            parts.append(Part(name, None if _MAGIC.search(name) else name, deep))
        return cls(tuple(parts), absolute)

    @property
    def literal(self) -> str | None:
        """The one name it can match, where it has no wildcard."""
        return self.fixed if self.first_wildcard == len(self.parts) else None

    @property
    def fixed(self) -> str:
        """The path up to the first part with a wildcard."""
        names = (part.text for part in self.parts[: self.first_wildcard])
        return ("/" if self.absolute else "") + "/".join(names)

    @property
    def first_wildcard(self) -> int:
        """Position of the first part with a wildcard; how many parts there are without one."""
        wild = (at for at, part in enumerate(self.parts) if part.literal is None)
        return next(wild, len(self.parts))

    def matches(self, name: str) -> bool:
        """Whether the whole of `name` fits."""
        absolute, names = _split(name)
        if absolute != self.absolute:
            return False
        reached = {0}
        for one in names:
            reached = self._closed(reached)
            reached = {
                at if self.parts[at].any_depth else at + 1
                for at in reached
                if at < len(self.parts) and self.parts[at].matches(one)
            }
        return len(self.parts) in self._closed(reached)

    def _closed(self, reached: set[int]) -> set[int]:
        """`reached`, and the parts reached from there by letting `**` stand for nothing."""
        skipped = {at + 1 for at in reached if at < len(self.parts) and self.parts[at].any_depth}
        return reached | skipped


def _split(name: str) -> tuple[bool, list[str]]:
    """Whether `name` is an absolute path, and its parts.

    Of an object those are its bucket and what lies between the slashes of its key, as it stands: a
    key may have empty parts, and dots in it climb nowhere.
    """
    if name.startswith(OBJECT):
        bucket, *parts = name.removeprefix(OBJECT).split("/")
        return False, [OBJECT + bucket, *parts]
    path = PurePosixPath(name)
    return path.is_absolute(), list(path.parts[1:] if path.is_absolute() else path.parts)


@lru_cache(maxsize=1024)
def _regex(text: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(text))
