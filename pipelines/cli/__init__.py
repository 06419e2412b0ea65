"""The command line, `tda`: one module a command, imported when it is run or help is asked."""

import os
import sys
from importlib import import_module

import typer

from pipelines.model.errors import AuditError, ConfigError
from pipelines.model.message import msg

COMMANDS = (
    "audit",
    "register",
    "registered",
    "nightly",
    "report",
    "trend",
    "diff",
    "gate",
    "dups",
    "overlaps",
    "pii",
    "agreement",
    "plan",
    "controls",
    "ledger",
    "doctor",
    "retention",
)
"""In the order of `tda --help`; each is a module of this package with `register(app)`."""

MISUSE, UNFINISHED, INTERRUPTED = 2, 3, 130


def build(only: str | None = None) -> typer.Typer:
    """The application with all COMMANDS, or with `only` one of them."""
    app = typer.Typer(
        name="tda",
        help="Audit training data: sources, licences, consent, duplicates, labels, evidence.\n\n"
        "Start with: tda audit path/to/dataset.yaml",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in (only,) if only else COMMANDS:
        import_module(f"pipelines.cli.{name}").register(app)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run `tda` and exit: what the command says, 2 for misuse, 3 where work was left undone."""
    given = sys.argv[1:] if arguments is None else arguments
    known = next((word for word in given if not word.startswith("-")), None)
    app = build(known if known in COMMANDS else None)
    try:
        code = app(given, prog_name="tda", standalone_mode=False)
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help that was printed
            sys.stderr.write(f"{error}\n")
        else:
            _complain(_usage(error, known), given)
        sys.exit(MISUSE)
    except AuditError as error:
        _complain(error, given)
        sys.exit(MISUSE if isinstance(error, ConfigError) else UNFINISHED)
    except _database_errors() as error:
        _complain(_unreachable(error), given)
        sys.exit(UNFINISHED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # whoever read our output has had enough; the interpreter must not complain at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _root() -> None:
    """Audit training data: sources, licences, consent, duplicates, labels, evidence."""


def _usage(error: typer.TyperException, known: str | None) -> AuditError:
    from pipelines.cli.usage import usage_error

    return usage_error(error, f"tda {known}" if known in COMMANDS else "tda")


def _database_errors() -> tuple[type[Exception], ...]:
    """What SQLAlchemy raises for the database, where a command has imported it."""
    module = sys.modules.get("sqlalchemy.exc")
    return (module.DBAPIError,) if module else ()


def _unreachable(error: Exception) -> AuditError:
    """The same without the statement and its address."""
    return AuditError(
        msg("the audit database failed: {kind}", kind=type(error).__name__),
        advice=msg(
            "check its disk, its server and its log; then run the command again: an audit goes on "
            "where it stopped"
        ),
    )


def _complain(error: AuditError, given: list[str]) -> None:
    """What happened and what to do about it, on stderr, in the language asked for."""
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language

    try:
        lang = choose_language(_option("--lang", given), os.environ)
    except ConfigError:
        lang = choose_language("en", os.environ)
    sys.stderr.write(f"tda: {translate(error.message, lang)}\n")
    sys.stderr.write(f"     {translate(error.advice, lang)}\n")


def _option(name: str, given: list[str]) -> str | None:
    """The value of an option, looked up before (or without) the parser."""
    for word, following in zip(given, [*given[1:], ""], strict=True):
        if word == name:
            return following or None
        if word.startswith(f"{name}="):
            return word.partition("=")[2] or None
    return None
