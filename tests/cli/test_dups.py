import gzip
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import main
from pipelines.kernels.normalise import normalise
from pipelines.kernels.shingles import shingles_of
from pipelines.model.evidence import PAIRS

LONG = "the quick brown fox jumps over the lazy dog and then rests under a tree for a while"


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("TDA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def run(capsys, *arguments):
    """Exit code, stdout and stderr of `tda dups`."""
    with pytest.raises(SystemExit) as ended:
        main(["dups", *map(str, arguments)])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def found(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def write(path: Path, rows) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def test_the_figures_and_the_pairs_of_two_files(home, tmp_path, capsys):
    write(tmp_path / "b.jsonl", [{"text": LONG}, {"text": ""}, {"text": "short"}])
    rows = [LONG.upper(), LONG + "!", "Ｓｈｏｒｔ", "another text altogether"]
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.write("".join(json.dumps({"text": row}) + "\n" for row in rows) + "{broken\n")
    outcome = found(capsys, "b.jsonl", "a.jsonl.gz")
    counts = ("files", "records", "empty", "quarantined", "exact_duplicates", "near_duplicates")
    assert [outcome[name] for name in counts] == [2, 7, 1, 1, 2, 1]
    assert outcome["clusters"] == 2
    table = pq.read_table(outcome["pairs"])
    assert table.schema.equals(PAIRS)
    a, b = shingles_of(LONG), shingles_of(LONG + "!")
    assert table.to_pylist() == [
        dict(zip(PAIRS.names, row, strict=True))
        for row in [
            ("b.jsonl", 0, "a.jsonl.gz", 0, 1.0, "exact"),
            ("b.jsonl", 0, "a.jsonl.gz", 1, len(a & b) / len(a | b), "near"),
            ("b.jsonl", 2, "a.jsonl.gz", 2, 1.0, "exact"),
        ]
    ]
    assert Path(outcome["pairs"]).parent == home
    assert list((home / "tmp").iterdir()) == []


def test_format_and_encoding_are_taken_as_stated(home, tmp_path, capsys):
    text = "敏捷的棕色狐狸跳过了懒惰的狗，然后在树下休息了一会儿"
    content = f"id,body\n1,{text}\n2,{text}\n3,另一段完全不同的话\n"
    (tmp_path / "forum.dat").write_bytes(content.encode("gb18030"))
    stated = ("forum.dat", "--format", "csv", "--encoding", "gb18030", "--text", "body")
    outcome = found(capsys, *stated)
    assert [outcome[name] for name in ("records", "exact_duplicates", "quarantined")] == [3, 1, 0]
    # and they are believed: as UTF-8 not one record can be read
    outcome = found(capsys, *stated[:4], "utf-8", "--text", "body")
    assert outcome["records"] == 0
    assert outcome["quarantined"] > 0


@pytest.mark.parametrize(("option", "value"), [("--format", "docx"), ("--encoding", "klingon")])
def test_a_format_or_encoding_nobody_knows_is_misuse(home, tmp_path, capsys, option, value):
    write(tmp_path / "a.jsonl", [{"text": LONG}])
    code, out, err = run(capsys, "a.jsonl", option, value, "--lang", "en")
    assert (code, out) == (2, "")
    assert value in err


def test_the_default_file_of_pairs_is_named_by_its_content(home, tmp_path, capsys):
    write(tmp_path / "a.jsonl", [{"text": "one"}, {"text": "one"}])
    first = found(capsys, "a.jsonl")["pairs"]
    assert found(capsys, "a.jsonl", "--workers", 2)["pairs"] == first
    write(tmp_path / "a.jsonl", [{"text": "one"}, {"text": "two"}, {"text": "one"}])
    assert found(capsys, "a.jsonl")["pairs"] != first


def test_pairs_go_where_they_are_asked_to_go(home, tmp_path, capsys):
    write(tmp_path / "a.jsonl", [{"text": "one"}, {"text": "two"}])
    outcome = found(capsys, "a.jsonl", "--pairs", "out.parquet")
    assert outcome["pairs"] == "out.parquet"
    assert pq.read_table("out.parquet").num_rows == 0
    code, _, err = run(capsys, "a.jsonl", "--pairs", "no/such/folder/out.parquet", "--lang", "en")
    assert code == 2
    assert "cannot be written" in err
    assert "--pairs" in err


def test_several_columns_are_one_text(home, tmp_path, capsys):
    rows = [{"q": "one", "a": "two"}, {"q": "one", "a": "two "}, {"q": "one\ntwo", "a": None}]
    path = write(tmp_path / "a.jsonl", rows)
    assert found(capsys, path, "--text", "q, a")["exact_duplicates"] == 2
    assert found(capsys, path, "--text", "q")["exact_duplicates"] == 1


def test_plain_text_needs_no_column_and_a_folder_is_its_files(home, tmp_path, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "b.txt").write_text("one line\nanother line\n")
    (tmp_path / "data" / "a.txt").write_text("ANOTHER line\n")
    outcome = found(capsys, "data")
    assert (outcome["records"], outcome["exact_duplicates"]) == (3, 1)
    pair = pq.read_table(outcome["pairs"]).to_pylist()[0]
    assert (pair["kept_file"], pair["removed_file"]) == ("data/a.txt", "data/b.txt")


def test_the_threshold_decides_what_is_near(home, tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", [{"text": LONG}, {"text": LONG + " today"}])
    assert found(capsys, path)["near_duplicates"] == 1
    outcome = found(capsys, path, "--threshold", "0.99")
    assert outcome["near_duplicates"] == 0
    assert outcome["threshold"] == "0.99"


def test_several_workers_find_the_same(home, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pipelines.cli.side.POOL_BYTES", 0)
    names = []
    for n in range(3):
        rows = [{"text": f"{LONG} {(n * 7 + row) % 11}"} for row in range(9)]
        names.append(write(tmp_path / f"{n}.jsonl", rows).name)
    one = found(capsys, *names, "--workers", 1)
    two = found(capsys, *names, "--workers", 2)
    one.pop("seconds")
    two.pop("seconds")
    assert one == two
    assert one["near_duplicates"] + one["exact_duplicates"] == 26


def test_a_person_is_told_the_same_in_words(home, tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", [{"text": LONG}, {"text": LONG + "!"}])
    code, out, _ = run(capsys, path, "--lang", "en")
    assert code == 0
    assert "2 records in 1 files, 0 empty, 0 quarantined" in out
    assert "0 exact and 1 near duplicates" in out
    assert "0.9983" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a.jsonl", "--text", "nothing"], "no record has the text columns nothing"),
        (["a.jsonl", "--text", "text,nothing"], "no record has the text columns text, nothing"),
        (["a.jsonl", "--text", ","], "--text names no column"),
        (["a.jsonl", "--threshold", "0"], "--threshold is 0"),
        (["a.jsonl", "--threshold", "1.01"], "--threshold is 1.01"),
        (["a.jsonl", "--threshold", "nan"], "--threshold is nan"),
        (["a.jsonl", "--threshold", "much"], "--threshold is much"),
        (["absent.jsonl"], "absent.jsonl"),
        (["a.unknown"], "a.unknown"),
    ],
)
def test_misuse_is_a_sentence_with_a_remedy(home, tmp_path, capsys, arguments, says):
    write(tmp_path / "a.jsonl", [{"text": "one"}])
    (tmp_path / "a.unknown").write_bytes(bytes(range(256)))
    code, out, err = run(capsys, *arguments, "--lang", "en", "--json")
    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) >= 2
    assert out == ""
    assert "Traceback" not in err


def test_a_column_that_only_some_records_have_is_no_misuse(home, tmp_path, capsys):
    path = write(tmp_path / "a.jsonl", [{"text": "one"}, {"body": "one"}])
    outcome = found(capsys, path)
    assert (outcome["records"], outcome["quarantined"]) == (1, 1)


def test_a_file_name_with_odd_characters_is_named_as_it_is(home, tmp_path, capsys):
    name = "it's [a] 数据?.jsonl"
    write(tmp_path / name, [{"text": "one"}, {"text": "ONE"}])
    outcome = found(capsys, name)
    assert pq.read_table(outcome["pairs"])["kept_file"].to_pylist() == [name]


@pytest.mark.real_data
def test_alpaca_repeats_nothing_exactly_and_shares_2571_records_with_its_translation(
    home, real_data, capsys
):
    columns = ("--text", "instruction,input,output")
    english = sorted((real_data / "A-alpaca-en").glob("alpaca*.json"))
    chinese = sorted((real_data / "A-alpaca-zh-hikariming").glob("*.json"))
    alone = found(capsys, *english, *columns)
    assert (alone["records"], alone["exact_duplicates"]) == (18_280, 0)
    both = found(capsys, *english, *chinese, *columns)
    rows = pq.read_table(both["pairs"]).to_pylist()
    names = {path.as_posix() for path in english}
    shared = Counter(
        (row["kept_file"] in names, row["removed_file"] in names)
        for row in rows
        if row["method"] == "exact"
    )
    assert shared[True, False] == 2571
    assert both["exact_duplicates"] == shared.total()


@pytest.mark.real_data
def test_the_code_questions_have_1158_exact_duplicates(home, real_data, capsys):
    path = real_data / "A-zh-supplement-hikariming" / "代码问题.json"
    outcome = found(capsys, path, "--text", "instruction,output")
    assert (outcome["records"], outcome["exact_duplicates"]) == (9_057, 1_158)


@pytest.mark.real_data
def test_planted_pairs_are_found_in_every_language_and_nothing_else_is_removed(
    home, real_data, capsys
):
    folder = real_data / "dedup-bench"
    documents = pq.read_table(folder / "small.parquet", columns=["text", "lang"]).to_pydict()
    normal = [normalise(text) for text in documents["text"]]

    def similarity(a: int, b: int) -> float:
        left, right = shingles_of(normal[a]), shingles_of(normal[b])
        return len(left & right) / len(left | right)

    outcome = found(capsys, folder / "small.parquet")
    pairs = pq.read_table(outcome["pairs"])
    removed = pairs["removed_row"].to_pylist()
    gone = set(removed)
    assert not gone & set(pairs["kept_row"].to_pylist())
    for kept, row, stated in zip(
        pairs["kept_row"].to_pylist(), removed, pairs["similarity"].to_pylist(), strict=True
    ):
        assert stated == similarity(kept, row) >= 0.8
    assert outcome["exact_duplicates"] == len(normal) - len(set(normal))

    planted, hit = Counter[str](), Counter[str]()
    truth = pq.read_table(folder / "small_truth.parquet").to_pydict()
    for a, b in zip(truth["a"], truth["b"], strict=True):
        if similarity(a, b) >= 0.8:
            planted[documents["lang"][a]] += 1
            hit[documents["lang"][a]] += a in gone or b in gone
    assert planted.total() == 5330
    assert all(hit[lang] / planted[lang] >= 0.995 for lang in ("en", "zh", "zh-short"))


def test_a_parquet_file_of_large_strings_is_read_like_any_other(home, tmp_path, capsys):
    table = pa.table({"text": pa.array(["one", None, "ONE"], pa.large_string())})
    pq.write_table(table, tmp_path / "a.parquet")
    outcome = found(capsys, "a.parquet")
    assert (outcome["records"], outcome["empty"], outcome["exact_duplicates"]) == (3, 1, 1)


def test_words_in_another_order_of_signs_are_near_where_words_are_compared(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TDA_HOME", str(tmp_path / "home"))
    words = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron"
    rows = [words, words.replace(" ", " -- "), "。。。！！", "？？？", words.upper()]
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows), encoding="utf-8")
    found = {}
    for unit in ("char", "word"):
        command = ["dups", str(path), "--shingles", unit, "--json"]
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == 0
        found[unit] = json.loads(capsys.readouterr().out)
    assert (found["char"]["exact_duplicates"], found["char"]["near_duplicates"]) == (1, 0)
    assert (found["word"]["exact_duplicates"], found["word"]["near_duplicates"]) == (1, 1)
    assert "word5" in found["word"]["sketch"]
    assert "char5" in found["char"]["sketch"]
