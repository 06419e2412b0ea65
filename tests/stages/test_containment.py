import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest
from pipelines.engine.local import Local
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normalise import normalise, normalise_block
from pipelines.kernels.shingles import shingles_of
from pipelines.stages.containment import contained
from pipelines.stages.placing import places
from pipelines.stages.rereading import Rereader
from pipelines.stages.sharing import shared_texts
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))
sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=8,
).map("".join)


def found(folder, old, new, **options):
    paths = []
    for name, values in (("old", old), ("new", new)):
        paths.append(folder / f"{name}.jsonl")
        lines = [json.dumps({"text": value}) + "\n" for value in values]
        paths[-1].write_text("".join(lines), encoding="utf-8")
    out = [
        sketch_file(str(n), paths=paths, request=REQUEST, folder=str(folder))["out"] for n in (0, 1)
    ]
    flat = [path for path in out if path]
    if not flat:
        return []
    with Local(1, "200MB", folder / "temp") as engine:
        shared = shared_texts(flat, engine=engine, folder=folder)
    since = int(places(1, np.array([0]))[0])
    rereader = Rereader(paths, [REQUEST] * 2)
    pairs = contained(shared, since, rereader, 0.8, **options)
    columns = (pairs.removed - since, pairs.kept, pairs.similarity, pairs.exact)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def law(old, new):
    """(row, row of the old one, similarity, exact) in plain Python."""
    texts = [normalise(value) for value in (*old, *new)]
    keys = band_keys(normalise_block(pa.array(texts, pa.large_string())))
    expected = []
    for row, text in enumerate(texts[len(old) :]):
        best = None
        for other, theirs in enumerate(texts[: len(old)]):
            if not text or not theirs:
                continue
            a, b = shingles_of(text), shingles_of(theirs)
            share = Fraction(len(a & b), len(a | b))
            met = text == theirs or (
                min(len(text), len(theirs)) >= 5 and (keys[len(old) + row] == keys[other]).any()
            )
            if met and share >= Fraction(4, 5):
                best = max(best or (False, Fraction(0), 0), (text == theirs, share, -other))
        if best:
            expected.append((row, -best[2], float(best[1]), best[0]))
    return expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(sentences, max_size=8), st.lists(sentences, max_size=8), st.sampled_from([30, 10**7])
)
def test_each_record_leads_to_the_most_similar_one_of_the_others(
    tmp_path_factory, old, new, budget
):
    assert found(tmp_path_factory.mktemp("law"), old, new, budget=budget) == law(old, new)


def test_a_question_found_in_the_training_data_does_not_hide_behind_another_question(tmp_path):
    page = "a question of some length about the rivers of a country and their names"
    near = page + "!!!"
    # the two questions are closer to each other than either is to what they are compared with
    old, new = [page + "."], ["something else altogether", near, near + "!", near]
    assert [row for row, *_ in found(tmp_path, old, new)] == [1, 2, 3]


def test_neither_side_is_compared_with_itself(tmp_path):
    page = "a question of some length about the rivers of a country and their names"
    assert found(tmp_path, [page, page + "!"], ["other", "other", "another text of its own"]) == []
