"""The compiled library: the same on every processor, within its bounds, built once."""

import subprocess
import sys
import weakref
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipelines.kernels.keywords import KeywordSearch, keyword_table
from pipelines.kernels.native import build, library
from pipelines.kernels.normal_facts import NormalFacts, normal_facts
from pipelines.kernels.personal_information import find_block
from pipelines.stages.comparing_texts import near_duplicates

sys.path.insert(0, str(Path(__file__).parent))
from native_corpus import TERMS, native_texts

GUARDED = Path(__file__).parent / "facing_a_guard_page.py"


def results(texts: list[str | None]) -> list[object]:
    column = pa.array(texts, pa.large_string())
    search = KeywordSearch(keyword_table(TERMS))
    facts = normal_facts(column, keywords=search)
    words = search.taken()
    found = near_duplicates(column)
    hits = [hit for found in find_block(column) for hit in found.hits()]
    arrays = [getattr(facts, field.name) for field in fields(NormalFacts)]
    assert set(words.terms) == set(range(len(TERMS)))
    arrays += [words.texts, words.terms, words.counts]
    arrays += [found.removed, found.kept, found.similarity]
    return [*(array.tolist() for array in arrays), hits]


def test_every_instruction_set_gives_the_same_results(monkeypatch):
    texts = native_texts(600, seed=3)
    expected = results(texts)
    assert np.any(np.array(expected[0]) > 0)
    for level in build.levels():
        monkeypatch.setattr(library, "best_level", lambda level=level: level)
        assert results(texts) == expected, level


def guarded(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(GUARDED), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_no_byte_behind_a_text_is_read():
    done = guarded()
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr


def test_a_byte_read_behind_a_text_would_end_the_process():
    assert guarded("beyond").returncode < 0


def test_nothing_undefined_is_done_on_the_way(tmp_path, monkeypatch):
    trapping = ("-fsanitize=undefined", "-fsanitize-trap=undefined", "-O1")
    monkeypatch.setattr(build, "OPTIONS", (*build.OPTIONS, *trapping))
    done = guarded(str(build.build(build.levels()[0], tmp_path)))
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr


def test_a_library_is_named_by_what_it_is_made_of(tmp_path, monkeypatch):
    before = build.library_path("x86_64_v3", tmp_path)
    assert before == build.library_path("x86_64_v3", tmp_path)
    monkeypatch.setattr(build, "OPTIONS", (*build.OPTIONS, "-DOTHER"))
    assert before != build.library_path("x86_64_v3", tmp_path)


def test_a_processor_gets_the_best_library_it_can_run():
    if build.platform.machine() != "x86_64":
        assert build.levels() == ("baseline",)
        return
    assert build.levels(frozenset()) == ("x86_64_v2",)
    modern = frozenset(("avx2", "bmi1", "bmi2", "fma", "movbe"))
    assert build.levels(modern)[0] == "x86_64_v3"
    assert build.levels(modern | {"avx512f"})[0] == "x86_64_v3"
    wide = modern | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
    assert build.levels(wide)[0] == "x86_64_v4"
    assert build.levels(wide | {"avx512vbmi", "avx512_vbmi2"})[0] == "x86_64_v4_vbmi2"


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match="one after the other"):
        library.pointer(np.arange(10)[::2])


def test_an_array_that_only_its_address_names_stays():
    array = np.arange(1000)
    there = weakref.ref(array)
    address = library.pointer(array)
    del array
    assert there() is not None
    del address
    assert there() is None
