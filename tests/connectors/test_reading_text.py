import pytest

from connectors.base import ReadRequest
from connectors.encoding import is_transparent
from connectors.reading import read
from pipelines.model.dataset import Split
from pipelines.model.errors import ConfigError

CHUNKS = [1, 2, 3, 10, 1 << 20]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_a_line_is_a_record_and_a_blank_one_is_none(written, everything, chunk_bytes):
    path = written("a.txt", " first \r\n\n \t\nsecond\nthird")
    assert everything(path, chunk_bytes=chunk_bytes).texts == [" first ", "second", "third"]


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_paragraphs_end_at_blank_lines(written, everything, chunk_bytes):
    path = written("a.txt", " \n\none\ntwo\r\nthree\n \t\r\n\n\nfour\n\nfive")
    found = everything(path, split=Split.PARAGRAPH, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("one\ntwo\nthree",), 1: ("four",), 2: ("five",)}


@pytest.mark.parametrize("chunk_bytes", CHUNKS)
def test_a_file_can_be_one_record_as_it_is(written, everything, chunk_bytes):
    path = written("a.txt", "one\r\n\ntwo\n")
    assert everything(path, split=Split.FILE, chunk_bytes=chunk_bytes).texts == ["one\r\n\ntwo\n"]


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("chunk_bytes", [3, 1 << 20])
def test_text_above_the_limit_is_passed_over(written, everything, split, chunk_bytes):
    path = written("a.txt", "a\n\n" + "x" * 300 + "\n\nc")
    found = everything(path, split=split, max_record_bytes=100, chunk_bytes=chunk_bytes)
    row = 0 if split is Split.FILE else 1
    assert found.reasons == [(row, "too_large", "one")]
    assert found.texts == ([] if split is Split.FILE else ["a", "c"])


def test_an_invalid_line_is_quarantined_and_the_others_are_utf8(written, everything):
    found = everything(written("a.txt", "好\n".encode() + b"\xff\xfe\n" + "的".encode()))
    assert found.records == {0: ("好",), 2: ("的",)}
    assert found.reasons == [(1, "invalid_encoding", "one")]


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
def test_gb18030_is_taken_when_the_whole_file_decodes(written, everything, name):
    content = "text\n数据标注规则,审核\n" * 40_000
    found = everything(written(name, content.replace(",", "，").encode("gb18030")))
    assert set(found.texts) == {"text", "数据标注规则，审核"}
    assert found.reasons == []


def test_one_byte_at_the_end_that_is_no_gb18030_keeps_the_file_utf8(written, everything):
    content = "数据标注规则\n".encode("gb18030") * 40_000 + "好\n".encode() + b"\xff\n"
    found = everything(written("a.txt", content))
    assert found.texts == ["好"]
    assert {reason for _, reason, _ in found.reasons} == {"invalid_encoding"}
    assert len(found.reasons) == 40_001


def test_json_is_utf8_and_nothing_else(written, everything):
    content = '{"text":"数据标注"}\n'.encode("gb18030")
    assert everything(written("a.jsonl", content)).reasons == [(0, "invalid_encoding", "one")]


@pytest.mark.parametrize("encoding", ["gbk", "big5", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("chunk_bytes", [1, 5, 1 << 20])
def test_a_declared_encoding_is_used(written, everything, encoding, chunk_bytes):
    path = written("a.csv", 'id,text\n1,"一\n丁"\n2,三\n'.encode(encoding))
    found = everything(path, "text", "id", encoding=encoding, chunk_bytes=chunk_bytes)
    assert found.records == {0: ("一\n丁", "1"), 1: ("三", "2")}


@pytest.mark.parametrize("encoding", ["ascii", "big5"])
def test_a_line_the_declared_encoding_cannot_decode_is_quarantined(written, everything, encoding):
    found = everything(written("a.txt", b"a\n\xff\xff\nc"), encoding=encoding)
    assert found.texts == ["a", "c"]
    assert found.reasons == [(1, "invalid_encoding", "one")]


def test_half_a_character_of_utf16_is_quarantined(written, everything):
    content = "a\nb\n".encode("utf-16-le") + b"\x00\xd8" + "\nd".encode("utf-16-le")
    found = everything(written("a.txt", content), encoding="utf-16-le")
    assert found.texts == ["a", "b", "d"]
    assert found.reasons == [(2, "invalid_encoding", "one")]


@pytest.mark.parametrize("encoding", ["klingon", "zlib", "idna", "x" * 500, "utf\x008"])
def test_an_encoding_nobody_knows_is_a_mistake_of_the_user(written, encoding):
    request = ReadRequest(columns=("text",), encoding=encoding)
    with pytest.raises(ConfigError) as caught:
        list(read(written("a.txt", "a"), request))
    assert "utf-8" in str(caught.value.advice)


def test_encodings_are_told_apart_by_whether_their_bytes_can_be_cut():
    assert all(map(is_transparent, ["utf-8", "gb18030", "gbk", "big5", "latin-1", "euc-kr"]))
    assert not any(map(is_transparent, ["utf-16", "utf-32-be", "utf-7", "hz", "iso2022_jp"]))


def test_a_text_file_has_the_one_column_text(written, everything):
    found = everything(written("a.txt", "a\nb"), "body")
    assert found.reasons == [(0, "column_absent", "one"), (1, "column_absent", "one")]
