"""Moments, days and zones as people write them."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.moments import end_of, moment_reader, zone

sys.path.insert(0, str(Path(__file__).parent))

from refusals import fault


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_written_in_iso_is_read_as_the_same_moment(moment):
    read = moment_reader((), UTC)
    assert read(moment.isoformat()).at == moment.replace(tzinfo=UTC)
    shanghai = moment.replace(tzinfo=zone("Asia/Shanghai"))
    assert read(shanghai.astimezone(zone("+08:00")).isoformat()).at == shanghai


@pytest.mark.parametrize(
    ("text", "to_second"),
    [
        ("2026-01-01T10:00:00+08:00", True),
        ("2026-01-01T10:00:00.25", True),
        ("2026-01-01T10:00+08:00", False),
        ("2026-01-01", False),
    ],
)
def test_a_moment_knows_whether_it_tells_the_second(text, to_second):
    assert moment_reader((), UTC)(text).to_second is to_second


def test_a_date_alone_is_valid_to_its_last_moment():
    assert end_of("2026-12-31") == moment_reader((), UTC)("2027-01-01").at - timedelta(
        microseconds=1
    )
    assert end_of("2026-12-31T10:00") == datetime(2026, 12, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars", "../../etc/passwd", "+99:00", "", "x" * 300, "a\0b"])
def test_an_unknown_zone_is_refused(name):
    assert "is not a time zone" in fault(zone, name)


@pytest.mark.parametrize("form", ["%H:%M", "%d", "%Q", "%", "never"])
def test_a_form_that_does_not_tell_the_day_is_refused(form):
    assert "does not tell year, month and day" in fault(moment_reader, (form,), UTC)
