import pytest

from pipelines.kernels.check_digits import (
    credit_code_holds,
    is_birth_date,
    luhn_holds,
    resident_check,
)


def test_the_published_example_of_the_resident_identity_standard_checks():
    # GB 11643-1999, the worked example of its annex
    assert resident_check("11010519491231002") == "X"
    assert resident_check("44052418800101001") == "4"


def test_the_published_example_of_the_credit_code_standard_checks():
    # GB 32100-2015, the example code of the standard
    assert credit_code_holds("91350100M000100Y43")
    assert not credit_code_holds("91350100M000100Y44")


def test_the_example_of_the_luhn_algorithm_checks():
    assert luhn_holds("79927398713")
    assert not any(luhn_holds(f"7992739871{d}") for d in "012456789")


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("19491231", True),
        ("20000229", True),
        ("19000229", False),
        ("19901301", False),
        ("18991231", False),
        ("20500101", False),
        ("00000000", False),
    ],
)
def test_only_days_of_the_calendar_in_plausible_years_are_birth_dates(digits, expected):
    assert is_birth_date(digits) is expected
