"""Which stages run again for each kind of change, and how many files are scanned again.

One workspace for all of them: every case starts from the same dataset, which is on record, and
changes one thing that no other case changes.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from reuse_house import ALWAYS, FILES, MANIFEST, House, record

from pipelines import flow
from pipelines.settings import Settings
from pipelines.stages import batching, relate, sample
from pipelines.stages.base import policy_of
from pipelines.stages.order import ORDER


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A dataset that has been audited once, each of its files a batch of its own."""
    folder = tmp_path_factory.mktemp("reuse")
    home = folder / "home"
    url = f"sqlite:///{home / 'audit.db'}"
    (folder / "data").mkdir()
    house = House(folder / "data", Settings(home=home, database_url=url, workers=1))
    small, batching.SMALL_BYTES = batching.SMALL_BYTES, 0
    try:
        house.write()
        ran, scanned = house.audit()
        assert (ran | ALWAYS, scanned) == (set(ORDER), FILES)
        yield house
    finally:
        batching.SMALL_BYTES = small


@pytest.fixture(autouse=True)
def as_at_first(house: House) -> None:
    house.write()


def test_nothing_is_done_again_where_nothing_changed(house):
    assert house.audit() == (set(), 0)


def test_a_changed_file_is_scanned_and_no_other(house):
    path = house.path("part-1.jsonl")
    path.write_text(path.read_text().replace("thing 3", "matter 3"), encoding="utf-8")
    assert house.audit() == ({"scan", "relate", "profile", "validate"}, 1)


def test_a_new_file_behind_the_others_is_scanned_and_no_other(house):
    house.path("part-9.jsonl").write_text(json.dumps(record(9, 5)), encoding="utf-8")
    assert house.audit() == ({"scan", "relate", "profile", "validate"}, 1)


def test_what_is_reused_after_many_changes_is_what_a_new_workspace_finds(house, tmp_path):
    lines = house.path("part-1.jsonl").read_text(encoding="utf-8").splitlines()
    house.path("part-1.jsonl").write_text("\n".join(lines[1:]), encoding="utf-8")
    house.audit()
    house.path("part-0.jsonl").unlink()  # the first of every text that is repeated
    house.path("a-part.jsonl").write_text("\n".join(lines[:3]), encoding="utf-8")
    house.audit()
    house.path("part-3.jsonl").rename(house.path("aa-part.jsonl"))
    house.path("part-9.jsonl").write_text(json.dumps(record(9, 5)), encoding="utf-8")
    assert house.audit()[1] < len(list(house.folder.glob("*.jsonl")))

    home = tmp_path / "home"
    shutil.copytree(house.settings.home / "keys", home / "keys")
    url = f"sqlite:///{home / 'audit.db'}"
    fresh = House(house.folder, replace(house.settings, home=home, database_url=url))
    assert fresh.audit() == (set(ORDER) - ALWAYS, FILES + 1)
    assert fresh.found() == house.found()


def test_a_file_under_another_name_is_another_file(house):
    house.path("part-2.jsonl").rename(house.path("part-22.jsonl"))
    assert house.audit() == ({"scan", "relate", "profile", "validate"}, 1)


def test_a_touched_file_is_hashed_and_not_scanned(house):
    path = house.path("part-0.jsonl")
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    assert house.audit() == (set(), 0)


def test_labels_that_changed_are_registered_and_sampled_again(house):
    with house.path("labels.csv").open("a") as file:
        file.write("\n9,A-1,bad,2026-06-02T10:00:00+08:00")
    assert house.audit() == ({"register", "validate", "sample"}, 0)


MANIFESTS = {
    "a title": ({"title": {"en": "Another"}}, {"register"}, 0),
    "a licence": (
        {"sources": [MANIFEST["sources"][0] | {"licence": {"id": "MIT"}}]},
        {"register", "validate"},
        0,
    ),
    "the text columns": (
        {"record": MANIFEST["record"] | {"text": ["question"]}},
        {"register", "scan", "relate", "profile", "validate"},
        FILES,
    ),
    "the order of the text columns": (
        {"record": MANIFEST["record"] | {"text": ["answer", "question"]}},
        {"register", "scan", "relate", "profile"},  # the figures are the same ones
        FILES,
    ),
    "the column of the subject": (
        {"record": MANIFEST["record"] | {"subject": None}},
        {"register", "scan", "relate", "profile", "validate"},
        FILES,
    ),
    "a format that was guessed": (
        {"format": "jsonl"},
        {"register", "scan", "relate"},  # the files are read alike: every result is found
        0,
    ),
    "which file is of which source": (
        {
            "sources": [
                MANIFEST["sources"][0] | {"files": ["part-[01]*"]},
                {"id": "other", "type": "self_produced", "files": ["part-[23]*"]},
            ]
        },
        {"register", "scan", "relate", "profile", "validate"},
        FILES // 2,
    ),
}


@pytest.mark.parametrize("change", MANIFESTS)
def test_what_the_manifest_says_decides_what_is_done_again(house, change):
    changes, ran, scanned = MANIFESTS[change]
    house.write(**changes)
    assert house.audit() == (ran, scanned)


POLICIES = {
    "a threshold of duplicates that changes no pair": (
        "duplicates: {threshold: 0.801}",
        {"relate"},
    ),
    "a threshold that changes pairs": (
        "duplicates: {threshold: 0.3}",
        {"relate", "profile", "validate"},
    ),
    "a seed of sampling": ("sampling: {seed: 7}", {"sample"}),
    "a seed of agreement": ("agreement: {seed: 7}", {"sample"}),
    "a number of a control": ("thresholds: {QLT-01: {maximum_share: 0.9}}", set()),
    "a waiver": (
        "waivers: [{id: W-1, control: SRC-01, reason: r, requested_by: a, approved_by: b, "
        "from: 2026-11-01, to: 2026-12-01}]",
        set(),
    ),
    "the frameworks": ("frameworks: [IM2023]", set()),
    "its version": ("version: house-2", set()),
}


@pytest.mark.parametrize("change", POLICIES)
def test_a_policy_runs_the_stages_that_read_what_changed_in_it(house, change):
    policy, ran = POLICIES[change]
    assert house.audit(policy) == (ran, 0)


SETTINGS = {
    "the largest record": ({"max_record_bytes": 1_000_000}, {"scan"}, FILES),
    "the memory of DuckDB": ({"memory_limit": "128MB"}, set(), 0),
    "the number of workers": ({"workers": 2}, set(), 0),
}


@pytest.mark.parametrize("change", SETTINGS)
def test_a_setting_counts_where_results_depend_on_it(house, change):
    changes, ran, scanned = SETTINGS[change]
    house = House(house.folder, replace(house.settings, **changes))
    assert house.audit() == (ran, scanned)


@pytest.mark.parametrize("stage", ["register", "scan", "relate", "profile", "validate", "sample"])
def test_a_raised_version_runs_its_stage_and_those_that_get_something_else(
    house, stage, monkeypatch
):
    # the results are the same ones, so nothing that follows has anything new to read
    module = next(one for one in flow.STAGES if one.name == stage).module
    monkeypatch.setattr(module, "VERSION", "raised")
    assert house.audit() == ({stage}, FILES if stage == "scan" else 0)


def test_another_key_of_identifiers_is_another_result_wherever_they_are_digested(house):
    keys = house.settings.keys
    kept = keys.with_name("keys.kept")
    shutil.copytree(keys, kept)
    try:
        (keys / "identifiers.key").unlink()
        assert house.audit() == ({"register", "scan", "relate", "profile"}, FILES)
    finally:
        shutil.copytree(kept, keys, dirs_exist_ok=True)
        shutil.rmtree(kept)
    assert house.audit() == (set(), 0)


@pytest.mark.parametrize("stage", [relate, sample])
def test_a_stage_reads_no_part_of_the_policy_that_its_key_leaves_out(house, stage, monkeypatch):
    read: set[str] = set()

    class Watched:
        def __init__(self, policy: object) -> None:
            self._policy = policy

        def __getattr__(self, name: str) -> object:
            read.add(name)
            return getattr(self._policy, name)

    monkeypatch.setattr(stage, "policy_of", lambda *given: Watched(policy_of(*given)))
    monkeypatch.setattr(stage, "VERSION", "watched")
    name = stage.__name__.rpartition(".")[2]
    assert house.audit() == ({name}, 0)
    assert read
    assert read <= set(stage.POLICY)
