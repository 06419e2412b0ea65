"""A setting nobody can follow ends in a sentence that names it, before anything is touched."""

import os
from pathlib import Path

import pytest
from tda_process import tda

from pipelines.model.errors import ConfigError
from pipelines.settings import read_settings

BAD = [
    ("TDA_WORKERS", "abc"),
    ("TDA_WORKERS", "0"),
    ("TDA_WORKERS", "-2"),
    ("TDA_WORKERS", "1.5"),
    ("TDA_WORKERS", "٣"),
    ("TDA_WORKERS", "9" * 5000),
    ("TDA_MAX_RECORD_BYTES", "256 MB"),
    ("TDA_MEMORY_LIMIT", "plenty"),
    ("TDA_MEMORY_LIMIT", "384MB'; --"),
    ("TDA_ENGINE", "ray"),
    ("TDA_ENGINE", "Spark"),
    ("TDA_SPARK_MASTER", "host:7077"),
    ("TDA_SPARK_MASTER", "spark://host"),
    ("TDA_SPARK_MASTER", "sc://host:15002"),
    ("TDA_SPARK_MASTER", "spark://host:7077 --conf x=y"),
    ("TDA_REHASH", "yes"),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_setting_that_cannot_be_followed_is_named_with_what_it_should_be(name, text):
    with pytest.raises(ConfigError) as caught:
        read_settings({name: text})
    assert name in str(caught.value.message)
    assert name in str(caught.value.advice)
    assert len(str(caught.value.message)) < 300


def test_an_empty_variable_is_one_that_is_not_set(tmp_path):
    found = read_settings({"TDA_HOME": str(tmp_path), "TDA_WORKERS": "", "TDA_DATABASE_URL": ""})
    assert found.workers == (os.cpu_count() or 1)
    assert found.database_url.endswith("audit.db")


def test_a_setting_in_order_is_taken(tmp_path):
    found = read_settings(
        {"TDA_HOME": str(tmp_path), "TDA_WORKERS": " 3 ", "TDA_MEMORY_LIMIT": "1.5 GiB"}
    )
    assert (found.workers, found.memory_limit) == (3, "1.5 GiB")
    assert (found.engine, found.spark_master) == ("local", None)
    two = "spark://one:7077,two:7077"
    found = read_settings({"TDA_ENGINE": " spark ", "TDA_SPARK_MASTER": two})
    assert (found.engine, found.spark_master) == ("spark", two)


@pytest.mark.parametrize(
    "command",
    [["gate", "check", "x@sha256:" + "0" * 64], ["ledger", "verify"], ["report", "run-1"]],
)
def test_every_command_exits_2_with_the_sentence(command, tmp_path: Path):
    done = tda(tmp_path, *command, TDA_WORKERS="abc")
    assert done.returncode == 2, done.stderr
    assert "TDA_WORKERS is abc" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
