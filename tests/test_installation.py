"""The project as it is installed: whose names it uses, how its files are kept."""

import ast
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("pipelines", "connectors", "expectations")
OTHERS = ("benchmarks", "examples", "requirements", "tests")
SOURCES = sorted(path for name in (*PACKAGES, "dags") for path in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_else_installs_a_package_of_our_name(package: str):
    assert set(packages_distributions()[package]) == {"training-data-audit"}


def test_files_stay_under_three_hundred_lines():
    others = [path for name in OTHERS for path in (ROOT / name).rglob("*.py")]
    assert len(others) > 300
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (*SOURCES, *others)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }
    assert long == {}


def test_broad_catches_are_the_known_ones_and_no_work_is_unfinished():
    broad = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception"})
            ):
                broad.append(str(path.relative_to(ROOT)))
        words = path.read_text(encoding="utf-8")
        assert "raise NotImplementedError" not in words, path
        assert "TODO" not in words, path
        assert "FIXME" not in words, path
    # a control that breaks is untested; a function that breaks in a worker is a summary with an
    # error; a dataset that breaks does not stop the night
    allowed = (
        "stages/controls.py",
        "engine/attempt.py",
        "engine/spark_session.py",
        "nightly/auditing.py",
    )
    assert set(broad) <= {f"pipelines/{name}" for name in allowed}


def test_package_data_is_declared_for_every_kind_of_file_there_is():
    import configparser

    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    declared = {line.rpartition(".")[2] for line in setup["options.package_data"]["*"].split()}
    kinds = {
        path.suffix[1:] or path.name
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file()
        and path.suffix != ".py"
        # what was compiled here is no file of the wheel
        and not {"__pycache__", "lib"} & set(path.parts[len(ROOT.parts) :])
    }
    assert kinds <= declared | {"typed"}
