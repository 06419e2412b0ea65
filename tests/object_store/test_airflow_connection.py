"""An Airflow connection gives a task its access to the store, and leaves no trace of it."""

import json
import os
import subprocess
import sys

import pytest

from pipelines.airflow.environment import isolated_environment

pytestmark = pytest.mark.airflow

TASK = """
import json, os, sys
from pipelines.airflow.connections import object_store_access
from pipelines.model.errors import AuditError
names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_SESSION_TOKEN")
before = dict(os.environ)
out = {}
try:
    with object_store_access():
        out["inside"] = {name: os.environ.get(name) for name in names}
        from connectors.object_store import matching
        out["found"] = matching(sys.argv[1])
except AuditError as error:
    out["error"] = f"{error.message}. {error.advice}"
out["restored"] = dict(os.environ) == before
from airflow.sdk._shared.secrets_masker import redact
out["masked"] = redact("the key is hush-hush-hush")
print("RESULT " + json.dumps(out))
"""


def carried_out(tmp_path, uri, connection, **more):
    environment = {
        **isolated_environment(tmp_path, tmp_path / "dags"),
        "TDA_ALLOW_LOCAL_ENDPOINTS": "1",
        "TDA_S3_CONNECTION": "corpus",
        "AWS_ACCESS_KEY_ID": "the worker's own",
        "AWS_SESSION_TOKEN": "the worker's own",
        **more,
    }
    if connection is not None:
        environment["AIRFLOW_CONN_CORPUS"] = json.dumps(connection)
    done = subprocess.run(
        [sys.executable, "-c", TASK, uri],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT ")), done.stdout.replace(line, "") + done.stderr


def test_a_connection_gives_the_access_while_the_task_lasts(s3, server, tmp_path):
    bucket = s3({"a.jsonl": b"{}"})
    connection = {
        "conn_type": "aws",
        "login": "AKIATEST",
        "password": "hush-hush-hush",
        "extra": {"endpoint_url": server.url, "region_name": "us-west-2"},
    }
    found, output = carried_out(tmp_path, f"s3://{bucket}/*.jsonl", connection)
    assert found["found"] == [f"s3://{bucket}/a.jsonl"]
    assert found["inside"] == {
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": "hush-hush-hush",
        "AWS_REGION": "us-west-2",
        "AWS_SESSION_TOKEN": None,
    }
    assert found["restored"]
    assert "hush-hush-hush" not in found["masked"] + output


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        (None, "corpus does not exist"),
        ({"conn_type": "postgres", "password": "hush-hush-hush"}, "is not that of an object"),
        ({"conn_type": "aws", "extra": {"role_arn": "arn:x"}}, "is not that of an object store"),
    ],
)
def test_a_connection_nobody_can_use_is_a_sentence_without_its_secret(tmp_path, connection, said):
    found, output = carried_out(tmp_path, "s3://bucket/*", connection)
    assert said in found["error"]
    assert found["restored"]
    assert "hush-hush-hush" not in output + found["error"]
    assert os.environ.get("TDA_S3_CONNECTION") is None
