"""Access to object stores from an Airflow connection, for as long as a task needs it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

CONNECTION = "TDA_S3_CONNECTION"
"""The variable that names the connection; without it the AWS_… variables of the worker hold."""
_TYPES = ("aws", "s3", "generic")
_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
)
_EXTRAS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
    "region_name": "AWS_REGION",
    "endpoint_url": "AWS_ENDPOINT_URL",
}
_SECRETS = ("aws_secret_access_key", "aws_session_token")
_NOT_HERE = ("role_arn", "profile_name", "assume_role_method", "session_kwargs")


class Connected(Protocol):
    """What is read of an Airflow connection."""

    conn_type: str
    login: str | None
    password: str | None

    @property
    def extra_dejson(self) -> Mapping[str, Any]:
        """Its extra fields."""
        ...


@contextmanager
def object_store_access() -> Iterator[None]:
    """Inside, object stores are read as the connection says that CONNECTION names.

    Its values are in the environment of this process and of the workers it starts, and nowhere
    else: not in XCom, not in a run, and masked in Airflow's logs. They replace the worker's own as
    a whole, and are taken out again.

    Raises:
        ConfigError: there is no such connection, or it asks for what is not done here.
    """
    name = os.environ.get(CONNECTION)
    if not name:
        yield
        return
    stated = variables(_connection(name), name)
    before = {variable: os.environ.pop(variable, None) for variable in _VARIABLES}
    os.environ.update(stated)
    try:
        yield
    finally:
        for variable, value in before.items():
            os.environ.pop(variable, None)
            if value is not None:
                os.environ[variable] = value


def variables(connection: Connected, name: str) -> dict[str, str]:
    """The variables that give the access of the connection called `name`.

    Raises:
        ConfigError: it is of another kind, or wants a role or a profile.
    """
    extra = connection.extra_dejson
    if connection.conn_type not in _TYPES or any(extra.get(field) for field in _NOT_HERE):
        raise ConfigError(
            msg("the Airflow connection {id} is not that of an object store", id=name),
            advice=msg(
                "give it the type aws, the access key as login and the secret key as password"
            ),
        )
    stated = {
        variable: str(extra[field]) for field, variable in _EXTRAS.items() if extra.get(field)
    }
    if connection.login:
        stated["AWS_ACCESS_KEY_ID"] = connection.login
    if connection.password:
        stated["AWS_SECRET_ACCESS_KEY"] = connection.password
    return stated


def _connection(name: str) -> Connected:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from airflow.sdk.log import mask_secret

    try:
        found: Connected = Connection.get(name)
    except AirflowNotFoundException as error:
        raise ConfigError(
            msg("the Airflow connection {id} does not exist", id=name),
            advice=msg("create it, or correct TDA_S3_CONNECTION"),
        ) from error
    for secret in (found.password, *(found.extra_dejson.get(field) for field in _SECRETS)):
        if secret:
            mask_secret(str(secret))
    return found
