import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.licences import terms_of
from expectations.terms import Terms

ORDER = list(Terms).index


@pytest.mark.parametrize(
    ("expression", "terms"),
    [
        ("MIT", Terms.OPEN),
        ("mit", Terms.OPEN),
        ("CC-BY-4.0", Terms.OPEN),
        ("CC-BY-SA-4.0", Terms.SHARE_ALIKE),
        ("CC-BY-NC-4.0", Terms.NON_COMMERCIAL),
        ("CC-BY-ND-4.0", Terms.NO_DERIVATIVES),
        ("MIT AND CC-BY-NC-4.0", Terms.NON_COMMERCIAL),
        ("MIT OR CC-BY-NC-4.0", Terms.OPEN),
        ("GPL-2.0-only WITH Classpath-exception-2.0", Terms.SHARE_ALIKE),
        ("LicenseRef-own", Terms.UNKNOWN),
        ("LicenseRef-own OR CC-BY-NC-4.0", Terms.UNKNOWN),
        ("LicenseRef-own AND MIT", Terms.UNKNOWN),
        ("((", Terms.UNKNOWN),
        ("", Terms.UNKNOWN),
        (None, Terms.UNKNOWN),
    ],
)
def test_the_class_of_an_expression(expression, terms):
    assert terms_of(expression) is terms


known = st.sampled_from(["MIT", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "LicenseRef-x"])


@given(known, known)
def test_and_binds_as_its_stricter_part_and_or_as_its_freer_one(one, two):
    parts = sorted((terms_of(one), terms_of(two)), key=ORDER)
    assert terms_of(f"{one} AND {two}") is parts[1]
    assert terms_of(f"{one} OR {two}") is parts[0]
