import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from indexed_corpus import Corpus, pairs_of, varied

from expectations.keep import Keep
from pipelines.engine.local import Local
from pipelines.model.errors import EvidenceError
from pipelines.model.evidence import BANDS
from pipelines.model.message import msg
from pipelines.stages import candidates, looking_up, sharing
from pipelines.stages.index import opened
from pipelines.stages.index_state import CURRENT, FORM
from pipelines.stages.preference import Preference

sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=8,
).map("".join)
contents = st.lists(sentences, max_size=5).map(tuple)


WAYS = {
    "sql": (0, 0),
    "looked up": (0, looking_up.MOST_LOOKED_UP),
    "few looked up": (0, 3),
    "both": (40, 3),
    "memory": (sharing.MOST_IN_MEMORY, 0),
}
"""How many texts are compared in memory, and how many that arrived are looked up there."""


@pytest.fixture(params=WAYS.values(), ids=WAYS, autouse=True)
def way(request, monkeypatch):
    in_memory, looked_up = request.param
    monkeypatch.setattr(sharing, "MOST_IN_MEMORY", in_memory)
    monkeypatch.setattr(looking_up, "MOST_LOOKED_UP", looked_up)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Local(1, "200MB", tmp_path_factory.mktemp("duckdb")) as local:
        yield local


def changed(texts, edit):
    """`texts` after one edit: a file that comes, goes, changes, or stands elsewhere."""
    kind, at, values = edit
    texts = list(texts)
    at %= len(texts) + 1
    if kind == "come":
        texts.insert(at, values)
    elif texts and kind == "go":
        texts.pop(at % len(texts))
    elif texts and kind == "change":
        texts[at % len(texts)] = values
    elif texts and kind == "append":
        texts[at % len(texts)] = (*texts[at % len(texts)], *values)
    else:
        texts.reverse()
    return texts


edits = st.tuples(
    st.sampled_from(["come", "go", "change", "append", "turn"]), st.integers(0, 9), contents
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(contents, min_size=3, max_size=6),
    st.lists(edits, min_size=1, max_size=5),
    st.sampled_from([(Keep.FIRST,), (Keep.LONGER_TEXT,)]),
)
def test_an_index_gives_what_a_full_rebuild_gives_after_any_change(
    tmp_path_factory, engine, texts, steps, criteria
):
    corpus = Corpus(tmp_path_factory.mktemp("edits"), engine, Preference(criteria=criteria))
    corpus.texts = texts
    assert pairs_of(corpus.incrementally()) == pairs_of(corpus.at_once())
    for edit in steps:
        corpus.texts = changed(corpus.texts, edit)
        assert pairs_of(corpus.incrementally()) == pairs_of(corpus.at_once())


def test_one_changed_file_of_twenty_is_all_that_is_sketched_and_few_texts_are_read(
    tmp_path, engine
):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(0, 20, 30)
    first = corpus.incrementally()
    assert first.judged == first.candidates > 300
    assert len(corpus.sketched) == 20
    same = corpus.incrementally()
    assert (corpus.sketched, same.judged) == ([], 0)
    assert pairs_of(same) == pairs_of(first)
    corpus.texts[7] = (*corpus.texts[7][:-1], "a text that nothing else is like, as it is new")
    third = corpus.incrementally()
    assert corpus.sketched == ["7.jsonl"]
    assert third.judged < first.judged / 5
    assert pairs_of(third) == pairs_of(corpus.at_once())


@pytest.mark.parametrize("bands", [1, 3, 7])
def test_the_number_of_bands_a_table_is_about_makes_no_difference(
    tmp_path, engine, bands, monkeypatch
):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(6, 6, 10)
    monkeypatch.setattr(candidates, "KEYS_AT_ONCE", bands * 60)
    corpus.incrementally()
    if corpus.index.state.answers is not None:
        assert len(corpus.index.state.answers.entries) == BANDS // bands
    for number, at_once in ((2, 0), (3, 10**9), (2, 7 * 60)):
        monkeypatch.setattr(candidates, "KEYS_AT_ONCE", at_once)
        corpus.texts[number] = (*corpus.texts[4][:5], *corpus.texts[number][3:], "quite another")
        assert pairs_of(corpus.incrementally()) == pairs_of(corpus.at_once())
    assert corpus.sketched == ["2.jsonl"]


def test_tables_no_change_touches_are_not_written_again(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = [*varied(7, 6, 10), ("a text that nothing is like", "nor this one, at all")]
    corpus.incrementally()
    if corpus.index.state.answers is None:
        assert sharing.MOST_IN_MEMORY, "nothing is kept of what is compared in memory"
        return
    before = corpus.index.state.answers
    corpus.texts[6] = ("one more text that is alone", "nor this one, at all")
    assert pairs_of(corpus.incrementally()) == pairs_of(corpus.at_once())
    after = corpus.index.state.answers
    names = [Path(name).name for name in (*after.entries, after.members)]
    assert names == [Path(name).name for name in (*before.entries, before.members)]


def test_an_index_with_another_number_of_tables_is_made_anew(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(8, 4, 10)
    before = pairs_of(corpus.incrementally())
    if corpus.index.state.answers is None:
        assert sharing.MOST_IN_MEMORY, "nothing is kept of what is compared in memory"
        return
    current = tmp_path / "index" / CURRENT
    held = json.loads(current.read_text())
    held["answers"]["entries"] += held["answers"]["entries"]
    current.write_text(json.dumps(held))
    assert pairs_of(corpus.incrementally()) == before
    assert len(corpus.sketched) == 4


def test_another_threshold_or_another_order_is_judged_anew(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(1, 6, 10)
    first = corpus.incrementally()
    corpus.texts = corpus.texts[::-1]
    turned = corpus.incrementally()
    assert corpus.sketched == []
    assert turned.judged > 0
    assert pairs_of(turned) == pairs_of(corpus.at_once()) != pairs_of(first)


@pytest.mark.parametrize("harm", ["gone", "cut", "other", "no json", "other form"])
def test_an_index_that_is_damaged_is_made_anew(tmp_path, engine, harm):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(2, 6, 10)
    before = pairs_of(corpus.incrementally())
    folder = tmp_path / "index"
    state = corpus.index.state
    answers = (*state.answers.entries[:1], state.answers.members) if state.answers else ()
    for name in (*state.segments[:1], *answers, state.verdicts):
        path = folder / name
        if harm == "gone":
            path.unlink()
        elif harm == "cut":
            path.write_bytes(path.read_bytes()[:100])
        elif harm == "other" and name not in state.segments:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(bytes(content))
    held = (folder / CURRENT).read_text()
    if harm == "no json":
        (folder / CURRENT).write_text(held[:-9])
    if harm == "other form":
        (folder / CURRENT).write_text(held.replace(f'"form": {FORM}', '"form": 0'))
    assert pairs_of(corpus.incrementally()) == before
    assert len(corpus.sketched) == 6
    assert pairs_of(corpus.incrementally()) == before
    assert corpus.sketched == []


def test_a_second_process_at_the_same_index_works_without_it(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(3, 4, 10)
    before = pairs_of(corpus.incrementally())
    with opened(tmp_path / "index", tmp_path):
        assert pairs_of(corpus.incrementally()) == before
        assert len(corpus.sketched) == 4  # nothing was reused
    corpus.incrementally()
    assert corpus.sketched == []  # and nothing was spoilt


def test_only_the_tables_in_force_are_left_in_the_folder(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(4, 5, 10)
    corpus.incrementally()
    for _ in range(3):
        corpus.texts[0] = (*corpus.texts[0], f"one more of {len(corpus.texts[0])}")
        corpus.incrementally()
    left = {path.name for path in (tmp_path / "index").iterdir()}
    assert left == {*corpus.index.state.bytes, CURRENT, "lock"}
    for name, size in corpus.index.state.bytes.items():
        content = (tmp_path / "index" / name).read_bytes()
        assert (len(content), f"{hashlib.sha256(content).hexdigest()}.parquet") == (size, name)


def test_no_text_of_a_record_is_in_an_index(tmp_path, engine):
    corpus = Corpus(tmp_path, engine)
    corpus.texts = [
        ("a sentence nobody should find again",) * 3,
        ("a sentence nobody should find",),
    ]
    corpus.incrementally()
    for path in (tmp_path / "index").iterdir():
        assert b"sentence" not in path.read_bytes()


def test_what_cannot_be_sketched_is_an_error_with_an_index_too(tmp_path, engine):
    def broken(units, sources):
        raise EvidenceError(msg("no"), advice=msg("none"))

    corpus = Corpus(tmp_path, engine)
    corpus.texts = varied(5, 4, 5)
    corpus.incrementally()
    with opened(tmp_path / "index", tmp_path) as (index, _), pytest.raises(EvidenceError):
        index.update({"new": lambda: [""]}, [], broken, engine)
