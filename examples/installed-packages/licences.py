"""What the metadata of a distribution states about its licence, and its licence files."""

import re
from importlib.metadata import Distribution, PackagePath
from pathlib import Path

FILE_BYTES = 256 * 1024
FILES = 4
"""Bounds on one licence file and on the files kept of one distribution."""
LICENCE_NAME = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+!-]*\.(dist|egg)-info")


def plain(text: str, limit: int) -> str:
    """`text` on one line without control characters or lone surrogates, cut at `limit`."""
    valid = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in valid).split())[:limit].strip()


def stated_licence(distribution: Distribution) -> str | None:
    """The licence as stated: the expression, else classifiers (and says so), else free text."""
    metadata = distribution.metadata
    expression = plain(str(metadata.get("License-Expression") or ""), 200)
    if expression:
        return expression
    lines = [plain(str(c), 120) for c in metadata.get_all("Classifier") or ()]
    classifiers = sorted({line for line in lines if line.startswith("License ::")})
    if classifiers:
        return ("classifier only: " + "; ".join(classifiers))[:300]
    free = [plain(line, 120) for line in str(metadata.get("License") or "").splitlines()]
    text = next((line for line in free if line), "")
    return None if text.upper() in {"", "UNKNOWN", "NONE"} else text


def copy_licence_files(distribution: Distribution, folder: Path, source: str) -> list[str]:
    """Paths, relative to `folder`, of the licence files copied under `evidence/<source>`.

    A path from the metadata is followed only when it ends, links resolved, in the folder that
    holds the metadata itself: a package cannot make the script read anything else.
    """
    kept: list[str] = []
    for entry in sorted(licence_entries(distribution), key=str):
        content = bounded_content(distribution, entry)
        if content is None or len(kept) == FILES:
            continue
        name = f"{len(kept)}-{re.sub(r'[^A-Za-z0-9._-]+', '-', entry.name)[-60:]}"
        target = folder / "evidence" / source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        kept.append(f"evidence/{source}/{name}")
    return kept


def licence_entries(distribution: Distribution) -> list[PackagePath]:
    """The entries of the installed files whose name says licence, inside the metadata folder."""
    try:
        files = distribution.files or []
    except (OSError, UnicodeError, ValueError):
        return []
    return [
        entry
        for entry in files
        if len(entry.parts) > 1
        and FOLDER_NAME.fullmatch(entry.parts[0])
        and ".." not in entry.parts
        and (LICENCE_NAME.search(entry.name) or entry.parts[1] == "licenses")
    ]


def bounded_content(distribution: Distribution, entry: PackagePath) -> bytes | None:
    """The bytes of `entry`, or None when it leads elsewhere, is empty or is too large."""
    try:
        home = Path(str(distribution.locate_file(entry.parts[0]))).resolve(strict=True)
        path = Path(str(distribution.locate_file(entry))).resolve(strict=True)
        if not path.is_relative_to(home) or not path.is_file():
            return None
        with path.open("rb") as stream:
            content = stream.read(FILE_BYTES + 1)
    except (OSError, ValueError):
        return None
    return content if 0 < len(content) <= FILE_BYTES else None
