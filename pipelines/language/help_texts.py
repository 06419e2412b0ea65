"""What `--help` says, found in code: docstrings of commands, and what options say of themselves."""

import ast
from collections.abc import Iterator

from pipelines.language.prose import EXAMPLE, paragraphs


def help_in(call: ast.Call, module: ast.Module) -> Iterator[str]:
    """The sentences that `call` gives to help: `typer.Option(help=…)`, `app.command(…)(function)`.

    An example is a command, which is the same in every language.
    """
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="typer")), keywords=keywords):
            for keyword in keywords:
                match keyword:
                    case ast.keyword(arg="help", value=ast.Constant(value=str(text))):
                        yield text
        case ast.Call(
            func=ast.Call(func=ast.Attribute(attr="command" | "callback")), args=[ast.Name(id=name)]
        ):
            docstring = _docstring(name, module)
            yield from (one for one in paragraphs(docstring) if not one.startswith(EXAMPLE))


def _docstring(name: str, module: ast.Module) -> str:
    """Of the function `name` of the module."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_docstring(node) or ""
    return ""
