"""Names a DAG run was given that its form has not: refused, for nobody would act on them."""

from collections.abc import Collection, Mapping

from connectors.shape_fields import nearest
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def refuse_unknown(given: Mapping[str, object], known: Collection[str]) -> None:
    """Nothing, when every name of `given` is one of `known`.

    Airflow takes any name; a `polcy` would be an audit under another policy than the one asked for.

    Raises:
        ConfigError: it names the first that is not, and the one that may be meant.
    """
    unknown = next((name for name in sorted(map(str, given)) if name not in known), None)
    if unknown is None:
        return
    meant = nearest(unknown, known)
    raise ConfigError(
        msg("there is no parameter {name}", name=unknown[:80]),
        advice=(
            msg("did you mean {name}?", name=meant)
            if meant
            else msg("the parameters are: {names}", names=", ".join(known))
        ),
    )
