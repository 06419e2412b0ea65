"""The locks name versions and hashes, never an address, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("audit.txt", "server.txt", "spark.txt", "test.txt")
TOOLS = "build.txt"
"""What builds the wheel, and nothing else."""
ROOT = REQUIREMENTS.parent


def versions(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines():
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line)
        if pinned:
            found.setdefault(pinned[1], set()).add(pinned[2])
    return found


@pytest.mark.parametrize("name", [*LOCKS, TOOLS])
def test_a_lock_holds_no_address_and_no_index(name):
    text = (REQUIREMENTS / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert "--trusted-host" not in text


@pytest.mark.parametrize("name", [*LOCKS, TOOLS])
def test_every_pin_has_a_hash(name):
    blocks = (REQUIREMENTS / name).read_text(encoding="utf-8").split("\n")
    pins = [i for i, line in enumerate(blocks) if "==" in line and not line.startswith(" ")]
    assert len(pins) > (50 if name in LOCKS else 1)
    for i in pins:
        assert "--hash=sha256:" in blocks[i + 1], blocks[i]


@pytest.mark.parametrize("name", LOCKS[1:])
def test_the_larger_locks_hold_the_same_versions(name):
    audit, larger = versions("audit.txt"), versions(name)
    if name in {"server.txt", "spark.txt"}:  # of a wheel that has been built
        for package in ("setuptools", "ziglang"):
            del audit[package]
    assert {package: larger[package] for package in audit} == audit


def test_the_audit_installs_no_spark_no_label_studio_server_and_no_test_tools():
    audit = versions("audit.txt")
    for package in ("pyspark", "label-studio", "pytest", "hypothesis", "mypy", "ruff"):
        assert package not in audit


@pytest.mark.parametrize("name", LOCKS)
def test_nothing_brings_files_over_those_of_pyspark(name):
    """Its client package has modules of the same names; the Spark provider of Airflow brings it."""
    assert not {"pyspark-client", "pyspark-connect"} & set(versions(name))
    assert "apache-airflow-providers-apache-spark" not in versions(name)
    assert ("pyspark" in versions(name)) == (name in {"spark.txt", "test.txt"})


def test_the_wheel_is_built_with_the_tools_that_build_it_everywhere():
    tools = versions(TOOLS)
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert set(tools) == {re.split("[<>=]", one)[0] for one in build["requires"]}
    assert tools == {name: versions("audit.txt")[name] for name in tools}


@pytest.mark.parametrize("page", ["Dockerfile", "docs/operations.md"])
def test_where_a_wheel_is_built_what_builds_it_was_installed_before(page):
    """Neither `server.txt` nor `spark.txt` has it, and without build isolation pip fetches none."""
    text = (ROOT / page).read_text(encoding="utf-8")
    before, built, _ = text.partition(
        "wheel --no-cache-dir" if page == "Dockerfile" else "pip wheel"
    )
    assert built
    assert "--no-build-isolation" in text.partition(built)[2].partition("\n")[0]
    assert "--require-hashes -r requirements/build.txt -c requirements/build.txt" in before
    named = re.findall(r"requirements/(\w+\.txt)", text)
    assert all((REQUIREMENTS / name).exists() for name in named)
