"""The invented run of `sample_record.py`, assembled and rendered once."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.report.assemble import assemble
from pipelines.report.html import render_html
from pipelines.report.model import Report

# the parts of the invented run import each other by their plain names
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return importlib.import_module("sample_record")


@pytest.fixture(scope="session")
def page() -> ModuleType:
    return importlib.import_module("page_reading")


@pytest.fixture(scope="session")
def report(sample: ModuleType) -> Report:
    return assemble(sample.sample_record(), sample.catalogue())


@pytest.fixture(scope="session")
def chinese(report: Report) -> str:
    return render_html(report, "zh")


@pytest.fixture(scope="session")
def english(report: Report) -> str:
    return render_html(report, "en")
