import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest
from pipelines.engine.local import Local
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.shingles import shingles_of
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import LONGEST_COMPARED, PAIRS
from pipelines.stages.candidates import MEMBERS, REPEATED, REPEATED_TEXTS, SHARED_KEYS, TOO_LONG
from pipelines.stages.duplicates import Duplicates, expected_recall, find_duplicates, summary_of
from pipelines.stages.placing import FLAT, ordinals_of, places, rows_of
from pipelines.stages.rereading import Rereader
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))

# sentences of few words: equal, near and far texts in every draw, under different spellings
sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=12,
).map("".join)
spellings = st.sampled_from([str, str.upper, str.strip, lambda text: text.replace(" ", "\t")])
texts = st.builds(lambda sentence, spell: spell(sentence), sentences, spellings)


def write(folder: Path, name: str, values) -> Path:
    path = folder / name
    lines = [json.dumps({"text": value}, ensure_ascii=False) for value in values]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def find(folder: Path, paths, threshold=0.8, *, workers=1, **options) -> Duplicates:
    work = folder / f"work-{np.random.default_rng().integers(1 << 62)}"
    work.mkdir()
    with Local(workers, "200MB", folder / "temp") as engine:
        flat = [
            sketch_file(str(n), paths=paths, request=REQUEST, folder=str(work))["out"]
            for n in range(len(paths))
        ]
        return find_duplicates(
            [path for path in flat if path is not None],
            engine=engine,
            folder=work,
            rereader=Rereader(paths, [REQUEST] * len(paths)),
            threshold=threshold,
            **options,
        )


def pairs_of(found: Duplicates):
    columns = (found.removed, found.kept, found.similarity, found.exact)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def law(values, threshold):
    """(removed, kept, similarity, exact) of one file, by the law and the keys of the sketch."""
    normal = [normalise(value) for value in values]
    keys = band_keys(normalise_block(pa.array(values, pa.large_string())))
    first, verdict, out = {}, {}, []
    for row, text in enumerate(normal):
        if not text:
            continue
        if text in first:
            kept, similarity = verdict[first[text]]
            out.append((row, kept, float(similarity), True))
            continue
        first[text] = row
        best = (row, Fraction(1))
        for other in (r for r in first.values() if verdict.get(r, (None,))[0] == r):
            a, b = shingles_of(text), shingles_of(normal[other])
            similarity = Fraction(len(a & b), len(a | b))
            closer = best[0] == row or similarity > best[1]
            if similarity >= threshold and closer and (keys[row] == keys[other]).any():
                best = (other, similarity)
        verdict[row] = best
        if best[0] != row:
            out.append((row, best[0], float(best[1]), False))
    return out


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, max_size=16), st.sampled_from([Fraction(4, 5), Fraction(1, 2)]))
def test_the_ledger_is_that_of_the_law(tmp_path_factory, values, threshold):
    folder = tmp_path_factory.mktemp("law")
    path = write(folder, "a.jsonl", values)
    found = find(folder, [path], float(threshold))
    assert pairs_of(found) == law(values, threshold)
    spelled = [normalise(value) for value in values]
    texts_there = [text for text in spelled if text]
    assert found.exact_duplicates == len(texts_there) - len(set(texts_there))


def corpus(seed=0, count=300):
    """Texts with equal, near and unrelated ones, and empty and short ones among them."""
    rng = np.random.default_rng(seed)
    words = np.array(["audit", "data", "night", "训练", "标注", "rule", "source", "平台", "law"])
    values = [" ".join(rng.choice(words, rng.integers(20, 60))) for _ in range(count // 3)]
    for _ in range(count - len(values)):
        text = values[rng.integers(len(values))]
        at = int(rng.integers(len(text) + 1))
        edits = [
            text,
            text.upper(),
            text[:at] + " x" + text[at:],
            text[:at] + text[at + 9 :],
            "",
            "ab",
        ]
        values.append(edits[rng.integers(len(edits))])
    return values


def test_neither_blocks_nor_workers_nor_the_memory_at_hand_decide_the_pairs(tmp_path):
    values = corpus()
    whole = [write(tmp_path, "all.jsonl", values)]
    expected = pairs_of(find(tmp_path, whole))
    assert 50 < len(expected) < 250
    assert expected == law(values, Fraction(4, 5))
    for workers, budget in ((1, 300), (2, 5_000), (2, 1 << 24)):
        assert pairs_of(find(tmp_path, whole, workers=workers, budget=budget)) == expected
    parts = [write(tmp_path, f"{n}.jsonl", values[n * 60 : n * 60 + 60]) for n in range(5)]
    shifts = places(0, np.arange(300))
    for n in range(5):
        shifts[n * 60 : n * 60 + 60] = places(n, np.arange(60))
    moved = [(int(shifts[r]), int(shifts[k]), s, e) for r, k, s, e in expected]
    assert pairs_of(find(tmp_path, parts)) == moved


def test_what_is_kept_follows_the_order_of_the_files(tmp_path):
    first = write(tmp_path, "z.jsonl", ["the very same text of a record"])
    second = write(tmp_path, "a.jsonl", ["The very same  text of a record"])
    table = next(find(tmp_path, [first, second]).tables(["z.jsonl", "a.jsonl"]))
    assert table.schema == PAIRS
    assert table.to_pylist() == [
        {
            "kept_file": "z.jsonl",
            "kept_row": 0,
            "removed_file": "a.jsonl",
            "removed_row": 0,
            "similarity": 1.0,
            "method": "exact",
        }
    ]


def test_equals_of_a_removed_text_lead_to_the_record_it_was_removed_for(tmp_path):
    base = "the quick brown fox jumps over the lazy dog and then rests under a tree for a while"
    near = base + "!"
    path = write(tmp_path, "a.jsonl", [base, near, near.upper(), base])
    found = find(tmp_path, [path])
    a, b = shingles_of(normalise(base)), shingles_of(normalise(near))
    similarity = len(a & b) / len(a | b)
    assert pairs_of(found) == [
        (1, 0, similarity, False),
        (2, 0, similarity, True),
        (3, 0, 1.0, True),
    ]
    assert (found.exact_duplicates, found.near_duplicates, found.clusters) == (2, 1, 1)


def test_empty_texts_are_duplicates_of_nothing(tmp_path):
    path = write(tmp_path, "a.jsonl", ["", " \n", "\u3000", ""])
    found = find(tmp_path, [path])
    assert pairs_of(found) == []
    assert list(found.tables(["a.jsonl"])) == []
    assert find(tmp_path, []).clusters == 0


def test_a_corpus_of_one_repeated_page_is_one_cluster(tmp_path):
    page = " ".join(f"word{n}" for n in range(60))
    path = write(tmp_path, "a.jsonl", [f"{page} {n}" for n in range(2500)] + [page] * 100)
    found = find(tmp_path, [path], budget=60_000)
    assert found.clusters == 1
    assert found.near_duplicates == 2500
    assert found.exact_duplicates == 99
    assert set(found.kept.tolist()) == {0}


def test_texts_too_long_to_be_held_twice_are_compared_for_equality_and_counted(tmp_path):
    rng = np.random.default_rng(5)
    letters = "".join(map(chr, rng.integers(97, 123, LONGEST_COMPARED + 1)))
    path = write(tmp_path, "a.jsonl", [letters, letters + "!", letters, letters[:100]])
    found = find(tmp_path, [path])
    assert pairs_of(found) == [(2, 0, 1.0, True)]
    assert found.too_long == 2
    assert summary_of(found, "0.8")["too_long_to_compare"] == 2


def test_a_file_that_changed_since_the_sketch_is_noticed(tmp_path):
    values = ["one text of some length " * 3, "one text of some length " * 3 + "more"]
    path = write(tmp_path, "a.jsonl", values)
    work = tmp_path / "work"
    work.mkdir()
    flat = str(sketch_file("0", paths=[path], request=REQUEST, folder=str(work))["out"])
    for changed in (values[:1], [values[0], values[1] + "!"]):
        write(tmp_path, "a.jsonl", changed)
        with pytest.raises(EvidenceError, match=r"a\.jsonl was changed"):
            find_duplicates(
                [flat],
                engine=Local(1, "200MB", tmp_path),
                folder=work,
                rereader=Rereader([path], [REQUEST]),
                threshold=0.8,
            )


def test_the_sketch_of_a_file_counts_what_it_holds(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": null}\n{bad\n{"other": 1}\n{"text": "two"}\n')
    found = sketch_file("0", paths=[path], request=REQUEST, folder=str(tmp_path))
    assert {name: found[name] for name in ("records", "empty", "quarantined")} == {
        "records": 3,
        "empty": 1,
        "quarantined": 2,
    }
    assert found["reasons"] == {"malformed": 1, "column_absent": 1}
    table = pq.read_table(found["out"])
    assert table.schema == FLAT
    assert rows_of(table["place"].to_numpy()).tolist() == [0, 4]


def test_several_columns_are_one_text_with_line_feeds_between(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "one two", "b": null}\n{"a": "one", "b": "two"}\n{"a": null, "b": ""}\n')
    request = replace(REQUEST, columns=("a", "b"))
    found = sketch_file("0", paths=[path], request=request, folder=str(tmp_path))
    table = pq.read_table(found["out"])
    assert table["text_high"][0] == table["text_high"][1]
    assert table["chars"].to_pylist() == [7, 7]
    assert found["empty"] == 1


def test_a_place_keeps_file_and_row_apart_and_in_order():
    rows = np.array([0, 1, 2**40 - 1])
    place = np.concatenate([places(ordinal, rows) for ordinal in (0, 1, 4_000_000)])
    assert (np.diff(place) > 0).all()
    assert ordinals_of(place).tolist() == [0, 0, 0, 1, 1, 1] + [4_000_000] * 3
    assert rows_of(place).tolist() == rows.tolist() * 3


def test_expected_recall_is_the_formula_of_banding():
    assert expected_recall(0.8) == pytest.approx(1 - (1 - 0.8**6) ** 21)
    assert expected_recall(0.8) > 0.998
    assert (
        summary_of(
            Duplicates(
                removed=np.empty(0, np.int64),
                kept=np.empty(0, np.int64),
                similarity=np.empty(0),
                exact=np.empty(0, bool),
            ),
            "0.8",
        )["recall_at_threshold"]
        == "0.9983"
    )


QUERIES = [
    REPEATED_TEXTS,
    TOO_LONG,
    REPEATED,
    MEMBERS,
    *(q for qs in SHARED_KEYS.values() for q in qs),
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_queries_name_only_what_every_engine_has(query):
    # list functions, QUALIFY and quoted identifiers are where DuckDB and Spark differ
    for word in ("unnest", "qualify", "list_", '"', "`", "[", "::"):
        assert word not in query.lower()
