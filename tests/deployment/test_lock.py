"""The locks name versions and hashes, never an address, and agree with each other."""

import re
from pathlib import Path

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("audit.txt", "server.txt", "spark.txt", "test.txt")


def versions(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines():
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", line)
        if pinned:
            found.setdefault(pinned[1], set()).add(pinned[2])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_and_no_index(name):
    text = (REQUIREMENTS / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    assert "--trusted-host" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name):
    blocks = (REQUIREMENTS / name).read_text(encoding="utf-8").split("\n")
    pins = [i for i, line in enumerate(blocks) if "==" in line and not line.startswith(" ")]
    assert len(pins) > 50
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
