"""Questions inside longer training texts, through whole audits of files on disk."""

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from exam_house import House, put

from pipelines.kernels.normalise import normalise
from pipelines.kernels.normalise_formula import normal_pieces
from pipelines.kernels.shingles import shingles_of
from pipelines.model.contamination import SetState
from pipelines.model.outcome import Outcome
from pipelines.settings import Settings
from pipelines.stages import asked_questions, compare, passages, searching
from pipelines.store.database import open_store
from pipelines.upkeep.indexes import forget

ENGLISH = "Name the three duties of a provider who trains a model, and say where each is written."
CHINESE = "请列举提供者在训练数据处理活动中应当履行的三项义务。"
ABSENT = "Which colour had the roof of the second house on the road to the mill in that year?"
SHORT = "What is two and two?"
PAGE = "This page speaks of bread and of butter, and of the weather that there was last week. "
HAN_PAGE = "这一页写的是面包、黄油，还有上个星期的天气。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "data"
    folder.mkdir()
    home = tmp_path / "home"
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    house = House(folder, open_store(settings))
    house.dataset("exam", "evaluation", q=[ENGLISH, CHINESE, ABSENT, SHORT, ENGLISH])
    yield house
    house.store.engine.dispose()


def training(house: House, **files: list[str]) -> None:
    house.dataset("training", "fine_tune", **files)


def hits(house: House, run_id) -> list[tuple[object, ...]]:
    pairs = house.pairs(run_id)
    assert {pair[2] for pair in pairs} <= {"exam", "other"}
    return [(*pair[:2], *pair[4:]) for pair in pairs]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (ENGLISH + " " + PAGE * 30, 0),
        (PAGE * 15 + ENGLISH + " " + PAGE * 15, 0),
        (PAGE * 30 + ENGLISH, 0),
        (PAGE * 15 + ENGLISH.upper().replace(" ", "\n\t ") + " " + PAGE * 15, 0),
        (HAN_PAGE * 15 + CHINESE + HAN_PAGE * 15, 1),
        (HAN_PAGE * 15 + "Ｑ１．" + CHINESE.replace("，", ",") + HAN_PAGE * 15, 1),
        (PAGE * 15 + "".join(chr(ord(c) + 0xFEE0) if "!" < c < "~" else c for c in ENGLISH), 0),
    ],
    ids=["begin", "middle", "end", "case and space", "chinese", "width", "full width"],
)
def test_a_planted_question_fails_the_control(house: House, text: str, question: int):
    training(house, a=["Something else of no interest at all to anybody.", text])
    house.audit("exam")
    run_id = house.audit("training")
    twice = [("a.jsonl", 1, 4, 1.0, "inside")] if question == 0 else []
    assert hits(house, run_id) == [("a.jsonl", 1, question, 1.0, "inside"), *twice]
    (exam,) = house.figures(run_id).sets
    assert (exam.questions, exam.questions_short, exam.records_inside) == (5, 1, 1)
    assert exam.overlapping == exam.questions_inside == 1 + len(twice)
    (finding,) = house.control(run_id).findings
    assert finding.outcome is Outcome.FAILED
    assert finding.count == exam.questions_inside


def test_a_changed_word_is_found_with_its_share_and_the_policy_says_what_is_enough(house: House):
    changed = ENGLISH.replace("three", "seven")
    text = f"{PAGE}{changed} {PAGE}"
    training(house, a=[text])
    house.audit("exam")
    wanted = shingles_of(normalise(ENGLISH))
    share = len(wanted & shingles_of(normalise(text))) / len(wanted)
    assert 0.8 < share < 0.95
    run_id = house.audit("training")
    assert hits(house, run_id)[0] == ("a.jsonl", 0, 0, share, "inside")
    strict = house.audit("training", "contamination: {inside_threshold: 0.95}")
    assert hits(house, strict) == []
    assert house.control(strict).outcome is Outcome.PASSED


def test_a_page_without_questions_passes_and_says_which_were_not_looked_for(house: House):
    training(house, a=[PAGE * 5, HAN_PAGE * 5, SHORT + " " + PAGE])
    house.audit("exam")
    (finding,) = house.control(house.audit("training")).findings
    assert finding.outcome is Outcome.PASSED
    assert "too short to be looked for there: 1" in str(finding.message)


def test_a_set_of_short_questions_alone_cannot_be_told(house: House):
    house.dataset("exam", "evaluation", q=[SHORT, "如何做面包？"])
    training(house, a=[PAGE * 5])
    house.audit("exam")
    run_id = house.audit("training")
    (finding,) = house.control(run_id).findings
    assert finding.outcome is Outcome.CANT_TELL
    assert house.figures(run_id).sets[0].questions_short == 2


def test_where_not_every_passage_was_looked_at_it_cannot_be_told(house: House):
    piece = normalise(ENGLISH)[:40] + " "
    training(house, a=[piece * 40_000, PAGE])
    house.audit("exam")
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].crowded_records == 0  # one question is soon looked at
    long = ENGLISH + " " + "".join(chr(0x4E00 + at) for at in range(3_000))
    house.dataset("exam", "evaluation", q=[long])
    house.audit("exam")
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].crowded_records == 1
    (finding,) = house.control(run_id).findings
    assert finding.outcome is Outcome.CANT_TELL


def test_a_question_too_long_for_a_passage_is_told_and_never_clean(house: House):
    house.dataset("exam", "evaluation", q=[ENGLISH, "".join(map(str, range(20_000)))])
    training(house, a=[PAGE])
    house.audit("exam")
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].questions_unsearched == 1
    assert house.control(run_id).outcome is Outcome.CANT_TELL


def test_a_text_in_pieces_is_searched_across_their_borders(house: House, monkeypatch):
    drawn = random.Random(20261128)
    rows = []
    for question in (ENGLISH, CHINESE):
        for _ in range(6):
            before, after = drawn.randrange(3_000), drawn.randrange(3_000)
            rows.append((PAGE * 60)[:before] + question + "\n" + (HAN_PAGE * 150)[:after])
    training(house, a=rows)
    house.audit("exam")
    expected = hits(house, house.audit("training"))
    assert len(expected) == len(rows) + 1
    for size in (64, 700, 2_000):
        with monkeypatch.context() as patched:
            patched.setattr(passages, "RUN_BYTES", 64)
            patched.setattr(passages, "normal_pieces", partial(normal_pieces, size=size))
            patched.setattr(compare, "VERSION", f"pieces of {size}")
            assert hits(house, house.audit("training")) == expected
            assert "compare" in house.ran


def test_order_of_files_workers_and_groups_of_questions_change_nothing(house: House, monkeypatch):
    drawn = random.Random(5)
    texts = [PAGE + drawn.choice([ENGLISH, CHINESE, ABSENT, PAGE]) + str(n) for n in range(60)]
    for name, part in (("a", texts[:20]), ("b", texts[20:45]), ("c", texts[45:])):
        training(house, **{name: part})
    house.audit("exam")
    before = house.table(house.audit("training"))
    assert before.num_rows > 40
    monkeypatch.setattr(asked_questions, "MOST_POINTS", 1)
    monkeypatch.setattr(passages, "MOST_POINTS", 1)
    monkeypatch.setattr(compare, "VERSION", "one by one")
    asked_questions._few.cache_clear()
    assert house.table(house.audit("training")).equals(before)
    monkeypatch.setattr(compare, "VERSION", "by two workers")
    assert house.table(house.audit("training", workers=2)).equals(before)
    assert "compare" in house.ran


@pytest.fixture
def searched(monkeypatch) -> list[tuple[list[str], int]]:
    """The files that are searched from now on, and for how many sets."""
    seen = []
    real = searching.search_files

    def note(item: str):
        errand = passages.from_json(passages.Errand, item)
        seen.append(([shard.file for shard in errand.batch.shards], len(errand.sets)))
        return real(item)

    monkeypatch.setattr(searching, "search_files", note)
    return seen


def test_what_did_not_change_is_not_searched_again(house: House, searched, monkeypatch):
    monkeypatch.setattr("pipelines.stages.batching.SMALL_BYTES", 1)  # each file by itself
    training(house, a=[PAGE + ENGLISH], b=[PAGE])
    house.dataset("other", "evaluation", q=[ABSENT])
    house.audit("exam")
    before = hits(house, house.audit("training"))
    assert sorted(searched) == [(["a.jsonl"], 1), (["b.jsonl"], 1)]
    searched.clear()
    training(house, c=[HAN_PAGE + CHINESE])  # a new file
    found = hits(house, house.audit("training"))
    assert found == sorted([*before, ("c.jsonl", 0, 1, 1.0, "inside")])
    assert searched == [(["c.jsonl"], 1)]
    searched.clear()
    house.audit("other")  # a new evaluation set
    assert hits(house, house.audit("training")) == found
    assert sorted(searched) == [([f"{name}.jsonl"], 1) for name in "abc"]
    assert not house.ran & {"scan", "relate"}
    searched.clear()
    (house.folder / "training" / "a.jsonl").rename(house.folder / "training" / "z.jsonl")
    moved = hits(house, house.audit("training"))
    assert {pair[0] for pair in moved} == {"c.jsonl", "z.jsonl"}
    assert searched == []
    put(house.folder / "exam" / "q.jsonl", [ABSENT])  # the questions of the other set
    house.audit("exam")
    assert hits(house, house.audit("training")) == []
    assert searched == []
    put(house.folder / "exam" / "q.jsonl", [ABSENT, SHORT])
    house.audit("exam")
    assert hits(house, house.audit("training")) == []
    assert sorted(searched) == [([f"{name}.jsonl"], 1) for name in "bcz"]


def test_what_is_kept_is_made_anew_when_it_is_damaged_or_gone(house: House, searched):
    training(house, a=[PAGE + ENGLISH])
    house.audit("exam")
    before = hits(house, house.audit("training"))
    kept = house.store.settings.passages
    (table,) = kept.glob("*.parquet")
    (marker,) = kept.glob("*.json")

    def damaged() -> None:
        content = bytearray(table.read_bytes())
        content[len(content) // 2] ^= 1
        table.write_bytes(content)

    damages = [table.unlink, damaged, lambda: marker.write_text("{}"), marker.unlink]
    for number, damage in enumerate(damages):
        damage()
        searched.clear()
        # another allowed number of questions alone would find the stage on record
        policy = f"contamination: {{threshold: 0.8{number + 1}}}"
        assert hits(house, house.audit("training", policy)) == before
        assert len(searched) == 1
    assert forget(house.store.settings, ["nothing of it"]) == 0
    assert not kept.exists()


def test_no_text_is_in_what_is_kept(house: House):
    training(house, a=[PAGE + ENGLISH, HAN_PAGE + CHINESE])
    house.audit("exam")
    house.audit("training")
    kept = [path.read_bytes() for path in house.store.settings.passages.iterdir()]
    assert len(kept) == 2
    for part in ("provider", "duties", "bread", "提供者", "面包"):
        assert not any(part.encode() in content for content in kept)
    assert [*(house.store.settings.home / "tmp").iterdir()] == []


def test_a_file_changed_since_the_scan_is_an_error_that_says_so(house: House, monkeypatch):
    training(house, a=[PAGE + ENGLISH])
    house.audit("exam")
    real = searching.questions_inside

    def after_a_change(*args, **given):
        put(house.folder / "training" / "a.jsonl", [PAGE])
        return real(*args, **given)

    monkeypatch.setattr(compare, "questions_inside", after_a_change)
    with pytest.raises(Exception, match=r"a\.jsonl"):
        house.audit("training")


def test_a_set_whose_files_changed_cannot_be_told(house: House):
    training(house, a=[PAGE])
    house.audit("exam")
    put(house.folder / "exam" / "q.jsonl", [ABSENT])
    run_id = house.audit("training")
    assert house.figures(run_id).sets[0].state is SetState.CHANGED
    assert house.control(run_id).outcome is Outcome.CANT_TELL
