"""The same corpora through `tda audit`: its figures are those of `tda dups`."""

import json
from pathlib import Path

import plain_law
from test_many_texts import FEW_KIB
from test_odd_texts import CORPORA

from benchmarks.hostile import empty, pages

MANIFEST = """\
dataset: odd
title: {en: Odd}
purpose: pretrain
files: ["texts.jsonl"]
record: {text: [text]}
sources: [{id: own, type: self_produced, licence: {id: CC0-1.0}}]
personal_information: {present: false}
"""
FIGURES = ("records", "empty", "quarantined", "exact_duplicates", "near_duplicates")


def audited(workspace) -> tuple[dict, int]:
    manifest = workspace.folder / "dataset.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    code, text, peak = workspace.tda("audit", manifest, "--json", "--workers", "1")
    assert code in (0, 1, 3)
    return json.loads(text), peak


def test_an_audit_of_every_odd_text_finds_what_the_comparison_found(workspace):
    texts = [text for corpus in CORPORA.values() for text in corpus]
    compared = workspace.dups(workspace.write(texts))
    outcome, _ = audited(workspace)
    assert {name: outcome[name] for name in FIGURES} == {
        name: compared.outcome[name] for name in FIGURES
    }
    law = plain_law.law(texts)
    assert outcome["empty"] == law.empty
    assert outcome["exact_duplicates"] == len(law.exact)
    page = Path(outcome["report"]["json"]).read_text(encoding="utf-8")
    assert "\u0301\u0301\u0301" not in page, "no text of a record is in a report"


def test_pages_and_empty_strings_in_one_file_are_audited_in_bounded_memory(workspace):
    texts = [*pages(3_000), *empty(30_000), *pages(3_000)]
    workspace.write(texts)
    outcome, peak = audited(workspace)
    found = [outcome[name] for name in FIGURES]
    assert found == [len(texts), 30_000, 0, 3_000, 2_999]
    assert peak < 2 * FEW_KIB
