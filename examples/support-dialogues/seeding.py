"""Faults put into the data on purpose, each written down where it was put."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialogue import Dialogue
from identifiers import chance

LATE = "data/late-arrivals.jsonl"
PLACES = {
    "en": ("data/dialogues-en.jsonl", LATE),
    "zh": ("data/dialogues-zh.jsonl", LATE),
}
COURTESY = {"en": " Thank you for writing to us.", "zh": "感谢您的来信。"}
SWAPS = {
    "en": (("will", "shall"), ("please", "kindly"), ("and", "as well as")),
    "zh": (("您", "你"), ("可以", "能够"), ("请", "烦请"), ("的", "之")),
}
EXACT, NEAR = 4, 5
"""Copies a language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One seeded fault: what it is, what must show it, and where it lies."""

    kind: str
    control: str | None = None
    """The control that must not be met."""
    table: str | None = None
    """The evidence table that must hold it."""
    file: str | None = None
    row: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The fault as `faults.json` lists it; a place only where there is one."""
        place: Mapping[str, object] = (
            {} if self.file is None else {"file": self.file, "row": self.row}
        )
        shown_by = {"control": self.control, "table": self.table}
        return {"kind": self.kind, **shown_by, **place, **self.detail}


def disguised(record: Dialogue, number: int) -> Dialogue:
    """The same text to the normalisation, though not always the same characters."""
    if number == 0:
        return record
    if record.lang == "en":
        loud = record.instruction.upper() if number == 1 else record.instruction
        return replace(record, instruction=loud, output=record.output.replace(". ", ".   "))
    narrow = record.output.replace("，", ",") if number == 1 else record.output + "\n"
    return replace(record, output=narrow, input=record.input.replace("？", "?"))


def reworded(record: Dialogue, number: int) -> Dialogue:
    """Nearly the same text: a word or two changed, a courtesy added."""
    output = record.output
    if number % 2 == 0:
        output += COURTESY[record.lang]
    if number > 0:
        old, new = next(s for s in SWAPS[record.lang] if s[0] in output)
        output = output.replace(old, new, 1)
    return replace(record, output=output)


def copies(seed: str, lines: dict[str, list[Dialogue | str]]) -> list[Fault]:
    """Append exact and near copies to the files in `lines`, and return them as faults."""
    faults = []
    for targets in PLACES.values():
        home = targets[0]
        chosen = [
            (row, r)
            for row, r in enumerate(lines[home])
            if not isinstance(r, str) and r.source in ("desk-scripts", "partner-handbook")
        ]
        chosen.sort(key=lambda c: chance(seed, c[1].id + "/copied", 2**63))
        for number, (row, record) in enumerate(chosen[: EXACT + NEAR]):
            exact = number < EXACT
            change = disguised if exact else reworded
            copy = change(record, number if exact else number - EXACT)
            target = targets[number % 2]
            lines[target].append(replace(copy, id=f"{record.id}-copy"))
            faults.append(
                Fault(
                    kind="exact_duplicate" if exact else "near_duplicate",
                    control="QLT-01",
                    table="pairs",
                    file=target,
                    row=len(lines[target]) - 1,
                    detail={"kept_file": home, "kept_row": row},
                )
            )
    return faults
