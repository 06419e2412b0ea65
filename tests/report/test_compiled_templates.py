"""Compiled templates are kept beside their sources, and compiled again where these have changed."""

import sys

import jinja2
import pytest

from pipelines.report.compiled_templates import CompiledTemplates


@pytest.fixture(autouse=True)
def keeping(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.j2").write_text("{{ 6 * seven }}")
    (tmp_path / "environment.py").write_text("first")
    return tmp_path


@pytest.fixture
def compiled(monkeypatch):
    """The names of the templates that were compiled."""
    names = []
    whole = jinja2.Environment.compile

    def compile_one(self, source, name=None, *more, **most):
        names.append(name)
        return whole(self, source, name, *more, **most)

    monkeypatch.setattr(jinja2.Environment, "compile", compile_one)
    return names


def filled_in(folder):
    """The page, as a process that has not seen it yet gives it."""
    kept = CompiledTemplates(folder / "templates", folder / "environment.py")
    loader = jinja2.FileSystemLoader(folder / "templates")
    page = jinja2.Environment(loader=loader, bytecode_cache=kept, autoescape=True)
    return page.get_template("page.j2").render(seven=7)


def kept_in(folder):
    return sorted((folder / "templates").glob("__pycache__/*"))


def test_a_template_is_compiled_by_the_first_process_alone(folder, compiled):
    assert [filled_in(folder), filled_in(folder)] == ["42", "42"]
    assert compiled == ["page.j2"]
    assert len(kept_in(folder)) == 1


def test_it_is_compiled_again_when_it_or_what_decides_has_changed(folder, compiled):
    filled_in(folder)
    (folder / "templates" / "page.j2").write_text("{{ 3 * seven }}")
    assert filled_in(folder) == "21"
    (folder / "environment.py").write_text("second")
    assert filled_in(folder) == "21"
    assert compiled == ["page.j2"] * 3


@pytest.mark.parametrize("left", [0, 31, 40, 70, -1])
def test_a_damaged_file_is_as_none(folder, compiled, left):
    filled_in(folder)
    (path,) = kept_in(folder)
    path.write_bytes(path.read_bytes()[:left])
    assert filled_in(folder) == "42"
    assert compiled == ["page.j2"] * 2
    assert filled_in(folder) == "42"
    assert len(compiled) == 2


def test_where_nothing_can_be_kept_each_process_compiles(folder, compiled, monkeypatch):
    (folder / "templates" / "__pycache__").write_text("no folder")
    assert [filled_in(folder), filled_in(folder)] == ["42", "42"]
    (folder / "templates" / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert filled_in(folder) == "42"
    assert kept_in(folder) == []
    assert compiled == ["page.j2"] * 3
