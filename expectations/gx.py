"""The one door to Great Expectations: a suite that is data, over a small frame of figures.

Great Expectations takes seconds to import, so nothing here imports it before a suite is run.
"""

import json
import logging
import os
import warnings
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.model.evidence import VALIDATION

if TYPE_CHECKING:
    import pandas as pd

MET, NOT_MET, ERRORED = "met", "not_met", "errored"

_ERROR_CHARS = 200


def suite_text(name: str) -> str:
    """The suite called `name`, as the JSON it is kept as."""
    return (files("expectations") / "suites" / f"{name}.json").read_text(encoding="utf-8")


def run_suite(name: str, frame: "pd.DataFrame") -> pa.Table:
    """A row of the `validation` table for every expectation of the suite, over `frame`.

    An expectation that raised is `errored`, whatever its `success` says. Only figures are kept of
    what was observed, never a value of the frame.
    """
    suite = json.loads(suite_text(name))
    rows = [_row(name, result) for result in _results(suite, frame)]
    return pa.Table.from_pylist(rows, schema=VALIDATION)


def _results(suite: Mapping[str, Any], frame: "pd.DataFrame") -> list[Mapping[str, Any]]:
    gx = _great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = (
        context.data_sources.add_pandas("figures")
        .add_dataframe_asset(suite["name"])
        .add_batch_definition_whole_dataframe("whole")
    )
    definition = gx.ValidationDefinition(
        name=suite["name"],
        data=batch,
        suite=context.suites.add(gx.ExpectationSuite(**suite)),
    )
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame}, result_format={"result_format": "SUMMARY"}
    )
    results: list[Mapping[str, Any]] = outcome.to_json_dict()["results"]
    return results


def _great_expectations() -> Any:  # noqa: ANN401  the library is not typed
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        # of its dependencies, at import: nothing we could change
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
    for name in list(logging.root.manager.loggerDict):
        # one by one: some of them set a level of their own
        if name.partition(".")[0] == "great_expectations":
            logging.getLogger(name).setLevel(logging.WARNING)
    return gx


def _row(suite: str, result: Mapping[str, Any]) -> dict[str, object]:
    config, found = result["expectation_config"], result.get("result") or {}
    error = raised(result.get("exception_info") or {})
    status = ERRORED if error is not None else MET if result["success"] is True else NOT_MET
    columns = [config["kwargs"].get(key) for key in ("column", "column_A", "column_B")]
    return {
        "suite": suite,
        "expectation": config["type"],
        "column": ",".join(column for column in columns if column) or None,
        "status": status,
        "observed": json.dumps(_figures(found), sort_keys=True),
        "unexpected": found.get("unexpected_count"),
        "elements": found.get("element_count"),
        "error": error,
    }


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
