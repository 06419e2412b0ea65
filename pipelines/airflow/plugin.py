"""What Airflow shows of the audit: a tab of each DAG run with the reports of its audit runs.

Every process of Airflow loads its plugins, so nothing heavy is imported here: the pages are built
when the first of them is asked for.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/tda"

Asgi = Callable[[MutableMapping[str, Any], Callable[..., Any], Callable[..., Any]], Awaitable[None]]


class Pages:
    """The application of `report_pages`, made on its first request."""

    def __init__(self) -> None:
        self._app: Asgi | None = None

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        """The request is answered."""
        if self._app is None:
            from pipelines.airflow.report_pages import build_app

            self._app = build_app()
        await self._app(scope, receive, send)


def _base_path() -> str:
    """The path below which Airflow is reached, without a slash at its end."""
    return urlsplit(str(conf.get("api", "base_url", fallback=""))).path.rstrip("/")


class AuditPlugin(AirflowPlugin):  # type: ignore[misc]  # Airflow is not followed by mypy
    """Reports beside the DAG runs that made them."""

    name = "training_data_audit"
    fastapi_apps = [{"app": Pages(), "url_prefix": PREFIX, "name": "Training-data audit"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012  the plugin manager wants lists
        {
            "name": "Audit report",
            "href": f"{_base_path()}{PREFIX}/dag-runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "audit-report",
        }
    ]
