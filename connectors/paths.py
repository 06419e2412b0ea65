"""Which files a manifest may name: those below its own folder and below the configured roots."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from connectors.globs import Pattern
from connectors.object_store import is_remote, matching
from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.os_reason import os_reason

LONGEST = 1000
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|//|(file|data|jar):", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")


@dataclass(frozen=True, slots=True)
class Reach:
    """The folder relative names start from, and everything files may lie in (links resolved)."""

    folder: Path
    roots: tuple[Path, ...]

    @classmethod
    def of(cls, folder: Path, roots: Sequence[Path] = ()) -> "Reach":
        """Files below `folder` and below each of `roots`.

        Raises:
            ConfigError: a root is not a folder.
        """
        real = [folder.resolve()]
        for root in roots:
            if not root.is_dir():
                raise ConfigError(
                    msg("the root {path} is not a folder", path=str(root)),
                    advice=msg("correct TDA_ROOTS; it lists folders"),
                )
            real.append(root.resolve())
        return cls(real[0], tuple(dict.fromkeys(real)))

    def file(self, given: str) -> Path:
        """The regular file that `given` names.

        Raises:
            ConfigError: it is absent, out of reach, or no regular file.
        """
        path = self.folder / _checked(given)
        self._allow(path, given)
        try:
            kind = path.stat().st_mode
        except OSError as error:
            raise _absent(given) from error
        if not stat.S_ISREG(kind):
            raise ConfigError(
                msg("{path} is not a file", path=given),
                advice=msg("name a file; a folder, device or pipe is not read"),
            )
        return path

    def glob(self, given: str) -> list[str]:
        """The regular files that match `given`, sorted by name.

        A name is relative to the manifest's folder; that of a file named by an absolute pattern is
        absolute, that of an object its URI. `*` and `?` stay within one folder, `**` is any number
        of folders (it follows no links), and a dot in front is matched by a dot only.

        Raises:
            ConfigError: the pattern or a match leads out of reach, or nothing matches.
            ConnectorError: the object store of an s3:// pattern cannot be reached.
        """
        if is_remote(given):
            return matching(given)
        pattern = Pattern.of(str(_checked(given)))
        if pattern.literal is not None:
            return [self._matched(self.file(given))]
        found = {self._matched(path) for path in self._walk(pattern, given)}
        found.discard("")
        if not found:
            raise _no_match(given)
        return sorted(found)

    def _walk(self, pattern: Pattern, given: str) -> Iterator[Path]:
        """Files and links that match, without recursion: a deep folder is no way to stop us."""
        start = self.folder / pattern.fixed
        if not start.is_dir():
            raise _no_match(given)
        self._allow(start, given)
        steps = [(start, pattern.first_wildcard)]
        seen: set[tuple[Path, int]] = set()
        while steps:
            step = steps.pop()
            if step in seen:
                continue
            seen.add(step)
            for path, after in _step(pattern, *step):
                if after < len(pattern.parts):
                    if path.is_symlink():
                        self._allow(path, self._name(path))
                    steps.append((path, after))
                elif path.is_file() or path.is_symlink():
                    yield path

    def _matched(self, path: Path) -> str:
        """The name of a file that matched; empty for a link to a folder."""
        name = self._name(path)
        self._allow(path, name)
        if not path.is_file():
            return ""
        try:
            name.encode()
        except UnicodeEncodeError as error:
            shown = name.encode("ascii", "backslashreplace").decode()
            raise ConfigError(
                msg("the name of {path} is not UTF-8", path=shown),
                advice=msg("rename the file"),
            ) from error
        return name

    def _name(self, path: Path) -> str:
        inside = path.is_relative_to(self.folder)
        return (path.relative_to(self.folder) if inside else path).as_posix()

    def _allow(self, path: Path, given: str) -> None:
        """Nothing, when `path` with all its links resolved lies within the roots."""
        try:
            real = Path(os.path.realpath(path, strict=True))
        except OSError as error:
            raise _absent(given) from error
        if not any(real.is_relative_to(root) for root in self.roots):
            raise ConfigError(
                msg("{path} leads out of the manifest's folder", path=given),
                advice=msg("copy the file below the manifest, or add its folder to TDA_ROOTS"),
            )


def _step(pattern: Pattern, folder: Path, at: int) -> list[tuple[Path, int]]:
    """What part `at` of the pattern finds in `folder`, each with the part that comes next."""
    part = pattern.parts[at]
    if part.literal is not None:
        path = folder / part.literal
        return [(path, at + 1)] if os.path.lexists(path) else []
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except NotADirectoryError:
        return []
    except OSError as error:
        raise ConfigError(
            msg("{path} cannot be listed: {reason}", path=str(folder), reason=os_reason(error)),
            advice=msg("make the folder readable for the user who runs the audit"),
        ) from error
    if part.any_depth:
        below = [e for e in entries if e.is_dir(follow_symlinks=False) and e.name[0] != "."]
        return [(folder, at + 1), *((Path(e.path), at) for e in below)]
    return [(Path(e.path), at + 1) for e in entries if part.matches(e.name)]


def _checked(given: str) -> PurePosixPath:
    """`given` as a path, when it names something on this machine without climbing."""
    if not given or len(given) > LONGEST or "\0" in given:
        raise ConfigError(
            msg("this is not a path"),
            advice=msg("write a path of 1 to {limit} characters", limit=LONGEST),
        )
    if _URI.match(given) or _DRIVE.match(given):
        raise ConfigError(
            msg("{path} is not on this machine", path=_shown(given)),
            advice=_only_files(),
        )
    path = PurePosixPath(given)
    if ".." in path.parts:
        raise ConfigError(
            msg("{path} climbs out of a folder with ..", path=given),
            advice=msg("write the path from the manifest's folder downwards"),
        )
    return path


def _only_files() -> Message:
    return msg(
        "data files may be on this machine or in an object store (s3://bucket/key), everything "
        "else is on this machine: copy it here first"
    )


def _shown(address: str) -> str:
    """`address` without what may be a password or a token in it."""
    return re.sub(r"//[^/@]*@", "//", address).partition("?")[0]


def _no_match(given: str) -> ConfigError:
    return ConfigError(
        msg("{pattern} matches no file", pattern=given),
        advice=msg("check the spelling; to take a whole folder write folder/**/*"),
    )


def _absent(given: str) -> ConfigError:
    return ConfigError(
        msg("there is no file {path}", path=given),
        advice=msg("add the file, or correct the path; it is relative to the manifest"),
    )
