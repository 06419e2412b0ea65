"""Files that change, an index of them, and what comes out with and without it."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from connectors.base import ReadRequest
from pipelines.engine.local import Local
from pipelines.stages.candidate_texts import CandidateTexts
from pipelines.stages.duplicates import Duplicates, find_duplicates, judge_candidates
from pipelines.stages.index import Index, Sketched, opened
from pipelines.stages.index_state import Unit
from pipelines.stages.preference import FIRST, Preference, arranged
from pipelines.stages.rereading import Rereader
from pipelines.stages.shared import NOTHING_SHARED, moved
from pipelines.stages.sketching import sketch_file

REQUEST = ReadRequest(columns=("text",))


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
