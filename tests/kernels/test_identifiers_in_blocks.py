"""The compiled search tells blocks of 64 bytes by masks: no border between two may hide a hit."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.kernels.personal_information import find_block

sys.path.insert(0, str(Path(__file__).parent))
from identifier_patterns import find_by_patterns

HITS = (
    *("11010519491231002X", "6222021000000000018", "91350100M000100Y43", "13800138000"),
    *("138-0013-8000", "138－0013－8000", "138\u30000013\u30008000", "１３８００１３８０００"),
    *("(010)62345678", "（010）62345678", "护照E12345678", "京A12345", "a@b.cn", "ａ＠b.cn"),
    *("8.8.8.8", "８.8.8．8", "255.255.255.255", "2400:3200:baba:0:0:0:0:1"),
    *("::1", "2400:3200::1", "2400：3200：：1", "2400:3200:：1", "2400:3200：:1", "fe80::1"),
    *("fd00::1", "2600::", "::ffff:1.2.3.4"),
)
NO_HITS = (
    "std::dead",
    "std::string",
    "2::abcdg",
    "abcde::1",
    "1.2.3",
    "12:30:45",
    "138 中0013 8000",
)


@pytest.mark.parametrize("filler", ["x", "中", "， ", "0 ", "a: ", "1. ", "： ", "é"])
def test_an_identifier_is_found_wherever_it_lies_in_a_block(filler):
    before = [filler * count + "\n" for count in range(140 // len(filler.encode()))]
    texts = [one + shape + "\n" + filler for shape in (*HITS, *NO_HITS) for one in before]
    expected = [find_by_patterns(text) for text in texts]
    found = [[] for _ in texts]
    for hits in find_block(pa.array(texts, pa.large_string())):
        for text, hit in hits.hits():
            found[text].append(hit)
    assert found == expected
    assert all(expected[: len(HITS) * len(before)])
    assert not any(expected[len(HITS) * len(before) :])
