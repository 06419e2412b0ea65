"""What the corpus of `golden_corpus` is scanned and related to, as digests, and what was agreed.

A result is reused under the VERSION of its stage and the names of the schemes. So whoever changes
what a kernel gives must change one of the two, or a workspace would mix old results and new ones.
"""

import hashlib
import importlib
import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import golden_corpus
import pyarrow as pa

from pipelines import flow
from pipelines.engine.local import Local
from pipelines.model.ids import RunId
from pipelines.settings import Settings
from pipelines.stages.base import Silent
from pipelines.store import runs
from pipelines.store.database import Store, open_store
from pipelines.store.keys import IDENTIFIER_KEY

AGREED = Path(__file__).with_name("evidence.json")
AT = datetime.fromisoformat("2026-11-20T01:00:00+08:00")
KINDS = {
    "scan": ("records", "hits", "keywords", "quarantine"),
    "relate": ("pairs",),
    "compare": ("overlaps",),
}


def found() -> dict[str, Any]:
    """For each stage of KINDS: the names results go by, and a digest of each column they gave."""
    with tempfile.TemporaryDirectory(prefix="tda-golden-") as name:
        folder = Path(name)
        manifest = golden_corpus.write(folder / "data")
        settings = Settings(
            home=folder / "home",
            database_url=f"sqlite:///{folder / 'home' / 'audit.db'}",
            workers=1,
            max_record_bytes=golden_corpus.LARGEST,
        )
        _use_the_golden_key(settings)
        store = open_store(settings)
        try:
            return _carried_out(manifest, settings, store)
        finally:
            store.engine.dispose()


def complaint(agreed: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """What is wrong with `new`, in a sentence; None where it is what was agreed."""
    for stage, kinds in KINDS.items():
        if stage not in agreed:
            return (
                f"nothing was agreed of {stage} yet: look at its results, then run "
                "python tests/golden/regenerate.py"
            )
        names, known = new[stage]["names"], agreed[stage]["names"]
        changed = [
            f"{kind}.{column}"
            for kind in kinds
            for column, digest in _columns(agreed, new, stage, kind)
            if digest != agreed[stage]["tables"].get(kind, {}).get(column)
        ]
        if changed and names == known:
            return (
                f"results changed under the same VERSION: raise it or mend the kernel. {stage} "
                f"gives other values of {', '.join(changed)}, and workspaces hold the old ones "
                f"under {names}"
            )
        if names != known:
            return (
                f"the results of {stage} go by {names}, and were agreed under {known}: look at "
                "what has changed, then run python tests/golden/regenerate.py"
            )
    return None


def _columns(
    agreed: Mapping[str, Any], new: Mapping[str, Any], stage: str, kind: str
) -> list[tuple[str, str | None]]:
    """Every column of either, with its digest now."""
    now, then = new[stage]["tables"][kind], agreed[stage]["tables"].get(kind, {})
    return [(column, now.get(column)) for column in (*now, *(c for c in then if c not in now))]


def _use_the_golden_key(settings: Settings) -> None:
    """A key everybody knows: digests of identifiers must be the same everywhere."""
    settings.keys.mkdir(parents=True, mode=0o700)
    key = settings.keys / IDENTIFIER_KEY
    key.touch(mode=0o600)
    key.write_bytes(hashlib.sha256(b"golden").digest())


def _carried_out(manifest: Path, settings: Settings, store: Store) -> dict[str, Any]:
    policy = golden_corpus.write_policy(manifest.parent)
    exam = golden_corpus.write_exam(manifest.parent.with_name("exam"))
    given: Mapping[str, Any] = {"settings": settings, "store": store}
    with Local(1, "256MB", settings.home / "tmp") as engine:
        found = flow.begin(exam, policy=None, at=AT, owner="golden", **given)
        for _ in flow.carry_out(found, engine=engine, progress=Silent(), **given):
            pass
        run_id = flow.begin(manifest, policy=policy, at=AT, owner="golden", **given)
        for stage in ("register", "ingest", "scan", "relate", "compare"):
            flow.run_stage(stage, run_id, engine=engine, progress=Silent(), **given)
    schemes = dict(runs.stage_summary(store, run_id, "scan")["schemes"])
    # another Unicode is another result, but not of characters that both of them know
    del schemes["unidata_version"]
    schemes["normal"] = schemes["normal"].partition("/unicode-")[0]
    named = schemes
    outcome: dict[str, Any] = {}
    for stage, kinds in KINDS.items():
        version = importlib.import_module(f"pipelines.stages.{stage}").VERSION
        named = {**named, stage: version}
        outcome[stage] = {
            "names": named,
            "tables": {kind: _digests(store, run_id, stage, kind) for kind in kinds},
        }
    return outcome


def _digests(store: Store, run_id: RunId, stage: str, kind: str) -> dict[str, str]:
    """A digest of the values of each column, row after row, and of the number of rows."""
    refs = [ref for ref in runs.stage_tables(store, run_id, stage) if ref.kind == kind]
    table = pa.concat_tables([store.evidence.read(ref) for ref in refs])
    assert table.num_rows > 5, f"the corpus has too little for {kind}"
    values = {name: repr(table[name].to_pylist()) for name in table.column_names}
    values["(rows)"] = str(table.num_rows)
    return {name: hashlib.sha256(text.encode()).hexdigest()[:32] for name, text in values.items()}


def agreed() -> dict[str, Any]:
    return json.loads(AGREED.read_text(encoding="utf-8"))


def write(new: Mapping[str, Any]) -> None:
    AGREED.write_text(json.dumps(new, indent=1, sort_keys=True) + "\n", encoding="utf-8")
