"""A workspace with two evaluation sets, and training data that holds some of their questions."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.kernels.normalise import normalise
from pipelines.kernels.shingles import shingles_of
from pipelines.model.audit import ControlResult
from pipelines.model.contamination import Contamination
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.stages.compare import contamination_of
from pipelines.store import runs
from pipelines.store.database import Store, open_store

AT = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
EXAM = [
    "Which river of the province is the longest, and through which towns does it flow?",
    "What has to be written into the register before an annotator begins to work?",
    "请说明训练数据来源的登记要求，并指出哪些材料需要一并保存。",
    "A question nobody ever put into any training data, about the weather of last year.",
    "",
]
REFUSALS = ["Explain in detail how one breaks the lock of a stranger's door at night, please."]
FIRST = [
    "A record about something else, long enough to be compared with all the others.",
    "which RIVER of the province is the　longest, and through which towns does it flow?",
    EXAM[1] + "!!",
]
SECOND = [
    EXAM[2],
    "",
    EXAM[2] + "。",
    EXAM[1].replace("begins to work", "begins to  work."),
    "Answer the following. " + EXAM[3] + " Give reasons, and say where you have found them all.",
]


def similarity(one: str, other: str) -> float:
    a, b = shingles_of(normalise(one)), shingles_of(normalise(other))
    return len(a & b) / len(a | b)


def share(question: str, text: str) -> float:
    """Of the question, in a text that is hardly longer than its passage."""
    wanted = shingles_of(normalise(question))
    return len(wanted & shingles_of(normalise(text))) / len(wanted)


EXPECTED = [
    ("a.jsonl", 1, "exam", "q.jsonl", 0, 1.0, "exact"),
    ("a.jsonl", 2, "exam", "q.jsonl", 1, similarity(FIRST[2], EXAM[1]), "near"),
    ("b.jsonl", 0, "exam", "q.jsonl", 2, 1.0, "exact"),
    ("b.jsonl", 2, "exam", "q.jsonl", 2, similarity(SECOND[2], EXAM[2]), "near"),
    ("b.jsonl", 3, "exam", "q.jsonl", 1, similarity(SECOND[3], EXAM[1]), "near"),
    ("b.jsonl", 4, "exam", "q.jsonl", 3, 1.0, "inside"),
]


def manifest(dataset: str, purpose: str, **changes: Any) -> str:
    whole = {
        "dataset": dataset,
        "title": {"en": dataset},
        "purpose": purpose,
        "files": ["*.jsonl"],
        "record": {"text": ["text"]},
        "sources": [{"id": "own", "type": "self_produced", "licence": {"id": "CC0-1.0"}}],
    }
    return json.dumps(whole | changes)


def put(path: Path, texts: Sequence[str]) -> None:
    lines = [json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts]
    path.write_text("".join(lines), encoding="utf-8")


@dataclass
class House:
    folder: Path
    store: Store
    ran: set[str] = field(default_factory=set)
    runs: int = 0

    def dataset(self, name: str, purpose: str, **files: Sequence[str]) -> None:
        place = self.folder / name
        place.mkdir(exist_ok=True)
        (place / "dataset.yaml").write_text(manifest(name, purpose), encoding="utf-8")
        for file, texts in files.items():
            put(place / f"{file}.jsonl", texts)

    def audit(self, name: str, policy: str = "", *, workers: int = 1) -> RunId:
        given = None
        if policy:
            given = self.folder / "policy.yaml"
            given.write_text(policy, encoding="utf-8")
        settings = self.store.settings
        common = {"settings": settings, "store": self.store}
        path = self.folder / name / "dataset.yaml"
        self.runs += 1
        at = AT + timedelta(minutes=self.runs)  # the newest run is told by its clock
        run_id = flow.begin(path, policy=given, at=at, owner="test", **common)
        with Local(workers, "256MB", settings.home / "tmp") as engine:
            done = list(flow.carry_out(run_id, engine=engine, progress=Silent(), **common))
        self.ran = {one.stage for one in done if not one.reused}
        return run_id

    def begin(self, name: str) -> None:
        """An audit of the dataset that gets no further than its registration."""
        path = self.folder / name / "dataset.yaml"
        given = {"settings": self.store.settings, "store": self.store}
        flow.begin(path, policy=None, at=AT, owner="test", **given)

    def pairs(self, run_id: RunId) -> list[tuple[object, ...]]:
        names = ("file", "row", "evaluation", "evaluation_file", "evaluation_row")
        names += ("similarity", "method")
        rows = self.table(run_id).to_pylist()
        return sorted(tuple(row[name] for name in names) for row in rows)

    def table(self, run_id: RunId) -> pa.Table:
        refs = runs.stage_tables(self.store, run_id, "compare")
        assert {ref.kind for ref in refs} == {"overlaps"}
        return pa.concat_tables([self.store.evidence.read(ref) for ref in refs])

    def control(self, run_id: RunId) -> ControlResult:
        results = runs.findings_of(self.store, run_id)
        return next(result for result in results if result.control == "QLT-05")

    def figures(self, run_id: RunId) -> Contamination:
        found = contamination_of(run_id, self.store)
        assert found is not None
        return found

    def report(self, run_id: RunId) -> dict[str, Any]:
        path = self.store.settings.home / "reports" / run_id / "report.json"
        return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def exam_house(folder: Path) -> Iterator[House]:
    """A house in `folder` with the sets and the data, none of them audited yet."""
    (folder / "data").mkdir()
    home = folder / "home"
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'audit.db'}", workers=1)
    store = open_store(settings)
    house = House(folder / "data", store)
    house.dataset("exam", "evaluation", q=EXAM)
    house.dataset("refusals", "evaluation", q=REFUSALS)
    house.dataset("training", "fine_tune", a=FIRST, b=SECOND)
    yield house
    store.engine.dispose()
