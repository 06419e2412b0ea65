"""Collect the long descriptions of the Python distributions installed here as a dataset to audit.

Run `python collect.py [FOLDER]`; the default folder is `build` beside this file. Standard library
only, nothing is fetched, no package is imported: metadata is read as data, and as hostile data.
"""

import importlib.metadata
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

from licences import copy_licence_files, plain, stated_licence

BUILD = Path(__file__).parent / "build"
MARK = "# Written by examples/installed-packages/collect.py"
PARAGRAPH_CHARS = 20_000
PARAGRAPHS = 2_000
"""Bounds on one paragraph and on one distribution; what exceeds them is left out and counted."""
SHARD = 100
"""Distributions a data file."""
MANIFEST = f"""{MARK}: change that instead of this.
dataset: installed-packages
title: {{zh: 本机已安装 Python 包的说明, en: Descriptions of the installed Python packages}}
purpose: pretrain
files: ["records-*.jsonl"]
format: jsonl
record: {{text: [text], source: package, contact: author}}
sources: sources.jsonl
personal_information: {{present: unknown}}
"""
PUBLIC_URL = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}(/[!-~]*)?", re.IGNORECASE)

PRIVATE_ENDINGS = (".local", ".localhost", ".internal", ".invalid", ".test", ".home", ".lan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One installed distribution under the id its source gets."""

    source: str
    name: str
    distribution: Distribution


def source_id(name: str) -> str:
    """`name` as a source id: lower-case letters, digits and hyphens, 64 at most."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "unnamed"


def packages() -> list[Package]:
    """Every readable distribution once, the first on the path, ordered by id."""
    found: dict[str, Package] = {}
    for distribution in importlib.metadata.distributions():
        name = header(distribution, "Name")
        if name and source_id(name) not in found:
            source = source_id(name)
            found[source] = Package(source=source, name=name, distribution=distribution)
    return [found[source] for source in sorted(found)]


def header(distribution: Distribution, field: str) -> str:
    """One metadata field as bounded plain text; empty where absent or not readable."""
    try:
        value = distribution.metadata.get(field)
    except (OSError, UnicodeError, AttributeError, importlib.metadata.PackageNotFoundError):
        return ""
    text = plain(str(value), 500) if value else ""
    return "" if text.upper() == "UNKNOWN" else text


def description(distribution: Distribution) -> str:
    """The long description: the body of the metadata, or the older `Description` field."""
    body = distribution.metadata.get_payload()
    text = body if isinstance(body, str) and body.strip() else ""
    text = text or str(distribution.metadata.get("Description") or "")
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")


def paragraphs(text: str) -> list[str]:
    """`text` cut at blank lines; fenced code may be cut too, as in any crawl."""
    return [part.strip() for part in re.split(r"\n[ \t]*\n", text) if part.strip()]


def records(package: Package) -> Iterator[Mapping[str, object]]:
    """One record a paragraph, with the author's contact as the metadata gives it."""
    contact = header(package.distribution, "Author-email")
    contact = contact or header(package.distribution, "Maintainer-email")
    contact = contact or header(package.distribution, "Author")
    for number, text in enumerate(paragraphs(description(package.distribution))[:PARAGRAPHS]):
        if len(text) <= PARAGRAPH_CHARS:
            yield {
                "text": text,
                "package": package.source,
                "author": contact or None,
                "paragraph": number,
            }


def home(distribution: Distribution) -> str | None:
    """An address of the project on the public web, if the metadata states one."""
    stated = [str(v).split(",", 1)[-1] for v in distribution.metadata.get_all("Project-URL") or ()]
    for url in (header(distribution, "Home-page"), *(plain(s, 300) for s in stated)):
        host = url.split("/")[2] if PUBLIC_URL.fullmatch(url) else ""
        if host and not host.lower().endswith(PRIVATE_ENDINGS):
            return url
    return None


def source(package: Package, folder: Path) -> Mapping[str, object]:
    """The line of `sources.jsonl` for `package`; its licence files are copied under `folder`."""
    files = copy_licence_files(package.distribution, folder, package.source)
    licence: dict[str, object] = {"id": stated_licence(package.distribution)}
    if files:
        licence["text"] = files[0]
    line: dict[str, object] = {
        "id": package.source,
        "type": "open_source",
        "publisher": package.name,
        "licence": licence,
    }
    url = home(package.distribution)
    if url:
        line["url"] = url
    if files[1:]:
        line["evidence"] = [{"kind": "licence", "file": file} for file in files[1:]]
    return line


def emptied(folder: Path) -> None:
    """`folder` exists and is empty; only what this script wrote is ever removed."""
    if folder.exists() and any(folder.iterdir()):
        manifest = folder / "dataset.yaml"
        if not (manifest.is_file() and manifest.read_text("utf-8").startswith(MARK)):
            print(f"{folder} holds other files; name a new folder.", file=sys.stderr)
            sys.exit(2)
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def write_lines(path: Path, lines: list[Mapping[str, object]]) -> None:
    """`lines` as JSON Lines."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="\n")


def collect(folder: Path) -> Mapping[str, int]:
    """Write data, sources, licence files and manifest into `folder`; the counts of each."""
    emptied(folder)
    found = packages()
    written = 0
    for shard in range(0, len(found), SHARD):
        lines = [line for package in found[shard : shard + SHARD] for line in records(package)]
        write_lines(folder / f"records-{shard // SHARD:03d}.jsonl", lines)
        written += len(lines)
    sources = [source(package, folder) for package in found]
    write_lines(folder / "sources.jsonl", sources)
    (folder / "dataset.yaml").write_text(MANIFEST, encoding="utf-8")
    copied = sum(1 for path in folder.glob("evidence/*/*"))
    return {"distributions": len(found), "paragraphs": written, "licence_files": copied}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else BUILD
    counts = collect(target)
    print(", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in counts.items()), "->", target)
