"""The invented run of `sample_record.py`, assembled and rendered once."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.report.assemble import assemble
from pipelines.report.html import render_html
from pipelines.report.model import Report


def _load(name: str) -> ModuleType:
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"tests_report_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return _load("sample_record")


@pytest.fixture(scope="session")
def page() -> ModuleType:
    return _load("page")


@pytest.fixture(scope="session")
def report(sample: ModuleType) -> Report:
    return assemble(sample.sample_record(), sample.catalogue())


@pytest.fixture(scope="session")
def chinese(report: Report) -> str:
    return render_html(report, "zh")


@pytest.fixture(scope="session")
def english(report: Report) -> str:
    return render_html(report, "en")
