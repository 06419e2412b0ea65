import json
import logging
import socket

import pandas as pd
import pytest

from expectations import examples as ex
from expectations.gx import raised, run_suite, suite_text
from pipelines.stages.validate import SUITES, source_frame

MARK = "secret-source-name"


def by_key(table):
    return {(row["expectation"], row["column"]): row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def profile_frame():
    return source_frame(
        ex.profile(
            ex.source_profile("wiki", 1000),
            ex.source_profile(MARK, 10, empty=9),
            ex.source_profile(None, 5),
        )
    )


@pytest.fixture(scope="module")
def judged(profile_frame):
    return run_suite("profile", profile_frame)


def test_every_expectation_of_a_suite_leaves_one_row(judged):
    suite = json.loads(suite_text("profile"))
    assert judged.num_rows == len(suite["expectations"])


def test_a_share_above_the_limit_is_not_met_and_the_rest_is_met(judged):
    rows = by_key(judged)
    assert rows["expect_column_values_to_be_between", "empty_share"]["status"] == "not_met"
    assert rows["expect_column_values_to_be_between", "empty_share"]["unexpected"] == 1
    assert rows["expect_column_values_to_be_between", "empty_share"]["elements"] == 3
    others = [row["status"] for key, row in rows.items() if key[1] != "empty_share"]
    assert set(others) == {"met"}


def test_no_value_of_the_frame_reaches_the_evidence(judged):
    assert MARK not in json.dumps(judged.to_pylist())


def test_an_expectation_that_cannot_be_computed_is_errored_and_never_failed(profile_frame):
    table = run_suite("profile", profile_frame.drop(columns=["empty_share"]))
    row = by_key(table)["expect_column_values_to_be_between", "empty_share"]
    assert row["status"] == "errored"
    assert "empty_share" in row["error"]
    assert {r["status"] for r in table.to_pylist() if r is not row} >= {"met"}


def test_an_exception_is_seen_in_both_shapes_of_exception_info():
    nothing = {"raised_exception": False, "exception_traceback": None, "exception_message": None}
    thrown = {
        "raised_exception": True,
        "exception_traceback": "Traceback\n  …\nKeyError: 'x'\n",
        "exception_message": "'x'",
    }
    assert raised(nothing) is None
    assert raised({}) is None
    assert raised(thrown) == "KeyError: 'x'"
    assert raised({"MetricConfigurationID(…)": thrown}) == "KeyError: 'x'"
    assert raised({"MetricConfigurationID(…)": {}}) == "unknown error"


def test_a_file_without_bytes_or_digest_is_not_met():
    frame = ex.files({}, {"file": "b", "ordinal": 1, "bytes": 0, "digest": "md5:1"}).to_pandas()
    rows = by_key(run_suite("files", frame))
    assert rows["expect_column_values_to_be_between", "bytes"]["status"] == "not_met"
    assert rows["expect_column_values_to_match_regex", "digest"]["status"] == "not_met"
    assert rows["expect_column_values_to_be_unique", "file"]["status"] == "met"


def test_a_suite_is_run_without_network_and_without_chatter(
    monkeypatch, capfd, caplog, profile_frame
):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.INFO):
        run_suite("profile", profile_frame)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize("name", SUITES)
def test_no_two_expectations_of_a_suite_share_a_sort_key(name):
    suite = json.loads(suite_text(name))
    keys = [
        (e["type"], tuple(e["kwargs"].get(k) for k in ("column", "column_A", "column_B")))
        for e in suite["expectations"]
    ]
    assert suite["name"] == name
    assert len(set(keys)) == len(keys)


def test_a_profile_without_sources_gives_a_frame_without_rows():
    frame = source_frame(ex.profile(sources=()))
    assert isinstance(frame, pd.DataFrame)
    assert next(iter(frame.columns)) == "source"
    assert len(frame) == 0
