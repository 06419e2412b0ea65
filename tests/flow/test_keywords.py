"""A keyword library from the policy to the report: searched, counted, judged, and kept."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tda_process import tda

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.kernels import normal_facts as kernel
from pipelines.model.audit import ControlResult
from pipelines.model.errors import ConfigError, EvidenceError
from pipelines.model.ids import RunId
from pipelines.model.outcome import Outcome
from pipelines.model.profile import KeywordCount, KeywordProfile
from pipelines.settings import Settings
from pipelines.stages import keywords as stage
from pipelines.stages.base import Silent
from pipelines.stages.profile import profile_of
from pipelines.store import runs
from pipelines.store.database import Store, open_store
from pipelines.upkeep.references import _digests_of

AT = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
MANIFEST = {
    "dataset": "searched",
    "title": {"en": "Searched"},
    "purpose": "fine_tune",
    "files": ["*.jsonl"],
    "record": {"text": ["a", "b"], "source": "from"},
    "sources": [
        {"id": "own", "type": "self_produced", "licence": {"id": "CC0-1.0"}},
        {"id": "shop", "type": "commercial", "licence": {"id": "CC0-1.0"}},
    ],
}
FIRST = [
    {"a": "Essex, sex and SEX", "b": "坏词坏词", "from": "own"},
    {"a": "nothing here", "b": "", "from": "own"},
    {"a": "é sex", "b": "e\u0301 坏词", "from": "shop"},
]
SECOND = [{"a": "坏" * 3, "b": "词", "from": "shop"}, {"a": "sex", "b": "sex", "from": "nobody"}]
LIBRARY = "term,risk,since\nsex,A.1.a,2026-01-01\n坏词,A.2.b,\n坏坏,A.2.b,\né,A.3.c,\n"
EXPECTED = [
    # sorted normal forms: sex, é, 坏坏, 坏词; the columns of a text are a line each
    ("a.jsonl", 0, 0, "A.1.a", 2),
    ("a.jsonl", 0, 3, "A.2.b", 2),
    ("a.jsonl", 2, 0, "A.1.a", 1),
    ("a.jsonl", 2, 1, "A.3.c", 2),
    ("a.jsonl", 2, 3, "A.2.b", 1),
    ("b.jsonl", 0, 2, "A.2.b", 2),
    ("b.jsonl", 1, 0, "A.1.a", 2),
]


@dataclass
class House:
    folder: Path
    store: Store
    ran: set[str] = field(default_factory=set)

    def library(self, text: str) -> None:
        (self.folder / "keywords.csv").write_text(text, encoding="utf-8")

    def policy(self, text: str = "keywords: {library: keywords.csv}\n") -> Path:
        path = self.folder / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def audit(self, policy: Path | None) -> RunId:
        settings = self.store.settings
        given = {"settings": settings, "store": self.store}
        manifest = self.folder / "dataset.yaml"
        run_id = flow.begin(manifest, policy=policy, at=AT, owner="test", **given)
        with Local(1, "256MB", settings.home / "tmp") as engine:
            done = list(flow.carry_out(run_id, engine=engine, progress=Silent(), **given))
        self.ran = {one.stage for one in done if not one.reused}
        return run_id

    def rows(self, run_id: RunId) -> list[tuple[str, int, int, str, int]]:
        refs = runs.stage_tables(self.store, run_id, "scan")
        tables = [self.store.evidence.read(ref) for ref in refs if ref.kind == "keywords"]
        found = pa.concat_tables(tables).to_pylist()
        return sorted((r["file"], r["row"], r["term"], r["risk"], r["count"]) for r in found)

    def cnt_05(self, run_id: RunId) -> ControlResult:
        results = runs.findings_of(self.store, run_id)
        return next(result for result in results if result.control == "CNT-05")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "data"
    folder.mkdir()
    for name, rows in (("a", FIRST), ("b", SECOND)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "dataset.yaml").write_text(json.dumps(MANIFEST), encoding="utf-8")
    home = tmp_path / "home"
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    store = open_store(settings)
    yield House(folder, store)
    store.engine.dispose()


def test_each_record_is_searched_and_the_counts_reach_the_report(house: House):
    house.library(LIBRARY)
    run_id = house.audit(house.policy())
    assert house.rows(run_id) == EXPECTED
    found = profile_of(run_id, house.store).keywords
    digest = f"sha256:{_sha256(house.folder / 'keywords.csv')}"
    assert found == KeywordProfile(
        library=digest,
        records=4,
        counts=(
            KeywordCount(source="own", risk="A.1.a", records=1, hits=2),
            KeywordCount(source="shop", risk="A.1.a", records=1, hits=1),
            KeywordCount(source=None, risk="A.1.a", records=1, hits=2),
            KeywordCount(source="own", risk="A.2.b", records=1, hits=2),
            KeywordCount(source="shop", risk="A.2.b", records=2, hits=3),
            KeywordCount(source="shop", risk="A.3.c", records=1, hits=2),
        ),
    )
    folder = house.store.settings.home / "reports" / run_id
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    rows = report["article_7"]["keywords"]["rows"]
    assert [(row["risk"], row["records"], row["hits"]) for row in rows] == [
        ("A.1.a", 3, 5),
        ("A.2.b", 3, 5),
        ("A.3.c", 1, 2),
    ]
    assert digest in (folder / "report.zh.html").read_text(encoding="utf-8")


def test_a_library_that_is_too_small_is_not_met_and_none_cannot_be_told(house: House):
    house.library(LIBRARY)
    small = house.cnt_05(house.audit(house.policy()))
    assert [f.outcome for f in small.findings] == [Outcome.FAILED, Outcome.FAILED]
    assert (small.findings[0].count, small.findings[1].count) == (4, 17)
    assert "keyword_library" in small.evidence
    none = house.audit(None)
    assert house.cnt_05(none).outcome is Outcome.CANT_TELL
    assert profile_of(none, house.store).keywords is None
    assert house.rows(none) == []


def test_a_library_of_ten_thousand_terms_over_all_risks_is_met(house: House):
    risks = [f"A.1.{letter}" for letter in "abcdefgh"] + [f"A.2.{letter}" for letter in "abcdefghi"]
    rows = [
        f"{chr(0x4E00 + n // 100)}{chr(0x5E00 + n % 100)},{risks[n % 17]}" for n in range(10_000)
    ]
    house.library("term,risk\n" + "\n".join(rows) + "\n")
    assert house.cnt_05(house.audit(house.policy())).outcome is Outcome.PASSED
    house.library("term,risk\n" + "\n".join(rows[1:]) + "\n")
    assert house.cnt_05(house.audit(house.policy())).outcome is Outcome.FAILED


def test_only_another_library_is_searched_for_again(house: House):
    house.library(LIBRARY)
    first = house.audit(house.policy())
    house.audit(house.policy("version: another\nkeywords: {library: keywords.csv}\n"))
    assert not house.ran & {"scan", "relate", "profile"}
    house.library(LIBRARY + "nothing,A.1.b,\n")
    second = house.audit(house.policy())
    assert {"scan", "profile"} <= house.ran
    assert len(house.rows(second)) == len(EXPECTED) + 1
    assert house.rows(first) == EXPECTED
    # of neither library anything is found, and they are still two
    house.library("term,risk\nabsent,A.1.b\n")
    absent = house.audit(house.policy())
    assert profile_of(absent, house.store).keywords.counts == ()
    house.audit(None)
    assert "profile" in house.ran


def test_a_long_text_is_searched_like_a_short_one(house: House, monkeypatch):
    house.library(LIBRARY)
    monkeypatch.setattr(kernel, "RUN_BYTES", 4)
    monkeypatch.setattr(kernel, "PART_POINTS", 2)
    monkeypatch.setattr(kernel.normal_facts, "__defaults__", (4, None, None))
    in_pieces, long = [], kernel._long
    monkeypatch.setattr(kernel, "_long", lambda part: in_pieces.append(part) or long(part))
    assert house.rows(house.audit(house.policy())) == EXPECTED
    assert len(in_pieces) == 5


def test_the_library_is_kept_as_long_as_a_run_needs_it(house: House):
    house.library(LIBRARY)
    run_id = house.audit(house.policy())
    name = _sha256(house.folder / "keywords.csv")
    assert name in set(_digests_of(house.store, runs.run(house.store, run_id)))
    assert house.store.evidence.file(f"sha256:{name}").read_text(encoding="utf-8") == LIBRARY
    house.store.evidence.file(f"sha256:{name}").unlink()
    for cached in (stage.kept_library, stage.kept_table):
        cached.cache_clear()
    with pytest.raises(EvidenceError, match=r"keyword library .* is gone"):
        stage.kept_table(house.store.evidence.root, f"sha256:{name}")


def test_a_library_that_changes_under_the_audit_is_refused(house: House, monkeypatch):
    house.library(LIBRARY)
    policy = house.policy()
    read = stage.read_library

    def meddle(path: Path):
        found = read(path)
        house.library(LIBRARY + "more,A.1.a,\n")
        return found

    monkeypatch.setattr(stage, "read_library", meddle)
    with pytest.raises(ConfigError, match=r"keywords\.csv was changed"):
        house.audit(policy)


@pytest.mark.parametrize(
    ("name", "library", "said"),
    [
        ("keywords.csv", "term,risk\nx,A.9.a\n", "line 2: risk: there is no such risk"),
        ("none.csv", LIBRARY, "line 1: keywords.library cannot be opened"),
    ],
)
def test_the_command_says_what_is_wrong_and_exits_with_two(house: House, name, library, said):
    house.library(library)
    policy = house.policy(f"keywords: {{library: {name}}}\n")
    manifest = house.folder / "dataset.yaml"
    done = tda(house.store.settings.home, "audit", manifest, "--policy", policy, "--json")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
