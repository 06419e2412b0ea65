"""A small dataset in a workspace of its own, and what each audit of it ran and found."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.stages.order import ORDER
from pipelines.store import runs
from pipelines.store.codec import to_json
from pipelines.store.database import open_store
from pipelines.store.stage_results import stages_of

AT = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
ALWAYS = {"ingest", "controls", "gate", "seal", "report"}
"""They look at the files, or at the clock of the run."""
FILES = 4
MANIFEST: dict[str, Any] = {
    "dataset": "reused",
    "title": {"en": "Reused"},
    "purpose": "fine_tune",
    "files": ["*.jsonl"],
    "record": {"text": ["question", "answer"], "id": "id", "subject": "who"},
    "sources": [{"id": "own", "type": "self_produced", "licence": {"id": "CC0-1.0"}}],
    "annotation": {"labels": {"format": "csv", "files": ["labels.csv"]}},
}


@dataclass
class House:
    """A dataset and a workspace, and what the last audit carried out."""

    folder: Path
    settings: Settings
    run_id: RunId = field(default=RunId(""))
    """Of the last audit."""

    def write(self, **changes: Any) -> None:
        """The dataset as it is at first, but for `changes` of its manifest."""
        for old in self.folder.iterdir():
            old.unlink()
        for part in range(FILES):
            lines = [json.dumps(record(part, row)) for row in range(6)]
            self.path(f"part-{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        labels = [f"{n},A-{n % 3},good,2026-06-01T10:00:00+08:00" for n in range(9)]
        text = "\n".join(["item,annotator,label,at", *labels])
        self.path("labels.csv").write_text(text, encoding="utf-8")
        self.path("dataset.yaml").write_text(json.dumps(MANIFEST | changes), encoding="utf-8")

    def path(self, name: str) -> Path:
        return self.folder / name

    def found(self) -> dict[str, Any]:
        """What the last audit left of each stage that is reused, and what it found."""
        store = open_store(self.settings)
        try:
            left: dict[str, Any] = {
                stage.stage: (sorted(table.digest for table in stage.tables), stage.summary)
                for stage in stages_of(store, self.run_id)
                if stage.stage not in ALWAYS
            }
            return left | {"findings": to_json(runs.findings_of(store, self.run_id))}
        finally:
            store.engine.dispose()

    def audit(self, policy: str | None = None) -> tuple[set[str], int]:
        """The stages that ran, those of ALWAYS left out, and the number of files scanned."""
        given = None
        if policy is not None:
            given = self.folder.parent / "policy.yaml"
            given.write_text(policy, encoding="utf-8")
        store = open_store(self.settings)
        try:
            self.run_id = run_id = flow.begin(
                self.path("dataset.yaml"),
                policy=given,
                at=AT,
                owner="test",
                settings=self.settings,
                store=store,
            )
            with Local(1, self.settings.memory_limit, self.settings.home / "tmp") as engine:
                done = list(
                    flow.carry_out(
                        run_id,
                        settings=self.settings,
                        store=store,
                        engine=engine,
                        progress=Silent(),
                    )
                )
        finally:
            store.engine.dispose()
        assert [one.stage for one in done] == list(ORDER)
        ran = {one.stage for one in done if not one.reused}
        assert ran >= ALWAYS, "what depends on the clock is never reused"
        (shards,) = [one.shards for one in done if one.shards is not None]
        assert shards.scanned + shards.reused == len(list(self.folder.glob("*.jsonl")))
        return ran - ALWAYS, shards.scanned


def record(part: int, row: int) -> dict[str, str]:
    text = f"what is said of thing {row} here is the same in every part of the dataset"
    return {
        "id": f"{part}-{row}",
        "who": f"person {row % 3}",
        "question": text if row < 2 else f"{text}, but for {part * 7919 + row} and {part}",
        "answer": f"answer {part} {row}",
    }
