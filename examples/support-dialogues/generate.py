"""Write the support dialogues, their people and their seeded faults: same seed, same bytes.

Run `python generate.py` in this folder, or `python generate.py FOLDER` to write elsewhere.
The texts come from `texts/zh.toml` and `texts/en.toml`; nothing here is copied from anybody.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dialogue import Dialogue
from identifiers import address, chance, mobile_number, resident_number
from people import write_consents, write_people
from seeding import Fault, copies

HERE = Path(__file__).parent
SEED = "support-dialogues-1"
LANGUAGES = ("en", "zh")
CHATS = "consented-chats"
SHARES = (
    ("desk-scripts", 45),
    ("partner-handbook", 22),
    ("drill-dialogues", 18),
    ("forum-tips", 8),
    (CHATS, 7),
)
PERSONAL_ISSUES = ("contact", "invoice", "lost")
SUBJECTS = 40
BROKEN = "data/dialogues-zh.jsonl"
PERSONAL = {
    ("zh", "contact"): "id mobile wrong id mobile id wrong mobile id wrong",
    ("en", "contact"): "email id mobile wrong email id mobile wrong email mobile",
    ("zh", "invoice"): "email - - email - email - - email -",
    ("en", "invoice"): "- email - - email - email - - email",
    ("zh", "lost"): "- mobile - - mobile - - - mobile -",
    ("en", "lost"): "mobile - - mobile - - mobile - - -",
}
"""What the customer leaves in these conversations, a word a service."""


def pick(key: str, options: list[str]) -> str:
    """One of `options`, chosen by the seed."""
    return options[chance(SEED, key, len(options))]


def placed(template: str, slots: Mapping[str, str]) -> str:
    """`template` filled in; a clause that does not open a sentence starts with a small letter."""
    text = template
    for name, value in slots.items():
        small = value if value.startswith("I ") else value[:1].lower() + value[1:]
        for lead in (", ", ": "):
            text = text.replace(f"{lead}{{{name}}}", lead + small)
        text = text.replace(f"{{{name}}}", value)
    return text.replace("  ", " ").strip()


def source_of(key: str, issue: str) -> str:
    """Chats hold every issue in which customers leave their details; the rest goes by shares."""
    if issue in PERSONAL_ISSUES:
        return CHATS
    rest = chance(SEED, key + "/source", sum(share for _, share in SHARES))
    for source, share in SHARES:
        if rest < share:
            return source
        rest -= share
    raise AssertionError


def personal_value(kind: str, key: str) -> str:
    """The value that the customer of dialogue `key` leaves."""
    match kind:
        case "mobile":
            return mobile_number(SEED, key)
        case "email":
            return address(SEED, key)
        case _:
            return resident_number(SEED, key, right=kind == "id")


def dialogue(lang: str, texts: Mapping[str, Any], service: str, issue: str) -> Dialogue:
    """The conversation of one service about one issue in one language."""
    key = f"{lang}/{service}/{issue}"
    about, talk = texts["services"][service], texts["issues"][issue]
    kinds = PERSONAL.get((lang, issue), "-").split()
    kind = kinds[list(texts["services"]).index(service) % len(kinds)].strip("-")
    value = personal_value(kind, key) if kind else ""
    sentence = texts["personal"]["id" if kind == "wrong" else kind] if kind else ""
    source = source_of(key, issue)
    subject = f"CU-{1000 + chance(SEED, key + '/subject', SUBJECTS)}" if source == CHATS else None
    question = pick(key + "/question", talk["questions"])
    slots = {
        "story": pick(key + "/story", about["stories"]),
        "thing": about["thing"],
        "personal": sentence.replace("{value}", value),
    }
    return Dialogue(
        id=f"{lang}-{service}-{issue}",
        instruction=placed(
            pick(key + "/instruction", texts["instructions"]), {"name": about["name"]}
        ),
        input=placed(question, slots),
        output=placed(pick(key + "/answer", talk["answers"]), {"fact": about[talk["fact"]]}),
        lang=lang,
        source=source,
        subject=subject,
        kind=kind,
        value=value,
    )


def dialogues(lang: str) -> list[Dialogue]:
    """Every service with every issue, in an order that only the seed decides."""
    texts = tomllib.loads((HERE / "texts" / f"{lang}.toml").read_text(encoding="utf-8"))
    made = [dialogue(lang, texts, s, i) for s in texts["services"] for i in texts["issues"]]
    return sorted(made, key=lambda d: chance(SEED, d.id + "/order", 2**63))


def hit_faults(name: str, rows: Mapping[int, Dialogue]) -> Iterator[Fault]:
    """The personal values of a file, each with its place in code points of `input`."""
    kinds = {
        "id": ("resident_id_valid", "valid"),
        "wrong": ("resident_id_wrong_check_digit", "lookalike"),
        "mobile": ("mobile_number", "valid"),
        "email": ("email_address", "valid"),
    }
    for row, record in rows.items():
        if record.kind:
            fault, tier = kinds[record.kind]
            start = record.input.index(record.value)
            type_ = "id" if record.kind == "wrong" else record.kind
            place = {"column": "input", "start": start, "end": start + len(record.value)}
            detail = {**place, "type": type_, "tier": tier}
            yield Fault(kind=fault, table="hits", file=name, row=row, detail=detail)


def write_data(folder: Path) -> tuple[dict[str, dict[int, Dialogue]], list[Fault]]:
    """The three data files, and the faults in their records."""
    base = {lang: dialogues(lang) for lang in LANGUAGES}
    late = [d for lang in LANGUAGES for d in base[lang][-6:]]
    files = {f"data/dialogues-{lang}.jsonl": base[lang][:-6] for lang in LANGUAGES}
    files["data/late-arrivals.jsonl"] = late
    lines: dict[str, list[Dialogue | str]] = {name: list(rows) for name, rows in files.items()}
    broken = base["zh"][-1].line()
    lines[BROKEN].insert(57, broken[: len(broken) // 2])
    faults = [
        Fault(kind="malformed_line", control="PI-01", table="quarantine", file=BROKEN, row=57)
    ]
    faults += copies(SEED, lines)
    placed_rows: dict[str, dict[int, Dialogue]] = {}
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for name, rows in lines.items():
        text = "".join((r if isinstance(r, str) else r.line()) + "\n" for r in rows)
        (folder / name).write_text(text, encoding="utf-8")
        placed_rows[name] = {i: r for i, r in enumerate(rows) if not isinstance(r, str)}
        faults += hit_faults(name, placed_rows[name])
    return placed_rows, faults


def main(folder: Path) -> None:
    """Write data, people, consents and the list of seeded faults under `folder`."""
    placed_rows, faults = write_data(folder)
    records = [(n, i, r) for n, rows in placed_rows.items() for i, r in rows.items()]
    faults += [
        Fault(kind="unlicensed_source", control="SRC-06", detail={"source": "forum-tips"}),
        *write_consents(SEED, folder, [(n, i, r.subject) for n, i, r in records if r.subject]),
        *write_people(SEED, folder, sorted(r.id for _, _, r in records if "-copy" not in r.id)),
    ]
    faults.sort(key=lambda f: (f.kind, f.file or "", f.row or 0, json.dumps(f.detail)))
    listed = {
        "dataset": "support-dialogues",
        "seed": SEED,
        "records": len(records),
        "quarantined": 1,
        "faults": [f.as_json() for f in faults],
    }
    text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
    (folder / "faults.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
