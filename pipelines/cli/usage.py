"""What is wrong with a command line, in a sentence of ours: Typer says it in English only."""

import re
from collections.abc import Mapping

from typer import TyperException

from pipelines.model.errors import ConfigError
from pipelines.model.message import Message, msg

_UNKNOWN = re.compile(r"No such command (?P<q>['\"])(.*?)(?P=q)(?:\. Did you mean (.*)\?|\.)", re.S)
_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
_NO_VALUE = re.compile(r"Option '(.*)' requires an argument\.", re.DOTALL)
_VALUE = re.compile(r"Option '(.*)' does not take a value\.", re.DOTALL)


def usage_error(error: TyperException, command: str) -> ConfigError:
    """The error of the command line `command`, which Typer could not follow.

    A sentence of Typer that nobody met yet is quoted as it stands.
    """
    context = getattr(error, "ctx", None)
    usage = str(getattr(context, "command_path", None) or command)
    message, near = _message(error)
    if near:
        advice = msg(
            "perhaps you mean {names}; see {command}", names=near, command=f"{usage} --help"
        )
    else:
        advice = msg("see {command}", command=f"{usage} --help")
    return ConfigError(message, advice=advice)


def _message(error: TyperException) -> tuple[Message, str]:
    """What is wrong, and the names that resemble what was typed."""
    text = str(getattr(error, "message", "") or error)
    name = _name(error)
    if type(error).__name__ == "MissingParameter":
        return msg("{name} is missing", name=name), ""
    if type(error).__name__ == "NoSuchOption":
        near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
        return msg(
            "there is no option {option} here", option=getattr(error, "option_name", "")
        ), near
    if name:
        return _bad_value(error, name, text), ""
    if text == "Missing command.":
        return msg("a command is missing"), ""
    if found := _UNKNOWN.fullmatch(text):
        near = (found[3] or "").replace("'", "")
        return msg("there is no command {command} here", command=found[2]), near
    if found := _EXTRA.fullmatch(text):
        return msg("more was given than is asked for: {arguments}", arguments=found[1]), ""
    if found := _NO_VALUE.fullmatch(text):
        return msg("{option} needs a value after it", option=found[1]), ""
    if found := _VALUE.fullmatch(text):
        return msg("{option} takes no value", option=found[1]), ""
    return msg("the command line cannot be followed: {reason}", reason=text), ""


def _name(error: TyperException) -> str:
    """`--option` or `ARGUMENT` the error is about; empty where it is about none."""
    parameter = getattr(error, "param", None)
    options = [name for name in getattr(parameter, "opts", ()) if name.startswith("-")]
    if options:
        return str(options[-1])
    return str(getattr(parameter, "metavar", None) or getattr(parameter, "name", None) or "")


def _bad_value(error: TyperException, name: str, text: str) -> Message:
    kind, limits = _cause(error)
    if kind in {"int_parsing", "int_parsing_size", "int_type", "int_from_float"}:
        return msg("{option} is to be a whole number", option=name)
    if kind == "greater_than_equal":
        return msg("{option} is to be {least} or more", option=name, least=int(limits["ge"]))
    if kind == "less_than_equal":
        return msg("{option} is to be {most} or less", option=name, most=int(limits["le"]))
    return msg("{option} cannot be followed: {reason}", option=name, reason=text)


def _cause(error: TyperException) -> tuple[str, Mapping[str, int]]:
    """The first thing pydantic, which Typer asks about values, has against this one."""
    errors = getattr(error.__cause__, "errors", None)
    first = errors()[0] if errors is not None else {}
    return str(first.get("type", "")), first.get("ctx", {})
