"""Commands and groups whose help is in the reader's language, and `--lang` before a command."""

from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Context


class Command(TyperCommand):
    """A command whose help is ours; nothing else is changed."""

    def get_help(self, ctx: "Context") -> str:
        """The page of `--help`."""
        from pipelines.cli.help_page import help_page

        return help_page(self, ctx.command_path, ctx.obj)


class Group(TyperGroup):
    """A group whose help is ours; nothing else is changed."""

    def get_help(self, ctx: "Context") -> str:
        """The page of `--help`, with the list of commands."""
        from pipelines.cli.help_page import help_page

        return help_page(self, ctx.command_path, ctx.obj)


def _for_its_commands(ctx: typer.Context, lang: str | None) -> str | None:
    """`tda --lang zh plan …` is `tda plan … --lang zh`."""
    if lang is not None and isinstance(ctx.command, TyperGroup):
        ctx.default_map = {name: {"lang": lang} for name in ctx.command.commands}
    return lang


GroupLang = Annotated[
    str | None,
    typer.Option("--lang", callback=_for_its_commands, help="zh or en; default: the locale."),
]
"""`--lang` of a group, which goes for each of its commands that names no other language."""


def with_help(app: typer.Typer) -> typer.Typer:
    """`app` with our help for itself and everything registered with it."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            with_help(group.typer_instance)
    return app
