from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.report.figures import Share


def test_a_share_without_a_base_is_no_number() -> None:
    assert Share(count=0, base=0).percent is None


def test_nothing_at_all_is_a_plain_zero() -> None:
    assert Share(count=0, base=7).percent == "0%"


def test_rounding_never_makes_something_of_nothing_or_all_of_nearly_all() -> None:
    assert Share(count=1, base=1_000_000).percent == "<0.01%"
    assert Share(count=999_999, base=1_000_000).percent == ">99.99%"
    assert Share(count=7, base=7).percent == "100.00%"


def test_a_share_has_two_decimals() -> None:
    assert Share(count=9, base=315).percent == "2.86%"


@settings(max_examples=200)
@given(st.integers(1, 10**9), st.data())
def test_a_printed_share_is_within_half_a_hundredth_of_the_true_one(base: int, data) -> None:
    count = data.draw(st.integers(0, base))
    printed = Share(count=count, base=base).percent
    assert printed is not None
    true = Decimal(100 * count) / base

    if printed[0] in "<>":
        assert min(true, 100 - true) < Decimal("0.005") + Decimal("0.0000001")
        assert 0 < count < base
    else:
        assert abs(Decimal(printed.removesuffix("%")) - true) <= Decimal("0.005")
