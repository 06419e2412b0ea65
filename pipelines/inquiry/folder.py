"""A folder that is handed over: what it holds, by digest, and nothing besides."""

import hashlib
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipelines.model.errors import EvidenceError
from pipelines.model.ids import Digest, digest_of
from pipelines.model.message import msg
from pipelines.ownership import temporary_name

DIGESTS = "digests.sha256"
"""A line a file, as `sha256sum` writes and checks it, sorted by path; it leaves itself out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What names the content of a folder: the digest of its list of digests."""

    digest: Digest
    files: int
    bytes: int
    """Of the listed files."""


def list_digests(folder: Path, name: str = DIGESTS) -> Fingerprint:
    """The file `name` of `folder` lists every other file below it."""
    lines, size = _listing(folder, name)
    (folder / name).write_bytes(lines)
    return Fingerprint(digest=digest_of(lines), files=lines.count(b"\n"), bytes=size)


def fingerprint(folder: Path, name: str = DIGESTS) -> Fingerprint:
    """The fingerprint of `folder`, from the bytes that lie there now.

    Raises:
        EvidenceError: the folder is not there, its list differs from its files, or it holds
            anything but folders and regular files.
    """
    lines, size = _listing(folder, name)
    listed = folder / name
    if not listed.is_file() or listed.read_bytes() != lines:
        raise EvidenceError(
            msg("the files in {folder} are not those it lists", folder=folder.name),
            advice=msg("draft the answer again; nobody may change it by hand"),
        )
    return Fingerprint(digest=digest_of(lines), files=lines.count(b"\n"), bytes=size)


def put_folder(folder: Path, fill: Callable[[Path], None], *, replace: bool) -> None:
    """`folder` holds what `fill` writes into an empty one: whole, or not there.

    Where it is there already, it is left alone, or with `replace` gives way.
    """
    if folder.exists() and not replace:
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.parent / temporary_name()
    temporary.mkdir()
    try:
        fill(temporary)
        if folder.exists():
            old = folder.parent / temporary_name()
            folder.rename(old)
            shutil.rmtree(old)
        temporary.rename(folder)
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)


def _listing(folder: Path, own: str) -> tuple[bytes, int]:
    if not folder.is_dir() or folder.is_symlink():
        raise EvidenceError(
            msg("there is no folder {folder}", folder=folder.name),
            advice=msg("draft the answer again"),
        )
    lines, size = [], 0
    for path in sorted(folder.rglob("*"), key=lambda found: found.relative_to(folder).as_posix()):
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind) or path == folder / own:
            continue
        name = path.relative_to(folder).as_posix()
        if not stat.S_ISREG(kind) or not name.isascii() or not name.isprintable():
            raise EvidenceError(
                msg("{folder} holds something that is no file of ours", folder=folder.name),
                advice=msg("draft the answer again; nobody may change it by hand"),
            )
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        lines.append(f"{found}  {name}\n")
        size += path.stat().st_size
    return "".join(lines).encode(), size
