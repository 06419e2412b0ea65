"""Options that take one of a few words."""

from collections.abc import Sequence

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def one_of(option: str, value: str, known: Sequence[str]) -> str:
    """`value`, which is one of `known`.

    Raises:
        ConfigError: it is not.
    """
    if value not in known:
        raise ConfigError(
            msg("{option} {value} is not known here", option=option, value=value),
            advice=msg("use one of: {known}", known=", ".join(known)),
        )
    return value
