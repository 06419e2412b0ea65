import itertools
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.kernels import personal_information
from pipelines.kernels.check_digits import luhn_holds, resident_check
from pipelines.kernels.identifier_signs import PLATE_LEADS, fold
from pipelines.kernels.personal_information import Hit, find_block
from pipelines.kernels.personal_information_model import SENSITIVITY, Kind
from pipelines.kernels.text_pieces import pieces

sys.path.insert(0, str(Path(__file__).parent))
from identifier_patterns import find_by_patterns

ID = "11010519491231002X"


CREDIT_CODE = "91350100M000100Y43"


def luhn(first: str) -> str:
    return next(first + d for d in "0123456789" if luhn_holds(first + d))


CARD = luhn("622202100000000001")


def found_in(texts: list[str | None]) -> dict[int, list[tuple[Hit, str]]]:
    """Hits and values of each text that has any."""
    found: dict[int, list[tuple[Hit, str]]] = {}
    for some in find_block(pa.array(texts, pa.large_string())):
        for (text, hit), value in zip(some.hits(), some.values, strict=True):
            found.setdefault(text, []).append((hit, value))
    return found


def find(text: str) -> list[Hit]:
    return [hit for hit, _ in found_in([text]).get(0, [])]


def hits(text: str) -> list[tuple[str, str, str]]:
    return [(h.type.value, h.tier.value, text[h.start : h.end]) for h in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"身份证号{ID}。", [("id", "valid", ID)]),
        (f"号码 {ID.lower()}", [("id", "valid", ID.lower())]),
        ("110105 19491231 002X", [("id", "valid", "110105 19491231 002X")]),
        ("id 110105194912310021", [("id", "lookalike", "110105194912310021")]),
        ("身份证 110105491231002", [("id", "valid", "110105491231002")]),
        ("订单 110105491231002", [("id", "lookalike", "110105491231002")]),
        ("手机13800138000", [("mobile", "valid", "13800138000")]),
        ("tel13800138000,", [("mobile", "valid", "13800138000")]),
        ("+86 138-0013-8000", [("mobile", "valid", "+86 138-0013-8000")]),
        ("(+86)13800138000", [("mobile", "valid", "(+86)13800138000")]),
        ("8613800138000", [("mobile", "valid", "8613800138000")]),
        ("１３８００１３８０００", [("mobile", "valid", "１３８００１３８０００")]),
        ("13800138000/13900139000", [("mobile", "valid", f"13{n}0013{n}000") for n in (8, 9)]),
        ("16900138000", [("mobile", "lookalike", "16900138000")]),
        (f"卡号{CARD}", [("card", "valid", CARD)]),
        ("4111 1111 1111 1111", [("card", "valid", "4111 1111 1111 1111")]),
        ("4111-1111-1111-1112", [("card", "lookalike", "4111-1111-1111-1112")]),
        ("a.b+c@mail.example.com.", [("email", "valid", "a.b+c@mail.example.com")]),
        ("邮箱：Li＠Example．COM，", [("email", "valid", "Li＠Example．COM")]),
        ("13800138000@163.com", [("email", "valid", "13800138000@163.com")]),
        ("logo@2x.png", [("email", "lookalike", "logo@2x.png")]),
        (f"信用代码:{CREDIT_CODE}", [("uscc", "valid", CREDIT_CODE)]),
        ("91350100M000100Y44", [("uscc", "lookalike", "91350100M000100Y44")]),
        ("护照号码：E12345678", [("passport", "valid", "E12345678")]),
        ("passport no. EA1234567", [("passport", "valid", "EA1234567")]),
        ("part E12345678", [("passport", "lookalike", "E12345678")]),
        ("回乡证 H1234567890", [("permit", "valid", "H1234567890")]),
        ("车牌京A·12345", [("plate", "valid", "京A·12345")]),
        ("粤BD12345", [("plate", "valid", "粤BD12345")]),
        ("沪AABC12", [("plate", "lookalike", "沪AABC12")]),
        ("苏A1234警", [("plate", "valid", "苏A1234警")]),
        ("电话 010-62551234", [("landline", "valid", "010-62551234")]),
        ("(0311)1234567 (0311)2234567", [("landline", "valid", "(0311)2234567")]),
        ("编号01062551234", [("landline", "lookalike", "01062551234")]),
        ("8.8.8.8", [("ip", "valid", "8.8.8.8")]),
        (
            "at 192.0.2.1, 10.0.0.1",
            [("ip", "lookalike", "192.0.2.1"), ("ip", "lookalike", "10.0.0.1")],
        ),
        ("版本 1.2.3.4", [("ip", "lookalike", "1.2.3.4")]),
        ("地址：2400:3200::1：", [("ip", "valid", "2400:3200::1")]),
        (
            "fe80::1 and 2001:db8::2",
            [("ip", "lookalike", "fe80::1"), ("ip", "lookalike", "2001:db8::2")],
        ),
    ],
)
def test_each_type_is_found_with_its_place_and_tier(text, expected):
    assert hits(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3.13800138000 and 0.4111111111111111",
        "a13800138000f 13800138000_1 213800138000",
        "¥13800138000",
        "138-0013-8000-1",
        "12:30:45 std::dead 1.2.3 256.1.1.1 1.2.3.4.5",
        "@user foo@bar user@localhost @@@",
        "新ABCDE 云A股 京A1234567",
        "C12345678 X12345678",
        "111111111111111111 000000000000000000",
        "48/2=24 and 48+24=72, 1,000,000 of 365",
    ],
)
def test_what_only_resembles_an_identifier_in_passing_is_no_hit(text):
    assert hits(text) == []


def test_every_resident_number_with_its_check_character_is_valid_and_no_other_is():
    for serial in range(0, 1000, 37):
        first = f"44030619900307{serial:03}"
        for last in "0123456789X":
            (hit,) = find(first + last)
            assert (hit.tier == "valid") is (last == resident_check(first))
            assert hit.type == Kind.ID


def test_a_number_in_two_patterns_is_one_hit_of_the_stronger_type():
    first = "62010219900307"
    number = next(
        n
        for s in range(1000)
        if (n := (f := f"{first}{s:03}") + resident_check(f)).isdecimal() and luhn_holds(n)
    )
    assert hits(number) == [("id", "valid", number)]


def test_offsets_count_code_points_of_the_text_as_it_stands():
    text = "😀é\u0301　电话：１３８００１３８０００"
    (hit,) = find(text)
    assert text[hit.start : hit.end] == "１３８００１３８０００"
    assert len(fold(text)) == len(text)


def test_every_type_has_a_place_in_the_sensitivity_table():
    assert set(SENSITIVITY) == set(Kind)
    assert find(ID)[0].sensitive
    assert not find("13800138000")[0].sensitive


PIECES = st.sampled_from(
    [
        ID,
        CARD,
        CREDIT_CODE,
        "13800138000",
        "138 0013 8000",
        "a@b.cn",
        "＠",
        "１２３４５",
        "E12345678",
        "京A12345",
        "8.8.8.8",
        "::1",
        "2400:3200::1",
        "(0311)2234567",
        "护照",
        "身份证",
        "卡号",
        "tel",
        "+86",
        "X",
        " ",
        "-",
        "：",
        ".",
        ":",
        "\n",
        "中",
        "_",
        "0",
        "62",
        "😀",
        "(",
        ")",
        "．",
        "\u2011",
    ]
)


TEXTS = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.text(alphabet="0123456789Xx -.:@()+EAaf京１：．＠", max_size=60),
    st.text(alphabet=PLATE_LEADS[:3] + "0123456789ABDEFXYM", max_size=40),
    st.none(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, max_size=5))
@example([None, "1:2:3:4:5:6:8.8.8.8"])
@example(["(0311) 2234-567", "(+86)  138 0013 8000", "91350100M000100Y43"])
def test_a_whole_column_has_the_hits_of_each_text(texts):
    expected = {
        i: [(hit, text[hit.start : hit.end]) for hit in hits]
        for i, text in enumerate(texts)
        if text and (hits := find_by_patterns(text))
    }
    assert found_in(texts) == expected


ADDRESS_SIGNS = "ab.Z09@-_!'＠．ａ１，。 \n/:x{}"


ADDRESSES = st.one_of(
    st.text(alphabet=ADDRESS_SIGNS, max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("a@b.cn", "@", "a" * 63, "a" * 64, "-", "..", ".png", ".Js", ".xn--a1", "xn--"),
                *("x.y", "192.168.1.1", "1.2.3.4", "223.5.5.5", "256.", "01.", "1.2.3", ".4", "９"),
                *("．", "！", "version ", "VerSion", "ver", "Ver.", "ver\u0131", "ver\u017f"),
                *("ver\u0130on", "versi\u0130on", "ver\u017fion", "\u212a", "版本", "版", "第三章"),
                *("节", " ", "中", " " * 11, "，" * 12, "😀", "_", "{a}", "ｖｅｒ", "\x00", "\x01"),
            ]
        ),
        max_size=9,
    ).map("".join),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(ADDRESSES, max_size=4))
@example(["a" * 65 + "@b.cn", "!" * 70 + "a@b.cn", "a..b@c.cn", "..b@c.cn"])
@example(["a@" + "b." * 140 + "cn", "a@b.c1.de-"])
@example(["a@" + "b" * 63 + ".cn", "a@" + "b" * 64 + ".cn", "a@b-.cn.de", "a@b.cn.-."])
@example(["version" + " " * 17 + "9.9.9.9", "version" + " " * 18 + "9.9.9.9", "9.9.9.9 version"])
@example(["9.9.9.9 ver", "9.9.9.9  vera", "1.1.1.1  第1章", "1.1.1.1   第1章"])
@example(["x9.9.9.9", ".9.9.9.9", "_9.9.9.9", "中9.9.9.9"])
@example(["1.2.3.4@example.com", "a@b.com@c.com", "13812345678@x.png", "a@1.1.1.1.cn"])
def test_addresses_told_on_the_spot_are_those_the_patterns_find(texts):
    for text in texts:
        assert find(text) == find_by_patterns(text), text


@settings(max_examples=150, deadline=None)
@given(TEXTS.filter(bool))
def test_hits_are_in_order_and_never_overlap(text):
    found = find(text)
    assert all(0 <= h.start < h.end <= len(text) for h in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@settings(max_examples=120, deadline=None)
@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=12), st.integers(60, 200))
def test_a_text_read_in_pieces_has_the_hits_it_has_as_a_whole(parts, size):
    # the line between parts ends every chain of overlapping hits before the margin does
    text = "\n\n".join(f"{part}\n" + "。" * 30 for part in parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            personal_information, "pieces", lambda raw: pieces(raw, size=size, margin=1200)
        )
        found = found_in([text]).get(0, [])
    assert found == [(hit, text[hit.start : hit.end]) for hit in find_by_patterns(text)]
