"""The support dialogues are what their README says, and nothing in them is there by accident."""

import csv
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-dialogues"
WRITTEN = ("data", "people", "faults.json")
KINDS = {
    "malformed_line": "malformed JSON line",
    "exact_duplicate": "exact duplicate",
    "near_duplicate": "near duplicate",
    "unlicensed_source": "source without a licence",
    "expired_consent": "consent expired",
    "withdrawn_consent": "withdrew",
    "resident_id_valid": "right check digit",
    "resident_id_wrong_check_digit": "wrong check digit",
    "mobile_number": "mobile number",
    "email_address": "e-mail address",
    "self_review": "reviewed their own work",
}


def people(name: str) -> list[dict[str, str]]:
    with (EXAMPLE / "people" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def listed() -> dict[str, list[dict[str, object]]]:
    faults = json.loads((EXAMPLE / "faults.json").read_text("utf-8"))["faults"]
    kinds = Counter(fault["kind"] for fault in faults)
    return {kind: [f for f in faults if f["kind"] == kind] for kind in kinds}


@pytest.fixture(scope="module")
def records() -> dict[tuple[str, int], dict[str, str]]:
    found = {}
    for path in sorted((EXAMPLE / "data").iterdir()):
        for row, line in enumerate(path.read_text("utf-8").splitlines()):
            try:
                found[f"data/{path.name}", row] = json.loads(line)
            except json.JSONDecodeError:
                assert (path.name, row) == ("dialogues-zh.jsonl", 57)
    return found


def shingles(record: dict[str, str]) -> frozenset[str]:
    text = "\n".join(record[name] for name in ("instruction", "input", "output"))
    normal = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return frozenset(normal[i : i + 5] for i in range(len(normal) - 4))


def test_the_generator_writes_what_is_committed(tmp_path: Path) -> None:
    command = [sys.executable, "-B", "-W", "error", str(EXAMPLE / "generate.py"), str(tmp_path)]
    subprocess.run(command, check=True)
    kept = [p for name in WRITTEN for p in (EXAMPLE / name, *(EXAMPLE / name).glob("*"))]
    kept = [path for path in kept if path.is_file()]
    made = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {p.relative_to(EXAMPLE) for p in kept} == {p.relative_to(tmp_path) for p in made}
    for path in made:
        assert path.read_bytes() == (EXAMPLE / path.relative_to(tmp_path)).read_bytes()


def test_similar_records_are_the_seeded_ones_and_no_others(
    records: dict[tuple[str, int], dict[str, str]], listed: dict[str, list[dict[str, object]]]
) -> None:
    sets = {place: shingles(record) for place, record in records.items()}
    similar = {}
    for one, two in combinations(sets, 2):
        both = len(sets[one] & sets[two])
        if both / (len(sets[one]) + len(sets[two]) - both) > 0.7:
            similar[one, two] = both / (len(sets[one]) + len(sets[two]) - both)
    pairs = {
        kind: {((f["kept_file"], f["kept_row"]), (f["file"], f["row"])) for f in listed[kind]}
        for kind in ("exact_duplicate", "near_duplicate")
    }
    assert set(similar) == pairs["exact_duplicate"] | pairs["near_duplicate"]
    assert {pair for pair, j in similar.items() if j == 1} == pairs["exact_duplicate"]
    assert all(similar[pair] > 0.85 for pair in pairs["near_duplicate"])


def test_some_exact_duplicates_are_equal_only_once_normalised(
    records: dict[tuple[str, int], dict[str, str]], listed: dict[str, list[dict[str, object]]]
) -> None:
    def text(place: tuple[object, object]) -> tuple[str, ...]:
        record = records[place]  # type: ignore[index]
        return record["instruction"], record["input"], record["output"]

    same = [
        text((f["file"], f["row"])) == text((f["kept_file"], f["kept_row"]))
        for f in listed["exact_duplicate"]
    ]
    assert 0 < sum(same) < len(same)


def test_identity_numbers_are_well_formed_and_nobodys(
    records: dict[tuple[str, int], dict[str, str]], listed: dict[str, list[dict[str, object]]]
) -> None:
    for kind, right in (("resident_id_valid", True), ("resident_id_wrong_check_digit", False)):
        for fault in listed[kind]:
            text = records[fault["file"], fault["row"]]["input"]  # type: ignore[index]
            number = text[fault["start"] : fault["end"]]  # type: ignore[misc]
            # GB 11643 is ISO 7064 MOD 11-2: with its check digit the whole is 1 modulo 11
            whole = sum(int(d) * 2 ** (17 - i) for i, d in enumerate(number)) % 11
            assert (whole == 1) is right
            born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            assert born.year < 1906


def test_every_number_and_address_in_the_texts_is_a_listed_one(
    records: dict[tuple[str, int], dict[str, str]], listed: dict[str, list[dict[str, object]]]
) -> None:
    known = {
        (f["file"], f["row"], f["start"], f["end"])
        for faults in listed.values()
        for f in faults
        if f["table"] == "hits"
    }
    seen = set()
    for (file, row), record in records.items():
        for name in ("instruction", "output"):
            assert not re.search(r"\d{5}|@", record[name])
        for hit in re.finditer(r"\d{5,}|[a-z.0-9]+@[a-z.]+", record["input"]):
            seen.add((file, row, hit.start(), hit.end()))
    assert seen == known


def test_faults_of_people_are_the_listed_ones(listed: dict[str, list[dict[str, object]]]) -> None:
    annotators: dict[str, set[str]] = {}
    late = {}
    until = {p["annotator"]: p["qualified_to"] for p in people("annotators")}
    for row in people("labels"):
        annotators.setdefault(row["item"], set()).add(row["annotator"])
        if row["at"][:10] > until[row["annotator"]]:
            late.setdefault(row["annotator"], []).append(row["item"])
    own = {r["item"] for r in people("reviews") if r["reviewer"] in annotators[r["item"]]}
    assert own == {f["item"] for f in listed["self_review"]}
    (lapsed,) = listed["lapsed_qualification"]
    assert {name: sorted(items) for name, items in late.items()} == {
        lapsed["annotator"]: lapsed["items"]
    }
    assert {len(people_) for people_ in annotators.values()} == {3}


def test_consents_that_do_not_hold_are_the_listed_ones(
    records: dict[tuple[str, int], dict[str, str]], listed: dict[str, list[dict[str, object]]]
) -> None:
    consents = {row["subject"]: row for row in people("consents")}
    for kind, column in (("expired_consent", "valid_to"), ("withdrawn_consent", "withdrawn_at")):
        ended = {s for s, row in consents.items() if row[column]}
        concerned = {p for p, r in records.items() if r["subject"] in ended}
        assert concerned == {(f["file"], f["row"]) for f in listed[kind]} != set()
    chats = {p: r for p, r in records.items() if r["source"] == "consented-chats"}
    assert {r["subject"] for r in chats.values()} == set(consents)
    hits = {(f["file"], f["row"]) for fs in listed.values() for f in fs if f["table"] == "hits"}
    assert hits <= set(chats)


def test_the_readme_counts_what_is_listed(listed: dict[str, list[dict[str, object]]]) -> None:
    readme = (EXAMPLE / "README.md").read_text("utf-8")
    english, chinese = readme.split("\n# 客服对话\n")
    rows = [line for line in english.splitlines() if line.startswith("| ")]
    for kind, words in KINDS.items():
        (row,) = (line for line in rows if words in line.split("|")[1])
        assert row.split("|")[2].split()[0] == str(len(listed[kind]))
    assert set(listed) == {*KINDS, "lapsed_qualification"}
    assert str(len(listed["lapsed_qualification"][0]["items"])) in rows[-1]  # type: ignore[arg-type]

    def counts(text: str) -> list[str]:
        return re.findall(r"\| (\d+) ", text)

    assert counts(english) == counts(chinese)


def test_texts_are_bilingual_and_complete(records: dict[tuple[str, int], dict[str, str]]) -> None:
    languages = Counter(record["lang"] for record in records.values())
    assert languages["zh"] == languages["en"] > 140
    for record in records.values():
        assert set(record) == {
            "id", "instruction", "input", "output", "lang", "source", "subject"
        }  # fmt: skip
        assert not re.search(r"[{}]|  \S*$|^\s", record["input"] + record["instruction"])
    assert len({record["id"] for record in records.values()}) == len(records)
