"""Records against the questions of evaluation sets, compared with the law in plain Python."""

import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest
from pipelines.engine.local import Local
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.shingles import shingles_of
from pipelines.model.contamination import SetState
from pipelines.model.evidence import OVERLAPS
from pipelines.stages.evaluation_sets import EvaluationSet
from pipelines.stages.overlapping import (
    Side,
    facing,
    figures_of,
    overlap,
    tables_with,
)
from pipelines.stages.passage_plan import Counts
from pipelines.stages.placing import keep_keys, shares_a_key
from pipelines.stages.sharing import shared_texts
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))
sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=8,
).map("".join)
texts = st.lists(sentences, max_size=7)
SET = EvaluationSet(dataset="exam", state=SetState.COMPARED, version="sha256:of-the-exam")


def sides_of(folder, *several):
    """A side for each list of texts, and the flat tables of all of them."""
    paths, flat, sides = [], [], []
    for number, values in enumerate(several):
        path = folder / f"{number}.jsonl"
        lines = [json.dumps({"text": value}) + "\n" for value in values]
        path.write_text("".join(lines), encoding="utf-8")
        paths.append(path)
        sides.append(Side(names=[path.name], located=[path], requests=[REQUEST], first=number))
    for number in range(len(paths)):
        done = sketch_file(str(number), paths=paths, request=REQUEST, folder=str(folder))
        flat += [done["out"]] if done["out"] else []
    return sides, flat


def related(folder, flat):
    with Local(1, "200MB", folder / "temp") as engine:
        return shared_texts(flat, engine=engine, folder=folder)


def law(ours, theirs):
    """(row of ours, of theirs, similarity, exact): each with its best one, in both directions."""
    all_texts = [normalise(text) for text in (*ours, *theirs)]
    keys = band_keys(normalise_block(pa.array(all_texts, pa.large_string())))
    found = {}
    for row, one in enumerate(all_texts[: len(ours)]):
        for other, two in enumerate(all_texts[len(ours) :]):
            met = one == two or (
                min(len(one), len(two)) >= 5 and (keys[row] == keys[len(ours) + other]).any()
            )
            if one and two and met:
                a, b = shingles_of(one), shingles_of(two)
                share = Fraction(len(a & b), len(a | b))
                if share >= Fraction(4, 5):
                    found[row, other] = (one == two, share)
    best = set()
    for pair in found:
        for side in (0, 1):
            of_same = [other for other in found if other[side] == pair[side]]
            best.add(min(of_same, key=lambda p: (*(-part for part in found[p]), p)))
    return sorted((*pair, float(found[pair][1]), found[pair][0]) for pair in best)


@settings(max_examples=60, deadline=None)
@given(texts, texts, texts)
def test_each_record_and_each_question_is_in_a_pair_with_its_most_similar_one(
    tmp_path_factory, ours, theirs, others
):
    folder = tmp_path_factory.mktemp("law")
    (mine, one, other), flat = sides_of(folder, ours, theirs, others)
    if not flat:
        return
    shared = related(folder, flat)
    for side, values in ((one, theirs), (other, others)):
        pairs = overlap(facing(shared, mine, side, files=3), 0.8)
        columns = (pairs.ours, pairs.theirs, pairs.similarity, pairs.exact)
        rows = [list(row) for row in zip(*(c.tolist() for c in columns), strict=True)]
        assert rows == [list(row) for row in law(ours, values)]
        figures = figures_of(pairs, SET, len(values), mine, Counts())
        expected = law(ours, values)
        assert figures.records == len({row[0] for row in expected})
        assert figures.overlapping == len({row[1] for row in expected})
        assert figures.records_exact == len({row[0] for row in expected if row[3]})
        assert figures.questions_exact == len({row[1] for row in expected if row[3]})
        (table,) = [*tables_with(pairs, SET, mine, side)] or [OVERLAPS.empty_table()]
        assert table.schema.equals(OVERLAPS)
        assert table["evaluation_row"].to_pylist() == [row[1] for row in expected]


@settings(max_examples=40, deadline=None)
@given(texts, texts)
def test_the_texts_that_share_no_key_with_a_question_decide_nothing(tmp_path_factory, ours, theirs):
    folder = tmp_path_factory.mktemp("alike")
    (mine, one), flat = sides_of(folder, ours, theirs)
    ours_flat = [path for path in flat if path.endswith("000000.parquet")]
    theirs_flat = [path for path in flat if path.endswith("000001.parquet")]
    if not ours_flat or not theirs_flat:
        return
    keep_keys(theirs_flat, folder / "keys.npy")
    table = pq.read_table(ours_flat[0])
    kept = table.filter(shares_a_key(table, str(folder / "keys.npy")))
    pq.write_table(kept, folder / "kept.parquet")
    before, after = (
        overlap(facing(related(folder, [*theirs_flat, path]), mine, one, files=2), 0.8)
        for path in (ours_flat[0], str(folder / "kept.parquet"))
    )
    for name in ("ours", "theirs", "similarity", "exact"):
        assert np.array_equal(getattr(after, name), getattr(before, name))
    assert kept.num_rows <= table.num_rows


def test_of_boilerplate_there_are_no_more_pairs_than_records_and_questions(tmp_path):
    page = "the same words on every page of the site, with a number at the very end: "
    ours, theirs = ([f"{page}{n}{end}" for n in range(60)] for end in ("", "!"))
    (mine, one), flat = sides_of(tmp_path, ours, theirs)
    pairs = overlap(facing(related(tmp_path, flat), mine, one, files=2), 0.8)
    figures = figures_of(pairs, SET, 60, mine, Counts())
    assert (figures.records, figures.overlapping) == (60, 60)
    assert len(pairs.ours) <= 120
    assert len(figures.places) == 20
