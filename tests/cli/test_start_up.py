"""What a command imports: a library nobody needs for it is time nobody gets back.

No second is asserted here, as machines differ; the modules are.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "airflow",
    "alembic",
    "duckdb",
    "great_expectations",
    "jinja2",
    "numba",
    "pandas",
    "pyarrow",
    "rich",
    "scipy.sparse",
    "scipy.special",
    "sqlalchemy",
}
CHILD = """
import json, sys
from pipelines.cli import main
try:
    main(sys.argv[2:])
except SystemExit as end:
    code = end.code
with open(sys.argv[1], "w") as out:
    json.dump({"code": code, "modules": sorted(sys.modules)}, out)
"""


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Those of HEAVY that `tda ARGUMENTS` imports in a process of its own."""
    told = tmp_path / "told.json"
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(told), *arguments],
        env={**os.environ, "TDA_HOME": str(tmp_path / "home"), "TDA_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(told.read_text(encoding="utf-8"))
    assert found["code"] in (0, 1, 3), done.stderr
    return HEAVY & set(found["modules"])


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    lines = [json.dumps({"text": f"the same text but for {n // 2} at its end"}) for n in range(9)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["dups", "pii"])
def test_reading_files_needs_arrow_and_no_database_and_no_frame(tmp_path, texts, command):
    assert imported(tmp_path, command, str(texts), "--text", "text") == {"pyarrow"}


def test_help_and_plan_need_nothing_heavy(tmp_path):
    assert imported(tmp_path, "dups", "--help") == set()
    assert imported(tmp_path, "plan", "--lot-size", "500", "--aql", "1.0") == {"scipy.special"}


MANIFEST = """
dataset: small
title: {en: Small}
purpose: pretrain
files: ["texts.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: CC0-1.0}}]
"""


def test_an_audit_of_what_is_on_record_runs_no_suite_and_makes_no_database(tmp_path, texts):
    manifest = tmp_path / "dataset.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    first = imported(tmp_path, "audit", str(manifest), "--json")
    assert first >= {"alembic", "great_expectations", "pandas"}
    again = imported(tmp_path, "audit", str(manifest), "--json")
    assert again == {"jinja2", "pyarrow", "sqlalchemy"}  # few changes need no DuckDB either


ARROW = """
import sys
from pipelines.model.evidence import FILES
import pyarrow as pa

assert pa.array(["a", None]).null_count == 1
assert "pandas" not in sys.modules
frame = pa.table({"n": [1.5, None]}).to_pandas()
assert frame["n"].isna().tolist() == [False, True]
assert pa.array(frame["n"]).to_pylist() == [1.5, None], "a series is known as one from now on"
"""


def test_arrow_finds_pandas_when_a_frame_is_asked_for(tmp_path):
    subprocess.run([sys.executable, "-W", "error", "-c", ARROW], check=True)
