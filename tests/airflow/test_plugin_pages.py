"""The pages beside Airflow's, in Airflow's own server with its own users."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.airflow.environment import isolated_environment

ROOT = Path(__file__).resolve().parents[2]
RUN = "run-20261120-0100-0123abcd"
pytestmark = pytest.mark.airflow

SCRIPT = """
import json, re, sys
from airflow.utils.db import initdb
initdb()
from airflow import plugins_manager
from airflow.api_fastapi.app import create_app
from starlette.testclient import TestClient
from pipelines.airflow.report_pages import build_app

run, out = sys.argv[1:3]
client = TestClient(create_app(apps="core"), raise_server_exceptions=False)

def answer(path, user=None, method="GET", **headers):
    if user:
        headers["Authorization"] = f"Bearer {tokens[user]}"
    given = client.request(method, path, headers=headers, follow_redirects=False)
    return {"status": given.status_code, "text": given.text[:20000], "headers": dict(given.headers)}

tokens = {}
for user in ("admin", "viewer"):
    login = client.post("/auth/token", json={"username": user, "password": f"{user}-password"})
    tokens[user] = login.json()["access_token"]
    client.cookies.clear()

routes = [
    (method, "/tda" + re.sub("{[^}]*}", "x", route.path))
    for route in build_app().routes for method in sorted(route.methods)
]
html = f"/tda/runs/{run}/report.zh.html"
result = {
    "routes": routes,
    "anonymous": [answer(path, method=method)["status"] for method, path in routes],
    "forged": answer(html, Authorization="Bearer x.y.z")["status"],
    "extras": {p: answer("/tda" + p)["status"] for p in ("/docs", "/redoc", "/openapi.json", "/")},
    "extras_known": {p: answer("/tda" + p, "admin")["status"] for p in ("/docs", "/openapi.json")},
    "html": answer(html, "viewer"),
    "json": answer(f"/tda/runs/{run}/report.json", "viewer"),
    "cover": answer("/tda/inquiries/INQ-1/cover.zh.html", "viewer"),
    "hostile": [
        answer("/tda" + path, "admin")["status"] for path in (
            f"/runs/{run}/..%2f..%2fkeys%2fledger.pem", "/runs/..%2f..%2fkeys/ledger.pem",
            f"/runs/{run}/../../keys/ledger.pem", f"/runs/{run}/ledger.pem",
            "/runs/x/report.zh.html",
            "/inquiries/..%2f..%2fkeys/cover.json", "/inquiries/%2e%2e/cover.json",
        )
    ],
    "listed": answer("/tda/dag-runs/audit_dataset/manual__%3Cb%3E+00:00", "viewer",
                     **{"Accept-Language": "zh-CN"}),
    "plugin": [
        [view["name"], view["href"], view["destination"]]
        for plugin in client.get(
            "/api/v2/plugins", headers={"Authorization": f"Bearer {tokens['admin']}"}
        ).json()["plugins"] if plugin["name"] == "training_data_audit"
        for view in plugin["external_views"]
    ],
    "errors": {str(k): str(v) for k, v in plugins_manager.get_import_errors().items()}
    if hasattr(plugins_manager, "get_import_errors") else {},
}
json.dump(result, open(out, "w"))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("plugin")
    home = folder / "home"
    for place, name in (
        (home / "reports" / RUN, "report.zh.html"),
        (home / "reports" / RUN, "report.json"),
        (home / "inquiries" / "INQ-1" / "draft", "cover.zh.html"),
        (home / "keys", "ledger.pem"),
    ):
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(f"{name}: 甲", encoding="utf-8")
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({u: f"{u}-password" for u in ("admin", "viewer")}))
    environment = isolated_environment(home, ROOT / "dags") | {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viewer:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, RUN, str(folder / "answers.json")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert (folder / "answers.json").exists(), done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads((folder / "answers.json").read_text(encoding="utf-8"))


def test_every_route_asks_for_a_user(answers):
    assert len(answers["routes"]) >= 4
    assert set(answers["anonymous"]) == {401}, list(
        zip(answers["routes"], answers["anonymous"], strict=True)
    )
    assert answers["forged"] in (401, 403)


def test_nothing_lists_the_routes(answers):
    assert set(answers["extras"].values()) <= {401, 404}
    assert set(answers["extras_known"].values()) == {404}


def test_whoever_is_logged_in_reads_the_report_as_it_was_written(answers):
    assert answers["html"]["status"] == 200
    assert answers["html"]["text"] == "report.zh.html: 甲"
    assert answers["html"]["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answers["json"]["headers"]["content-type"] == "application/json"
    assert answers["cover"]["text"] == "cover.zh.html: 甲"


def test_a_page_may_load_run_and_embed_nothing(answers):
    for name in ("html", "json", "cover", "listed"):
        headers = answers[name]["headers"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "allow-scripts" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_no_path_leads_out_of_the_reports(answers):
    assert set(answers["hostile"]) == {404}


def test_a_dag_run_without_an_audit_says_so_in_the_language_of_the_reader(answers):
    assert answers["listed"]["status"] == 200
    assert '<html lang="zh">' in answers["listed"]["text"]
    assert "<b>" not in answers["listed"]["text"]


def test_airflow_shows_the_tab_of_the_plugin(answers):
    assert answers["errors"] == {}
    assert answers["plugin"] == [["Audit report", "/tda/dag-runs/{DAG_ID}/{RUN_ID}", "dag_run"]]
