import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ledger.canonical import canonical, parse, timestamp

KEYS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def test_text_is_written_as_rfc_8785_writes_it():
    # RFC 8785, section 3.2.2.2: two-character escapes where they exist, else lower-case \u00xx,
    # everything else as UTF-8
    value = {"b": '€$\u000f\nA\'B"\\\\"/', "a": "\u2028\x7f\ud7ff"}
    expected = b'{"a":"' + "\u2028\x7f\ud7ff".encode() + b'","b":"'
    expected += "€$".encode() + b'\\u000f\\nA\'B\\"\\\\\\\\\\"/' + b'"}'
    assert canonical(value) == expected


def test_keys_are_sorted_and_nothing_is_padded():
    assert canonical({"b": [1, True, None], "a": {"z": -1, "A": ""}}) == (
        b'{"a":{"A":"","z":-1},"b":[1,true,null]}'
    )


def test_composed_and_decomposed_text_stay_apart():
    assert canonical("\u00e9") != canonical("e\u0301")


def test_mappings_and_tuples_are_written_like_dicts_and_lists():
    assert canonical(MappingProxyType({"a": (1, 2)})) == b'{"a":[1,2]}'


@pytest.mark.parametrize("value", [0.5, {"a": [1.0]}, float("nan"), Decimal(1), b"x", {1}])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), {"键": 1}, {1: 1}, "\ud800", {"a": "\udfff"}])
def test_numbers_keys_and_text_without_one_meaning_everywhere_are_refused(value):
    with pytest.raises(ValueError, match=r"2\^53|ASCII|surrogates"):
        canonical(value)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_parsing_gives_back_what_was_written(value):
    assert parse(canonical(value)) == value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_the_order_in_which_keys_arrive_does_not_matter(value):
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'"\\u0041"',
        b"1e3",
        b"NaN",
        b'{"a":1}\n',
        b"{",
        b'"\xff"',
        b"[" * 100_000,
        json.dumps({"é": 1}).encode(),
    ],
)
def test_bytes_that_are_not_canonical_are_refused(content):
    with pytest.raises(ValueError, match=r"."):
        parse(content)


def test_times_are_written_in_utc_to_the_second():
    china = timezone(timedelta(hours=8))
    assert timestamp(datetime(2026, 11, 20, 9, 0, tzinfo=china)) == "2026-11-20T01:00:00Z"
    assert timestamp(datetime(2026, 11, 20, 1, 0, 0, 5, tzinfo=UTC)) == (
        "2026-11-20T01:00:00.000005Z"
    )


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        timestamp(datetime(2026, 11, 20))  # noqa: DTZ001  the naive time is what is tested
