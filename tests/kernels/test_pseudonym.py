import hashlib
import hmac

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.kernels import pseudonym
from pipelines.kernels.check_digits import resident_check
from pipelines.kernels.native import build, library
from pipelines.kernels.pseudonym import canonical, keyed_digest, keyed_digests

KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("id", "11010519491231002x", "１１０１０５ 19491231 002X"),
        ("id", "110105491231002", "11010519491231002" + resident_check("11010519491231002")),
        ("mobile", "+86 138-0013-8000", "13800138000"),
        ("mobile", "(0086)13800138000", "１３８００１３８０００"),
        ("card", "4111 1111 1111 1111", "4111-1111-1111-1111"),
        ("email", "a.B@EXAMPLE.com", "a.B@example.COM "),
        ("plate", "京A·12345", "京A12345"),
        ("landline", "(010) 6255-1234", "01062551234"),
        ("ip", "2001:0DB8:0::1", "2001:db8::1"),
        ("subject", " user-1 ", "ｕｓｅｒ-1"),
    ],
)
def test_spellings_of_one_identifier_have_one_digest(kind, one, other):
    assert keyed_digest(kind, one, KEY, "k") == keyed_digest(kind, other, KEY, "k")


def test_kinds_keys_and_values_are_kept_apart():
    digests = {
        keyed_digest("mobile", "13800138000", KEY, "k"),
        keyed_digest("subject", "13800138000", KEY, "k"),
        keyed_digest("mobile", "13800138001", KEY, "k"),
        keyed_digest("mobile", "13800138000", KEY[::-1], "k"),
        keyed_digest("email", "a@example.com", KEY, "k"),
        keyed_digest("email", "A@example.com", KEY, "k"),
    }
    assert len(digests) == 6


def test_a_digest_is_the_mac_over_kind_and_value_with_their_lengths():
    framed = b"\0" * 7 + b"\x06mobile" + b"\0" * 7 + b"\x0b13800138000"
    expected = hmac.new(KEY, framed, hashlib.sha256).hexdigest()
    assert keyed_digest("mobile", "138 0013 8000", KEY, "0a1b2c3d") == (
        f"hmac-sha256:0a1b2c3d:{expected}"
    )


def test_an_address_nobody_can_read_is_kept_as_it_stands():
    assert canonical("ip", "not an address") == b"not an address"
    assert canonical("subject", "\ud800") == b"\xed\xa0\x80"


KINDS = st.sampled_from(["id", "email", "mobile", "ip", "subject"])


@pytest.mark.parametrize("level", build.levels())
@given(KINDS, st.lists(st.text(max_size=150), max_size=6), st.binary(max_size=130))
@example("email", [], KEY)
@example("subject", ["", "\ud800", "x" * 64], KEY)
def test_many_digests_at_once_are_those_of_each(level, kind, values, key):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "best_level", lambda: level)
        found = keyed_digests(kind, values, key, "k")
    assert found == [keyed_digest(kind, value, key, "k") for value in values]


def test_many_digests_are_the_same_where_openssl_is_hidden(monkeypatch):
    expected = keyed_digests("email", ["a@b.cn", "c@d.cn"], KEY, "k")
    monkeypatch.setattr(pseudonym, "sha256_addresses", lambda: None)
    assert keyed_digests("email", ["a@b.cn", "c@d.cn"], KEY, "k") == expected
