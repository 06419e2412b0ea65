"""Mistakes of people end a task at once, with the sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from pipelines.model.errors import AuditError, ConfigError


@contextmanager
def misuse_is_not_retried(*also: type[AuditError]) -> Iterator[None]:
    """A manifest nobody can follow reads no better the second time: the task fails at once.

    `also` are further errors that waiting does not mend.
    """
    hopeless: tuple[type[AuditError], ...] = (ConfigError, *also)
    try:
        yield
    except hopeless as error:
        raise AirflowFailException(f"{error.message}. {error.advice}") from error
