"""An index to which a file comes that is like what is there: its queries are asked."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.base import ReadRequest
from pipelines.engine.base import Engine
from pipelines.stages.index import Sketched, opened
from pipelines.stages.index_state import Unit
from pipelines.stages.known import VERDICTS
from pipelines.stages.sketching import sketch_file

PAGE = "a page of some length on the {} of rivers, of which there is one like it"
FILES = {
    "a": ["one text that is told twice", PAGE.format("names"), PAGE.format("banks")],
    "b": ["one text that is told twice", PAGE.format("names") + "!", "nothing else is like this"],
    "c": ["a short text", "nothing else is like this one"],
    "d": ["nothing else is like this!", "A short text", PAGE.format("names") + "?", "quite new"],
}


def grow(engine: Engine, folder: Path) -> None:
    """Three files are indexed, then a fourth comes."""
    folder.mkdir(parents=True)
    paths = {name: folder / f"{name}.jsonl" for name in FILES}
    for name, texts in FILES.items():
        lines = [json.dumps({"text": text}) + "\n" for text in texts]
        paths[name].write_text("".join(lines), encoding="utf-8")
    for names in ("abc", "abcd"):
        with opened(folder / "index", folder) as (index, work):

            def sketch(units: Mapping[str, Unit], _: Sequence[str], work: Path = work) -> Sketched:
                found = [
                    sketch_file(
                        str(unit.first),
                        paths=[paths[key]] * (unit.first + 1),
                        request=ReadRequest(columns=("text",)),
                        folder=str(work),
                    )
                    for key, unit in units.items()
                ]
                return Sketched(
                    flat=[str(one["out"]) for one in found], counts={key: {} for key in units}
                )

            index.update({name: lambda: [""] for name in names}, [], sketch, engine)
            index.keep(VERDICTS.empty_table())
