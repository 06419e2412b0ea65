import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import ReadRequest
from expectations.keep import Keep
from pipelines.engine.local import Local
from pipelines.model.errors import EvidenceError
from pipelines.model.message import msg
from pipelines.stages import sharing
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.duplicates import Duplicates, find_duplicates, judge_candidates
from pipelines.stages.index import Index, Sketched, opened
from pipelines.stages.index_state import CURRENT, FORM, Unit
from pipelines.stages.preference import FIRST, Preference, arranged
from pipelines.stages.rereading import Rereader
from pipelines.stages.shared import NOTHING_SHARED, moved
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))
sentences = st.lists(
    st.sampled_from(["training data ", "审计平台 ", "is checked ", "every night ", "  ", "Ａ "]),
    max_size=8,
).map("".join)
contents = st.lists(sentences, max_size=5).map(tuple)


class Corpus:
    """Files that change, an index of them, and what comes out with and without it."""

    def __init__(self, folder: Path, engine: Local, preference: Preference = FIRST) -> None:
        self.folder = folder
        self.engine = engine
        self.preference = preference
        self.texts: list[tuple[str, ...]] = []
        self.index: Index | None = None
        self.sketched: list[str] = []

    def write(self, texts) -> list[Path]:
        self.texts = [tuple(values) for values in texts]
        paths = []
        for number, values in enumerate(self.texts):
            paths.append(self.folder / f"{number}.jsonl")
            lines = [json.dumps({"text": value}) + "\n" for value in values]
            paths[-1].write_text("".join(lines), encoding="utf-8")
        return paths

    def keys(self) -> list[str]:
        met: dict[str, int] = {}
        found = []
        for values in self.texts:
            content = hashlib.sha256(json.dumps(values).encode()).hexdigest()
            met[content] = met.get(content, 0) + 1
            found.append(f"{content} {met[content]}")
        return found

    def sketch(self, paths, folder):
        of = dict(zip(self.keys(), paths, strict=True))

        def sketched(units: Mapping[str, Unit], sources) -> Sketched:
            flat, counts = [], {}
            for key, unit in units.items():
                self.sketched.append(of[key].name)
                places = [of[key]] * (unit.first + 1)
                out = sketch_file(
                    str(unit.first), paths=places, request=REQUEST, folder=str(folder)
                )
                counts[key] = {"records": out["records"], "empty": out["empty"]}
                flat += [out["out"]] if out["out"] else []
            return Sketched(flat=flat, counts=counts)

        return sketched

    def incrementally(self) -> Duplicates:
        self.sketched = []
        paths = self.write(self.texts)
        keys = self.keys()
        with opened(self.folder / "index", self.folder) as (index, work):
            units = {key: lambda: [""] for key in keys}
            common = index.update(units, ["one"], self.sketch(paths, work), self.engine)
            ordinals = index.ordinals(lambda key, _: keys.index(key))
            shared = NOTHING_SHARED if common is None else moved(common, ordinals)
            candidates = arranged(shared, self.preference)
            rereader = Rereader(paths, [REQUEST] * len(paths))
            found, verdicts = judge_candidates(
                candidates,
                CandidateTexts(candidates, rereader, work, budget=200),
                0.8,
                known=index.known(),
            )
            index.keep(verdicts)
            self.index = index
        return found

    def at_once(self) -> Duplicates:
        paths = self.write(self.texts)
        work = self.folder / "fresh"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        flat = [
            sketch_file(str(n), paths=paths, request=REQUEST, folder=str(work))["out"]
            for n in range(len(paths))
        ]
        return find_duplicates(
            [path for path in flat if path],
            engine=self.engine,
            folder=work,
            rereader=Rereader(paths, [REQUEST] * len(paths)),
            threshold=0.8,
            preference=self.preference,
        )


def pairs_of(found: Duplicates):
    columns = (found.removed, found.kept, found.similarity, found.exact)
    pairs = list(zip(*(column.tolist() for column in columns), strict=True))
    return pairs, found.candidates, found.crowded_keys, found.too_long


@pytest.fixture(params=[0, 40, sharing.MOST_IN_MEMORY], ids=["sql", "both", "memory"], autouse=True)
def most_in_memory(request, monkeypatch):
    """How many texts are compared in memory: none, few, or all of them."""
    monkeypatch.setattr(sharing, "MOST_IN_MEMORY", request.param)


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


def varied(seed: int, files: int, rows: int):
    """Files of equal, near and unrelated texts among them."""
    rng = np.random.default_rng(seed)
    # words of their own, so that only texts of one page meet
    pages = [
        " ".join(f"{n:x}" for n in rng.integers(1 << 40, size=12)) for _ in range(files * rows // 3)
    ]
    made = []
    for _ in range(files):
        page = [pages[rng.integers(len(pages))] for _ in range(rows)]
        made.append(tuple(text + rng.choice(["", " x", " END", "!"]) for text in page))
    return made


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
