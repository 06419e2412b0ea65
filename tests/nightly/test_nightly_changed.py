"""A night says that nothing has changed only where every dataset stands, and none came or went."""

import json
from datetime import datetime

import pytest

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.model.nightly import Change, DatasetNight, Due, Night, State, Term
from pipelines.model.outcome import Gate
from pipelines.nightly.page import digest_page
from pipelines.nightly.text import digest_document, digest_text
from pipelines.stages.base import Silent
from pipelines.store import registry

DAYS = [f"2026-11-{day}T01:00:00+08:00" for day in range(20, 24)]
QUIET = {"en": "Nothing has changed", "zh": "没有变化"}
CHANGED = {"en": "Changed, gate as before", "zh": "有变化，门禁不变"}
RETIRED = {"en": "No longer registered", "zh": "已取消登记"}
CAUSES = {
    "files": {"en": "files", "zh": "文件"},
    "manifest": {"en": "manifest or a document of it", "zh": "清单或其所列文件"},
    "apart": {"en": "audited apart from this sweep", "zh": "在本次巡检之外审计"},
}


def pages(night):
    for lang in ("zh", "en"):
        yield lang, digest_text(night, lang)
        yield lang, digest_page(night, lang, stem="2026-11-21")


def grow(folder) -> None:
    with (folder / "data.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "12", "who": "p-1", "text": "clocks says thing 12 of 12, once more"}\n')


def consent(folder) -> None:
    with (folder / "c.csv").open("a", encoding="utf-8") as file:
        file.write("p-9,13(1),training,3,2026-01-01T00:00:00+08:00,,\n")


@pytest.mark.parametrize(("change", "cause"), [(grow, "files"), (consent, "manifest")])
def test_what_was_audited_anew_is_told_of_though_its_gate_is_as_before(house, change, cause):
    house.add("clocks", clocks=True)
    house.night(DAYS[0])
    change(house.folder / "clocks")
    night = house.night(DAYS[1])
    (found,) = night.datasets
    assert (found.state, found.gate) == (State.AUDITED, found.gate_before)
    for lang, said in pages(night):
        assert QUIET[lang] not in said
        assert CHANGED[lang] in said
        assert CAUSES[cause][lang] in said
        assert found.run in said
    assert digest_document(night)["changed"]["same_gate"] == ["clocks"]

    still = house.night(DAYS[2])
    assert "same_gate" not in digest_document(still)["changed"]


def test_a_changed_evaluation_set_changes_what_was_compared_with_it(house):
    house.add("exam")
    manifest = house.folder / "exam" / "dataset.yaml"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"purpose": "evaluation"}), encoding="utf-8")
    house.add("training")
    house.night(DAYS[0])
    grow(house.folder / "exam")
    night = house.night(DAYS[1])
    changes = {found.dataset: found.changes for found in night.datasets}
    assert changes == {"exam": (Change.FILES,), "training": (Change.EVALUATION_SETS,)}
    for lang, said in pages(night):
        assert {"en": "an evaluation set", "zh": "评测集"}[lang] in said
    # "exam" came first, so that what was compared is what it holds now
    assert {found.state for found in house.night(DAYS[2]).datasets} == {State.REUSED}


def test_an_audit_by_hand_between_two_nights_is_told_of(house):
    path = house.add("hand")
    house.night(DAYS[0])
    grow(house.folder / "hand")
    given = {"settings": house.settings, "store": house.store}
    at = datetime.fromisoformat("2026-11-20T13:00:00+08:00")
    run = flow.begin(path, policy=None, at=at, owner="hand", **given)
    with Local(1, "256MB", house.settings.home / "tmp") as engine:
        list(flow.carry_out(run, engine=engine, progress=Silent(), **given))
    night = house.night(DAYS[1])
    assert night.datasets[0].state is State.REUSED
    for lang, said in pages(night):
        assert QUIET[lang] not in said
        assert CAUSES["apart"][lang] in said
        assert run in said


def test_a_dataset_that_is_no_longer_registered_is_told_of_once(house):
    house.add("stays")
    house.add("goes")
    house.night(DAYS[0])
    registry.retire(house.store, "goes", at=datetime.fromisoformat(DAYS[0]))
    night = house.night(DAYS[1])
    assert night.retired == ("goes",)
    assert digest_document(night)["changed"] == {"retired": ["goes"]}
    for lang, said in pages(night):
        assert QUIET[lang] not in said
        assert RETIRED[lang] in said
        assert "goes" in said

    quiet = house.night(DAYS[2])
    assert digest_document(quiet)["changed"] == {}
    assert all(QUIET[lang] in said for lang, said in pages(quiet))


def invented(**given) -> Night:
    at = datetime.fromisoformat(DAYS[1])
    only = DatasetNight(
        dataset="one",
        state=State.REUSED,
        run="run-1",
        gate=Gate.PASS,
        gate_before=Gate.PASS,
        run_before="run-1",
        audited_at=at,
        reused=11,
        **given,
    )
    return Night(sweep="s-2", at=at, previous="s-1", previous_at=at, datasets=(only,))


def test_one_dataset_and_one_day_are_not_said_in_the_plural():
    assert all(QUIET[lang] in said for lang, said in pages(invented()))
    said = digest_text(invented(due=(Due(term=Term.LICENCE, days=1, count=1, entered=1),)), "en")
    assert "datasets: 1 (0 audited, 1 reused" in said
    assert "licence: 1 within a day" in said
    assert "1 datasets" not in said
    assert "1 days" not in said
