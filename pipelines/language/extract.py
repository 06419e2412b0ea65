"""`python -m pipelines.language.extract`: bring the Chinese catalogue up to date with the code.

New sentences are added with an empty translation, sentences nobody says any more are dropped, and
the compiled catalogue is written beside the text. Translations are written by hand, in the PO file.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from pipelines.language.catalogue import DOMAIN, LOCALE
from pipelines.language.help_texts import help_in

ROOT = Path(__file__).parents[2]
PACKAGES = ("pipelines", "connectors", "expectations")
PO = LOCALE / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")


def sentences(root: Path = ROOT) -> dict[str, list[str]]:
    """Every English sentence meant for a reader, with the files that say it, sorted."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            for text in _spoken(path):
                found.setdefault(text, set()).add(path.relative_to(root).as_posix())
    return {text: sorted(found[text]) for text in sorted(found)}


def _spoken(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield from _from_code(ast.parse(path.read_text(encoding="utf-8")))
    elif path.suffix == ".j2":
        yield from _from_template(path.read_text(encoding="utf-8"))


def _from_code(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = isinstance(node.func, ast.Name) and node.func.id == "msg"
            first = node.args[0] if named and node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
            yield from help_in(node, tree)


def _from_template(source: str) -> Iterator[str]:
    tree = Environment(autoescape=True).parse(source)
    for _line, _function, strings in extract_from_ast(tree, gettext_functions=("_", "msg")):
        first = strings[0] if isinstance(strings, tuple) else strings
        if first is not None:
            yield first


def load() -> Catalog:
    """The Chinese catalogue as it is written."""
    if not PO.exists():
        return Catalog(locale="zh", domain=DOMAIN)
    with PO.open("rb") as text:
        return read_po(text, locale="zh", domain=DOMAIN)


def refresh(old: Catalog, said: Mapping[str, list[str]]) -> Catalog:
    """A catalogue of exactly the sentences in `said`, with the translations `old` has."""
    new = Catalog(
        locale="zh",
        domain=DOMAIN,
        header_comment="# Chinese sentences of the training-data audit.",
        project="training-data-audit",
        version="1",
        msgid_bugs_address="none",
        last_translator="the project",
        language_team="the project",
        charset="utf-8",
        fuzzy=False,
    )
    # a fixed date: the file changes when its sentences do
    new.creation_date = new.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    for text, places in said.items():
        known = old.get(text)
        translation = known.string if known is not None and not known.fuzzy else ""
        new.add(text, translation, locations=[(place, 0) for place in places])
    return new


def write(catalogue: Catalog) -> None:
    """Write the catalogue as text and compiled."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as text:
        write_po(text, catalogue, width=100, include_lineno=False, sort_output=True)
    with MO.open("wb") as compiled:
        write_mo(compiled, catalogue)


def main() -> int:
    """Refresh the catalogue; 1 when a sentence has no translation yet."""
    catalogue = refresh(load(), sentences())
    write(catalogue)
    missing = [str(message.id) for message in catalogue if message.id and not message.string]
    for text in missing:
        sys.stdout.write(f"not translated: {text}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
