"""docs/operations.md and the container files against what the program reads and answers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipelines.cli import CLOSED_PIPE, INTERRUPTED, MISUSE, UNFINISHED
from pipelines.cli.gate import CODES
from pipelines.model.outcome import Gate
from pipelines.settings import read_settings
from pipelines.upkeep.rules import read_rules

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = ("pipelines", "connectors", "expectations", "dags")
FILES = ("docker-compose.yml", "Dockerfile", "docs/operations.md")
KNOWN = """
import json, re, sys
from airflow.configuration import conf
from airflow.providers_manager import ProvidersManager
ProvidersManager().initialize_providers_configuration()
named = json.load(sys.stdin)
known = {(s, o) for s, found in conf.configuration_description.items() for o in found["options"]}
json.dump([one for one in named if tuple(one) not in known], sys.stdout)
"""


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def table_of(text: str) -> dict[str, str]:
    """The second column of the tables of a section, by what stands in the first."""
    rows = re.findall(r"^\| `?([^|`]+)`?[^|]* \| ([^|]*) \|", text, re.MULTILINE)
    return {name: value.strip(" `") for name, value in rows}


def read_by_code() -> set[str]:
    sources = [path for name in CODE for path in (ROOT / name).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    return {name for text in texts for name in re.findall(r"\bTDA_[A-Z][A-Z_0-9]*\b", text)}


def test_the_defaults_are_those_of_the_program():
    told, found = table_of(section("Settings")), read_settings({})
    assert Path(told["TDA_HOME"]).absolute() == found.home
    assert found.database_url == f"sqlite:///{found.home / 'audit.db'}"
    assert told["TDA_DATABASE_URL"] == "SQLite in the workspace"
    assert (told["TDA_ROOTS"], found.roots) == ("none", ())
    assert (told["TDA_WORKERS"], found.workers) == ("one a core", os.cpu_count())
    assert told["TDA_MEMORY_LIMIT"] == found.memory_limit
    assert told["TDA_ENGINE"] == found.engine
    assert (told["TDA_SPARK_MASTER"], found.spark_master) == ("none", None)
    assert told["TDA_MAX_RECORD_BYTES"] == f"{found.max_record_bytes >> 20} MiB"
    assert (told["TDA_REHASH"], found.rehash) == ("0", False)


def test_the_defaults_of_retention_are_those_of_the_program():
    told, rules = table_of(section("Looking after a workspace")), read_rules({})
    assert int(told["TDA_KEEP_EVIDENCE_DAYS"]) == rules.evidence_days
    assert int(told["TDA_KEEP_REPORTS_DAYS"]) == rules.report_days
    assert int(told["TDA_KEEP_RUNS"]) == rules.runs
    assert (told["TDA_KEEP_SHORTER_BECAUSE"], rules.shorter_because) == ("none", None)


def test_every_setting_of_a_table_is_read_by_the_program():
    named = set(re.findall(r"^\| `(TDA_\w+)`", PAGE.split("\n## Containers\n")[0], re.MULTILINE))
    assert len(named) > 12
    assert named <= read_by_code()


def test_the_exit_codes_are_those_of_the_program():
    told = PAGE.split("**Exit codes.**")[1].split("\n\n")[0]
    assert f"{MISUSE} is a sentence on what cannot be followed" in " ".join(told.split())
    assert f"{UNFINISHED} one on what could not be finished" in " ".join(told.split())
    assert f"{INTERRUPTED} an interruption" in " ".join(told.split())
    assert f"{CLOSED_PIPE} a pipe" in " ".join(told.split())


def test_the_exit_codes_of_a_gate_are_those_of_the_program():
    rows = re.findall(r"^\| (\d) \| `(\w+)`", section("Before a training job"), re.MULTILINE)
    assert {gate: int(code) for code, gate in rows} == CODES
    assert set(CODES) == {gate.value for gate in Gate}


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return compose["services"]


def test_every_variable_of_a_container_is_read_in_it(services):
    """By the program, or by the command the container runs; those of other images are theirs."""
    for name, service in services.items():
        ours = {key for key in service.get("environment", {}) if key.startswith("TDA_")}
        command = json.dumps(service.get("command", ""))
        unread = {key for key in ours - read_by_code() if key not in command}
        assert unread == set(), name


def test_every_name_the_compose_file_asks_for_stands_in_its_table():
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", text))
    cells = re.findall(r"^\| (`[^|]+) \|", section("Containers"), re.MULTILINE)
    assert asked == set(re.findall(r"`(\w+)`", " ".join(cells)))


def test_every_path_of_a_container_is_there(services):
    """What is mounted from here exists, and where volumes and DAGs lie is what the image says."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    mounted = [volume for one in services.values() for volume in one.get("volumes", ())]
    here = {volume.split(":")[0] for volume in mounted if volume.startswith("./")}
    assert here == {"./dags"}
    assert all((ROOT / path).is_dir() for path in here)
    scheduler = services["scheduler"]
    inside = {
        volume.split(":")[-2 if volume.endswith(":ro") else -1] for volume in scheduler["volumes"]
    }
    settings = scheduler["environment"]
    assert {settings["TDA_HOME"], settings["TDA_ROOTS"]} <= inside
    assert f"TDA_HOME={settings['TDA_HOME']}" in image
    dags = re.findall(r"AIRFLOW__CORE__DAGS_FOLDER=(\S+)", image)
    assert set(dags) <= inside


def test_every_option_of_airflow_is_one_of_this_airflow(tmp_path):
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in FILES]
    found = {one for text in texts for one in re.findall(r"AIRFLOW__([A-Z_]+?)__([A-Z_]+)", text)}
    assert len(found) > 12
    named = sorted([section.lower(), option.lower()] for section, option in found)
    done = subprocess.run(
        [sys.executable, "-c", KNOWN],
        input=json.dumps(named),
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
