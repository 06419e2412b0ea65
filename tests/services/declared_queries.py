"""Every SQL text of the product: the constants of its modules that are one.

A name that begins with an underscore is a part of a query. `written_elsewhere` finds what is no
constant, so that nothing escapes.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pipelines

ROOT = Path(pipelines.__file__).parent
ROOMS = ("stages", "report", "nightly", "inquiry", "upkeep", "cli")
"""The rooms that may ask an engine; `store` speaks to the audit database, in words of its own."""
OWN_DATABASE = {"upkeep/database.py"}
QUERY = re.compile(r"\s*(SELECT|WITH)\s")


def declared() -> dict[str, str]:
    """Name → text of every query; the members of a tuple or a mapping are numbered or named."""
    found: dict[str, str] = {}
    for path in _files():
        if "SELECT" not in path.read_text(encoding="utf-8"):
            continue  # not all modules can be imported, and this is a matter of time too
        inside = path.relative_to(ROOT.parent).with_suffix("")
        module = importlib.import_module(".".join(inside.parts))
        for name, value in vars(module).items():
            if not name.startswith("_"):
                for suffix, text in _texts(value):
                    if text not in found.values():
                        found[f"{path.stem}.{name}{suffix}"] = text
    return found


def _files() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.relative_to(ROOT).as_posix() not in OWN_DATABASE:
                yield path


def _texts(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and QUERY.match(value):
        yield "", value
    elif isinstance(value, tuple | list):
        for number, member in enumerate(value):
            yield from ((f"[{number}]{rest}", text) for rest, text in _texts(member))
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from ((f"[{key}]{rest}", text) for rest, text in _texts(member))


def written_elsewhere() -> list[str]:
    """Places of SQL texts in functions that are not called while their module is loaded."""
    return [
        f"{path.relative_to(ROOT).as_posix()}:{line}"
        for path in _files()
        for line in _late(ast.parse(path.read_text(encoding="utf-8")))
    ]


def _late(tree: ast.Module) -> Iterator[int]:
    loaded = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    builders = {
        call.func.id
        for node in loaded
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.ClassDef) or (
            isinstance(node, ast.FunctionDef) and node.name not in builders
        ):
            for inside in ast.walk(node):
                if (
                    isinstance(inside, ast.Constant)
                    and isinstance(inside.value, str)
                    and QUERY.match(inside.value)
                ):
                    yield inside.lineno
