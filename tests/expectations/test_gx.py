import json
import logging
import socket

import pandas as pd
import pytest

from expectations import examples as ex
from expectations.gx import ROWS, raised, run_suite
from expectations.suite import Suite, suite_text, suites_for
from pipelines.model.dataset import Purpose
from pipelines.stages.figure_frames import source_frame

MARK = "secret-source-name"
PRETRAIN = suites_for("pretrain")[-1]
SUITES = ("common", *(purpose.value for purpose in Purpose))


def by_key(table):
    return {(row["expectation"], row["column"]): row for row in table.to_pylist()}


def expected(table, kind, frame, **kwargs):
    """The one row of a suite with one expectation."""
    suite = Suite(name="one", tables={table: ({"type": kind, "kwargs": kwargs},)})
    (row,) = run_suite(suite, {table: frame}).to_pylist()
    return row


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
    return run_suite(PRETRAIN, {"profile": profile_frame})


def test_every_expectation_of_a_table_leaves_one_row_and_an_absent_table_none(judged):
    assert judged.num_rows == len(PRETRAIN.tables["profile"])
    assert set(judged["table"].to_pylist()) == {"profile"}
    assert "totals" in PRETRAIN.tables


def test_a_share_above_the_limit_is_not_met_and_the_rest_is_met(judged):
    rows = by_key(judged)
    empty = rows["expect_column_values_to_be_between", "empty_share"]
    assert empty["status"] == "not_met"
    assert (empty["unexpected"], empty["elements"]) == (1, 3)
    assert json.loads(empty["expected"]) == {"max_value": "0.2", "mostly": "0.95"}
    others = [row["status"] for key, row in rows.items() if key[1] != "empty_share"]
    assert set(others) == {"met"}


def test_no_value_of_the_frame_reaches_the_evidence(judged):
    assert MARK not in json.dumps(judged.to_pylist())


def test_an_expectation_that_cannot_be_computed_is_errored_and_never_failed(profile_frame):
    table = run_suite(PRETRAIN, {"profile": profile_frame.drop(columns=["empty_share"])})
    row = by_key(table)["expect_column_values_to_be_between", "empty_share"]
    assert row["status"] == "errored"
    assert "empty_share" in row["error"]
    others = {r["status"] for r in table.to_pylist() if r["column"] != "empty_share"}
    assert others == {"met"}


def test_a_frame_as_long_as_a_corpus_is_never_given_to_great_expectations(monkeypatch):
    def refuse():
        raise AssertionError("Great Expectations was asked")

    monkeypatch.setattr("expectations.gx._great_expectations", refuse)
    long = pd.DataFrame({"empty_share": range(ROWS + 1)})
    for frame in (long, None):
        rows = run_suite(PRETRAIN, {"profile": frame}).to_pylist()
        assert {row["status"] for row in rows} == {"errored"}
        assert {row["error"] for row in rows} == {f"more than {ROWS} rows"}


@pytest.mark.parametrize(
    ("stated", "unexpected"),
    [
        (["MIT", "Apache-2.0 OR MIT", "LicenseRef-contract-7", None], 0),
        (["MIT", "my own terms", "GPL-2.0-only WITH nothing-known"], 2),
        (["MIT AND", "=cmd()"], 2),
    ],
)
def test_only_spdx_expressions_are_spdx_expressions(stated, unexpected):
    frame = pd.DataFrame({"spdx": pd.Series(stated, dtype="object")})
    row = expected("sources", "expect_column_values_to_be_spdx_expression", frame, column="spdx")
    assert row["unexpected"] == unexpected
    assert row["status"] == ("met" if not unexpected else "not_met")


def test_dates_are_in_order_also_with_open_ends_and_months():
    kind = "expect_column_pair_dates_to_be_in_order"
    columns = {"column_A": "a", "column_B": "b"}
    good = pd.DataFrame({"a": ["2026-01", "2026-01-02", None], "b": ["2026-01-05", None, None]})
    bad = pd.DataFrame({"a": ["2026-01-02", "2026-02-01"], "b": ["2026-01-01", "2026-02-01"]})
    assert expected("sources", kind, good, **columns)["status"] == "met"
    late = expected("sources", kind, bad, **columns)
    assert (late["status"], late["unexpected"], late["column"]) == ("not_met", 1, "a,b")


def test_shares_add_up_to_one_in_every_group():
    kind = "expect_table_shares_to_sum_to_one"
    shares = {"column": "share", "by": "source"}
    thirds = pd.DataFrame({"source": ["a"] * 3 + [None], "share": [1 / 3, 1 / 3, 1 / 3, 1.0]})
    off = pd.DataFrame({"source": ["a", "a", "b", None], "share": [1.5, -0.5, 1.0, 0.9]})
    assert expected("languages", kind, thirds, **shares)["status"] == "met"
    row = expected("languages", kind, off, **shares)
    assert (row["status"], json.loads(row["observed"])) == ("not_met", {"observed_value": 2})


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
    rows = by_key(run_suite(suites_for("pretrain")[0], {"files": frame}))
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
        run_suite(PRETRAIN, {"profile": profile_frame})
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.parametrize("name", SUITES)
def test_no_two_expectations_of_a_suite_share_a_sort_key(name):
    suite = json.loads(suite_text(name))
    keys = [
        (table, e["type"], *(e["kwargs"].get(k) for k in ("column", "column_A", "column_B")))
        for table, expectations in suite["tables"].items()
        for e in expectations
    ]
    assert suite["name"] == name
    assert len(set(keys)) == len(keys) > 0


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_its_suite_and_what_is_common_to_all(purpose):
    names = [suite.name for suite in suites_for(purpose)]
    assert names == ["common", purpose.value]


def test_a_profile_without_sources_gives_a_frame_without_rows():
    frame = source_frame(ex.profile(sources=()))
    assert isinstance(frame, pd.DataFrame)
    assert next(iter(frame.columns)) == "source"
    assert len(frame) == 0


def test_a_profile_of_more_sources_than_the_bound_gives_no_frame():
    parts = tuple(ex.source_profile(f"s{n}", 1) for n in range(ROWS + 1))
    assert source_frame(ex.profile(sources=parts)) is None
