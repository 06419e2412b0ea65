"""Reports and drafts as pages of Airflow's own server, for whoever is logged in and may see them.

Airflow serves the routes of a plugin to anybody: every route here asks for a user, and for the
right to read the runs of the DAG it belongs to. There is no schema and no documentation to list
them. A page is a file as it was written, and may load, run and embed nothing.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response, params
from fastapi.responses import FileResponse, HTMLResponse

from pipelines.airflow.run_list import render_runs, runs_of
from pipelines.airflow.served_files import draft_file, report_file
from pipelines.language.choice import language_of
from pipelines.settings import read_settings

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-downloads",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MEDIA = {".html": "text/html; charset=utf-8", ".json": "application/json"}


def _may_read(dag_id: str | None = None) -> params.Depends:
    """A user who may read the runs of `dag_id`, or of the DAG the path names."""
    return params.Depends(requires_access_dag("GET", DagAccessEntity.RUN, dag_id))


def build_app() -> FastAPI:
    """The application; everything in it answers 401 to a caller who is not logged in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(get_user)])

    @app.middleware("http")
    async def guard(request: Request, follow: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await follow(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/runs/{run}/{name}", dependencies=[_may_read("audit_dataset")])
    def report(run: str, name: str) -> Response:
        return _given(report_file(read_settings(), run, name))

    @app.get("/inquiries/{inquiry}/{name}", dependencies=[_may_read("answer_inquiry")])
    def cover(inquiry: str, name: str) -> Response:
        return _given(draft_file(read_settings(), inquiry, name))

    @app.get("/inquiries/{inquiry}/runs/{run}/{name}", dependencies=[_may_read("answer_inquiry")])
    def cited(inquiry: str, run: str, name: str) -> Response:
        return _given(draft_file(read_settings(), inquiry, name, run))

    @app.get("/dag-runs/{dag_id}/{dag_run}", dependencies=[_may_read()])
    def listed(
        dag_id: str, dag_run: str, accept_language: Annotated[str, Header()] = ""
    ) -> Response:
        found = runs_of(f"airflow:{dag_id}/{dag_run}", read_settings())
        return HTMLResponse(render_runs(found, language_of(accept_language)))

    return app


def _given(path: Path | None) -> Response:
    if path is None:
        raise HTTPException(404, "not found")
    return FileResponse(path, media_type=MEDIA[path.suffix])
