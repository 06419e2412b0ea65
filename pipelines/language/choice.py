"""Which language to speak."""

from collections.abc import Mapping

from pipelines.language.catalogue import Language
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def choose_language(option: str | None, environ: Mapping[str, str]) -> Language:
    """The language of `--lang`, else of `TDA_LANG`, else of the locale; English where none says.

    Raises:
        ConfigError: the option or `TDA_LANG` names a language that is not spoken here.
    """
    asked = option or environ.get("TDA_LANG")
    if asked:
        return _known(asked)
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


def language_of(accepted: str) -> Language:
    """The language that an Accept-Language header prefers (RFC 9110, 12.5.4), roughly: its first.

    English where that is neither.
    """
    return Language.ZH if accepted.strip().lower().startswith("zh") else Language.EN


def _known(asked: str) -> Language:
    try:
        return Language(asked.lower())
    except ValueError as error:
        raise ConfigError(
            msg("the language {asked} is not spoken here", asked=asked),
            advice=msg("use --lang zh or --lang en"),
        ) from error
