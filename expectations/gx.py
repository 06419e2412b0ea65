"""The one door to Great Expectations: a suite that is data, over small frames of figures.

Great Expectations takes seconds to import, so nothing here imports it before a suite is run; its
import is dominated by modules that are never needed here (docs/decisions has what was measured).
No frame that goes through may be larger than ROWS: figures and registers pass, a corpus does not.
"""

import json
import logging
import os
import warnings
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from expectations.suite import Suite
from pipelines.model.absent import absent
from pipelines.model.evidence import VALIDATION
from pipelines.model.postponed import postponed
from pipelines.model.uncollected import uncollected

if TYPE_CHECKING:
    import pandas as pd

MET, NOT_MET, ERRORED = "met", "not_met", "errored"

ROWS = 20_000
"""Most rows of a frame: sources, files, people; never records."""

_ERROR_CHARS = 200
_COLUMNS = ("column", "column_A", "column_B", "by")


def run_suite(suite: Suite, frames: Mapping[str, "pd.DataFrame | None"]) -> pa.Table:
    """A row of the `validation` table for every expectation of the suite over its frame.

    A table for which there is no frame is left out: there is nothing to expect anything of. A frame
    of None is one above ROWS: its expectations are errored, and Great Expectations never sees it.
    An expectation that raised is `errored`, whatever its `success` says. Only figures are kept of
    what was observed, never a value of the frame.
    """
    rows: list[dict[str, object]] = []
    for table, expectations in suite.tables.items():
        if table not in frames:
            continue
        frame = frames[table]
        if frame is None or len(frame) > ROWS:
            rows += [_too_large(suite.name, table, config) for config in expectations]
            continue
        results = _results(f"{suite.name}.{table}", expectations, frame)
        rows += [_row(suite.name, table, result) for result in results]
    return pa.Table.from_pylist(rows, schema=VALIDATION)


def _results(
    name: str, expectations: tuple[Mapping[str, Any], ...], frame: "pd.DataFrame"
) -> list[Mapping[str, Any]]:
    gx = _great_expectations()
    batch = _door().get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name=name, expectations=[dict(config) for config in expectations])
    # counts are all that is kept: how often which value was unexpected is not asked for
    outcome = batch.validate(suite, result_format={"result_format": "BASIC"})
    results: list[Mapping[str, Any]] = outcome.to_json_dict()["results"]
    return results


@cache
def _door() -> Any:  # noqa: ANN401  the library is not typed
    """What frames go in by: one a process, for a context costs more than most suites."""
    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("figures").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


@cache
def _great_expectations() -> Any:  # noqa: ANN401  the library is not typed
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    # PySpark is imported too where it is installed, takes long, and ends a process whose program
    # is no file, with exit code 0; charts and distributions no suite of ours asks for
    with (
        absent("pyspark"),
        postponed("altair", "scipy.stats"),
        uncollected(),
        warnings.catch_warnings(),
    ):
        # of its dependencies, at import: nothing we could change
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        import great_expectations as gx

        from expectations import gx_custom as _registered  # noqa: F401  registers what it defines
    for name in list(logging.root.manager.loggerDict):
        # one by one: some of them set a level of their own
        if name.partition(".")[0] == "great_expectations":
            logging.getLogger(name).setLevel(logging.WARNING)
    return gx


def _row(suite: str, table: str, result: Mapping[str, Any]) -> dict[str, object]:
    config, found = result["expectation_config"], result.get("result") or {}
    error = raised(result.get("exception_info") or {})
    status = ERRORED if error is not None else MET if result["success"] is True else NOT_MET
    return {
        **_named(suite, table, config),
        "status": status,
        "observed": json.dumps(_figures(found), sort_keys=True),
        "unexpected": found.get("unexpected_count"),
        "elements": found.get("element_count"),
        "error": error,
    }


def _too_large(suite: str, table: str, config: Mapping[str, Any]) -> dict[str, object]:
    return {
        **_named(suite, table, config),
        "status": ERRORED,
        "observed": "{}",
        "unexpected": None,
        "elements": None,
        "error": f"more than {ROWS} rows",
    }


def _named(suite: str, table: str, config: Mapping[str, Any]) -> dict[str, object]:
    kwargs = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    columns = [kwargs.pop(key, None) for key in _COLUMNS]
    return {
        "suite": suite,
        "table": table,
        "expectation": config["type"],
        "column": ",".join(column for column in columns if column) or None,
        "expected": json.dumps(
            {name: _plain(value) for name, value in kwargs.items()}, sort_keys=True
        ),
    }


def _plain(value: object) -> object:
    """An argument of an expectation without binary fractions: they print differently by chance."""
    return f"{value:g}" if isinstance(value, float) else value


def raised(info: Mapping[str, Any]) -> str | None:
    """Class and message of what an expectation raised, None when it raised nothing.

    `exception_info` is either one record, or one for each metric that was to be computed.
    """
    if isinstance(info.get("raised_exception"), bool):
        records = [info]
    else:
        records = [record for record in info.values() if isinstance(record, Mapping)]
    for record in records:
        if record.get("raised_exception", True):
            trace = str(record.get("exception_traceback") or "").strip().splitlines()
            said = trace[-1] if trace else str(record.get("exception_message") or "unknown error")
            return said.strip()[:_ERROR_CHARS]
    return None


def _figures(found: Mapping[str, Any]) -> dict[str, int | str]:
    """Counts as they are, measured numbers with six decimals; anything else stays behind."""
    kept: dict[str, int | str] = {}
    for name in ("observed_value", "missing_count"):
        value = found.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            kept[name] = value
        elif isinstance(value, float):
            kept[name] = f"{value:.6f}"
    return kept
