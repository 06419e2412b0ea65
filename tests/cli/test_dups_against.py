import json
import random
import subprocess
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import tda_process

from pipelines.kernels.normalise import normalise
from pipelines.kernels.shingles import shingles_of
from pipelines.model.evidence import PAIRS

WORDS = ("the", "of", "rivers", "names", "country", "question", "data", "night", "河流", "国家")
PAGE = "a question of some length about the rivers of a country and their names in two languages"


def tda(folder: Path, *arguments, lang="en") -> subprocess.CompletedProcess[str]:
    """`tda dups` in a process of its own."""
    home = folder / "home"
    return tda_process.tda(home, "dups", *arguments, "--lang", lang, folder=folder)


def found(folder: Path, *arguments) -> dict[str, object]:
    ended = tda(folder, *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def write(path: Path, texts, column="text") -> Path:
    lines = [json.dumps({column: text}, ensure_ascii=False) + "\n" for text in texts]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def law(compared, others) -> dict[tuple[str, int], tuple[bool, Fraction, tuple[str, int]]]:
    """For each record the others hold: whether exactly, how similar, and which of them.

    Both are {file: texts}. Every pair is looked at: no sketch, no band keys.
    """
    there = [
        ((name, row), normalise(text))
        for name, texts in others.items()
        for row, text in enumerate(texts)
        if normalise(text)
    ]
    expected = {}
    for name, texts in compared.items():
        for row, text in enumerate(map(normalise, texts)):
            best = (False, Fraction(0), ("", 0))
            for place, other in there:
                a, b = shingles_of(text), shingles_of(other)
                share = Fraction(len(a & b), len(a | b)) if text else Fraction(0)
                if share >= Fraction(4, 5) and (text == other, share) > best[:2]:
                    best = (text == other, share, place)
            if best[1]:
                expected[name, row] = best
    return expected


def paired(path: str):
    table = pq.read_table(path)
    assert table.schema.equals(PAIRS)
    return {
        (row["removed_file"], row["removed_row"]): (
            row["method"] == "exact",
            row["similarity"],
            (row["kept_file"], row["kept_row"]),
        )
        for row in table.to_pylist()
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Files on both sides that share, repeat among themselves and nearly repeat."""
    folder = tmp_path_factory.mktemp("against")
    draw = random.Random(11)
    pages = [" ".join(draw.choices(WORDS, k=60)) for _ in range(40)]

    def texts(count):
        for _ in range(count):
            page = draw.choice(pages)
            changed = (page + " today", page.replace("the", "a", 2), page.upper(), page[:9])
            yield draw.choice([page, *changed, "", "one"])

    sides = [
        {name: list(texts(count)) for name, count in side}
        for side in ([("eval.jsonl", 60), ("more.jsonl", 25)], [("t1.jsonl", 90), ("t2.jsonl", 40)])
    ]
    for side in sides:
        for name, values in side.items():
            write(folder / name, values)
    return folder, *sides


@pytest.mark.parametrize("swapped", [False, True])
def test_each_record_that_the_other_files_hold_is_found_with_the_one_most_like_it(corpus, swapped):
    folder, *sides = corpus
    compared, others = reversed(sides) if swapped else sides
    options = [word for name in others for word in ("--against", name)]
    outcome = found(folder, *compared, *options)

    expected = law(compared, others)
    pairs = paired(outcome["pairs"])
    assert pairs == {
        place: (exact, float(share), kept) for place, (exact, share, kept) in expected.items()
    }
    exact = sum(one for one, *_ in expected.values())
    assert outcome["contained"] == {"exact": exact, "near": len(expected) - exact}
    assert exact > 10
    assert len(expected) - exact > 10
    assert outcome["against"] == {
        "files": 2,
        "records": sum(map(len, others.values())),
        "empty": sum(text == "" for texts in others.values() for text in texts),
        "quarantined": 0,
        "repeated": len({kept for *_, kept in expected.values()}),
    }
    assert outcome["records"] == sum(map(len, compared.values()))
    assert outcome["empty"] == sum(text == "" for texts in compared.values() for text in texts)
    # nothing is removed here, so nothing is called a duplicate
    assert not {"exact_duplicates", "near_duplicates", "clusters", "keep"} & set(outcome)
    assert "recall_at_threshold" in outcome


def test_where_equal_records_lead_does_not_depend_on_workers_or_their_order(corpus):
    folder, compared, others = corpus
    options = [word for name in others for word in ("--against", name)]
    one, two, turned = (
        found(folder, *names, *options, "--workers", workers)
        for names, workers in [(compared, 1), (compared, 2), (list(compared)[::-1], 1)]
    )
    for outcome in (one, two, turned):
        outcome.pop("seconds")
    assert one == two
    assert one["contained"] == turned["contained"]
    assert paired(one["pairs"]) == paired(turned["pairs"])


def test_both_directions_of_contamination(tmp_path):
    write(tmp_path / "eval.jsonl", [PAGE, PAGE + "!", "another question of its own kind"])
    write(tmp_path / "train.jsonl", ["unlike anything", PAGE, PAGE, PAGE.upper(), PAGE + "?"])
    there = found(tmp_path, "eval.jsonl", "--against", "train.jsonl")
    assert there["contained"] == {"exact": 1, "near": 1}
    assert (there["records"], there["against"]["records"]) == (3, 5)
    back = found(tmp_path, "train.jsonl", "--against", "eval.jsonl")
    assert back["contained"] == {"exact": 3, "near": 1}
    assert back["against"]["repeated"] == 1
    assert {kept for *_, kept in paired(back["pairs"]).values()} == {("eval.jsonl", 0)}


def test_each_side_has_its_own_columns(tmp_path):
    write(tmp_path / "eval.jsonl", [PAGE, "another"], "question")
    write(tmp_path / "train.jsonl", [PAGE], "output")
    sides = ("eval.jsonl", "--text", "question", "--against", "train.jsonl")
    outcome = found(tmp_path, *sides, "--against-text", "output")
    assert outcome["contained"] == {"exact": 1, "near": 0}
    ended = tda(tmp_path, *sides)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no record has the text columns question" in ended.stderr
    assert "--against-text" in ended.stderr


def test_the_threshold_decides_and_pairs_go_where_they_are_asked_to_go(tmp_path):
    write(tmp_path / "a.jsonl", [PAGE])
    write(tmp_path / "b.jsonl", [PAGE + " today"])
    options = ("a.jsonl", "--against", "b.jsonl", "--pairs", "out.parquet")
    assert found(tmp_path, *options)["contained"]["near"] == 1
    assert found(tmp_path, *options, "--threshold", "0.99")["contained"]["near"] == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_both_sides_are_compared_by_words_where_asked(tmp_path):
    write(tmp_path / "a.jsonl", [PAGE.replace("rivers", "rivets"), PAGE + " today", PAGE.upper()])
    write(tmp_path / "b.jsonl", [PAGE])
    options = ("a.jsonl", "--against", "b.jsonl")
    assert found(tmp_path, *options)["contained"] == {"exact": 1, "near": 2}
    by_words = found(tmp_path, *options, "--shingles", "word")
    # one word within is five shingles of words, one at the end is one
    assert by_words["contained"] == {"exact": 1, "near": 1}
    shingles = len(PAGE.split()) - 4
    near = paired(by_words["pairs"])["a.jsonl", 1]
    assert near == (False, shingles / (shingles + 1), ("b.jsonl", 0))


def test_what_could_not_be_compared_is_counted_on_its_side(tmp_path):
    write(tmp_path / "a.jsonl", [PAGE, ""])
    write(tmp_path / "b.jsonl", [PAGE])
    with (tmp_path / "b.jsonl").open("a") as file:
        file.write("{broken\n")
    outcome = found(tmp_path, "a.jsonl", "--against", "b.jsonl")
    assert (outcome["empty"], outcome["quarantined"]) == (1, 0)
    assert outcome["against"]["quarantined"] == 1


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "3 records in 1 files, 0 empty, 0 quarantined",
                "compared with 2 records in 1 files, 1 empty, 0 quarantined",
                "1 records repeat one of these exactly and 1 nearly (Jaccard 0.8 or more); 1 of "
                "these are repeated",
                "a pair right at this threshold is found with probability 0.9983",
            ],
        ),
        (
            "zh",
            [
                "1 个文件中 3 条记录，空 0 条，隔离 0 项",
                "比对对象：1 个文件，2 条记录，空 1 条，隔离 0 项",
                "其中完全相同 1 条，近似 1 条（Jaccard 不低于 0.8）；比对对象中有 1 条被重复",
                "恰在此阈值上的一对，被找到的概率为 0.9983",
            ],
        ),
    ],
)
def test_a_person_is_told_the_same_in_both_languages(tmp_path, lang, lines):
    write(tmp_path / "eval.jsonl", [PAGE, PAGE + "!", "another question"])
    write(tmp_path / "train.jsonl", [PAGE, ""])
    ended = tda(tmp_path, "eval.jsonl", "--against", "train.jsonl", lang=lang)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[:-1] == lines
    for text in (PAGE, "another question"):
        assert text not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--against", "absent.jsonl"], "absent.jsonl"),
        (["--against", "a.jsonl"], "a.jsonl is compared with itself"),
        (["--against", "."], "a.jsonl is compared with itself"),
        (["--against", "link.jsonl"], "a.jsonl is compared with itself"),
        (["--against", "empty.jsonl"], "hold no text to compare with: 1 records, 1 empty"),
        (["--against", "broken.jsonl"], "hold no text to compare with: 0 records"),
        (["--against", "other.jsonl"], "no record has the text columns text"),
        (["--against", "b.jsonl", "--against-text", ","], "--against-text names no column"),
        (["--against-text", "text"], "--against-text is given, but no file to compare with"),
        (["--against", "b.jsonl", "--threshold", "2"], "--threshold is 2"),
    ],
)
def test_misuse_is_a_sentence_with_a_remedy(tmp_path, arguments, says):
    write(tmp_path / "a.jsonl", [PAGE])
    write(tmp_path / "b.jsonl", [PAGE])
    write(tmp_path / "empty.jsonl", [" "])
    write(tmp_path / "other.jsonl", [PAGE], "body")
    (tmp_path / "broken.jsonl").write_text("{broken\n")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "a.jsonl")
    ended = tda(tmp_path, "a.jsonl", *arguments, "--json")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert len(ended.stderr.strip().splitlines()) >= 2
    assert "Traceback" not in ended.stderr


def test_the_help_shows_an_example(tmp_path):
    ended = tda_process.tda(tmp_path, "dups", "--help", COLUMNS="200")
    assert ended.returncode == 0
    assert "tda dups eval.jsonl --text question --against train.jsonl" in ended.stdout
