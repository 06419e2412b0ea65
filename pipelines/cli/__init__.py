"""The command line, `tda`: one module a command, imported when it is run or help is asked."""

import os
import sys
from importlib import import_module
from typing import NoReturn

import typer

from pipelines.cli.help_command import GroupLang, with_help
from pipelines.model.errors import AuditError, ConfigError
from pipelines.model.message import Message, msg
from pipelines.model.telling import speak

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

MISUSE, UNFINISHED, INTERRUPTED, CLOSED_PIPE = 2, 3, 130, 141


def build(only: str | None = None) -> typer.Typer:
    """The application with all COMMANDS, or with `only` one of them."""
    app = typer.Typer(
        name="tda",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name in (only,) if only else COMMANDS:
        import_module(f"pipelines.cli.{name}").register(app)
    return with_help(app)


def main(arguments: list[str] | None = None) -> None:
    """Run `tda` and exit: what the command says, 2 for misuse, 3 where work was left undone."""
    _open_what_is_closed()
    given = sys.argv[1:] if arguments is None else arguments
    speak(lambda message: _spoken(message, given))
    known = _command(given)
    app = build(known if known in COMMANDS else None)
    try:
        _refuse_empty(given, known)
        code = app(given, prog_name="tda", standalone_mode=False, obj=_option("--lang", given))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help that was printed
            sys.stderr.write(f"{error}\n")
        else:
            _complain(_usage(error, known), given)
        sys.exit(MISUSE)
    except BrokenPipeError:
        _stop_writing()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # where Typer noticed it first
            _stop_writing()
        raise
    except _told() as error:
        said = _said(error)
        _complain(said, given)
        sys.exit(MISUSE if isinstance(said, ConfigError) else UNFINISHED)
    sys.exit(code if isinstance(code, int) else 0)


def _said(error: Exception) -> AuditError:
    """`error` in a sentence of ours; an OSError is a full disk or a right taken away, anywhere."""
    match error:
        case AuditError():
            return error
        case UnicodeEncodeError():
            return _no_text(error)
        case OSError():
            return _refused(error)
    return _unreachable(error)


def _root(lang: GroupLang = None) -> None:
    """Audit training data: sources, licences, consent, duplicates, labels, evidence.

    Example: tda audit path/to/dataset.yaml
    """


def _command(given: list[str]) -> str | None:
    """The first word that is neither an option nor the language of all commands."""
    words = zip(["", *given], given, strict=False)
    return next((w for before, w in words if w[:1] != "-" and before != "--lang"), None)


def _stop_writing() -> NoReturn:
    """Whoever read our output has had enough: no result, so never the exit code of one."""
    # the interpreter must not complain at exit either
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(CLOSED_PIPE)


def _no_text(error: UnicodeEncodeError) -> AuditError:
    """A word of the command line that is no text: Python carries its bytes as lone surrogates."""
    return ConfigError(
        msg("{word} is not text in UTF-8", word=error.object[:200]),
        advice=msg("type it again in UTF-8, or rename the file; see the locale of the terminal"),
    )


def _refuse_empty(given: list[str], known: str | None) -> None:
    """An empty word is a variable of the shell that is not set; as a path it would be this folder.

    Raises:
        ConfigError: one of the words is empty.
    """
    for before, word in zip(["", *given], given, strict=False):
        if word.strip() and not word.endswith("="):
            continue
        option = word[:-1] or before
        raise ConfigError(
            msg("{option} has an empty value", option=option)
            if option.startswith("--")
            else msg("an argument is empty"),
            advice=msg(
                "write the value, or leave the option out; see {command}",
                command=f"tda {known} --help" if known in COMMANDS else "tda --help",
            ),
        )


def _usage(error: typer.TyperException, known: str | None) -> AuditError:
    from pipelines.cli.usage import usage_error

    return usage_error(error, f"tda {known}" if known in COMMANDS else "tda")


def _open_what_is_closed() -> None:
    """Whoever closed our outputs wants to hear nothing; what is written to them goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # kept open to the end: the number of a closed one would go to the next file opened
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123


def _told() -> tuple[type[Exception], ...]:
    """What gets a sentence: with what SQLAlchemy raises, where a command has imported it."""
    module = sys.modules.get("sqlalchemy.exc")
    database = (module.DBAPIError,) if module else ()
    return (AuditError, UnicodeEncodeError, OSError, *database)


def _unreachable(error: Exception) -> AuditError:
    """The same without the statement and its address."""
    return AuditError(
        msg("the audit database failed: {kind}", kind=type(error).__name__),
        advice=msg(
            "check its disk, its server and its log; then run the command again: an audit goes on "
            "where it stopped"
        ),
    )


def _refused(error: OSError) -> AuditError:
    """What the operating system did not do, with the name of the file where it gives one."""
    from pipelines.model.os_reason import os_reason

    reason = os_reason(error)
    named = isinstance(error.filename, (str, bytes))
    return AuditError(
        msg("{path}: {reason}", path=os.fsdecode(error.filename), reason=reason)
        if named
        else reason,
        advice=msg("mend that, then run the command again: an audit goes on where it stopped"),
    )


def _spoken(message: Message, given: list[str]) -> str:
    """`message` in the language asked for."""
    from pipelines.language.catalogue import translate
    from pipelines.language.choice import choose_language

    try:
        lang = choose_language(_option("--lang", given), os.environ)
    except ConfigError:
        lang = choose_language("en", os.environ)
    return translate(message, lang)


def _complain(error: AuditError, given: list[str]) -> None:
    """What happened and what to do about it, on stderr, in the language asked for."""
    sys.stderr.write(f"tda: {_spoken(error.message, given)}\n")
    sys.stderr.write(f"     {_spoken(error.advice, given)}\n")


def _option(name: str, given: list[str]) -> str | None:
    """The last value of an option, looked up before (or without) the parser."""
    found = None
    for word, following in zip(given, [*given, ""][1:], strict=True):
        if word == name:
            found = following or None
        if word.startswith(f"{name}="):
            found = word.partition("=")[2] or None
    return found
