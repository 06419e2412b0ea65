"""Expectations that Great Expectations has not: SPDX expressions, shares by group, dates in order.

Importing this module registers them; only `expectations.gx` does, and only when a suite is run.
"""

from functools import cache
from typing import Any, ClassVar

import pandas as pd
from great_expectations.core.metric_domain_types import (  # noqa: TID253  see above
    MetricDomainTypes,
)
from great_expectations.execution_engine import PandasExecutionEngine  # noqa: TID253
from great_expectations.expectations.expectation import (  # noqa: TID253
    BatchExpectation,
    ColumnMapExpectation,
    ColumnPairMapExpectation,
)
from great_expectations.expectations.metrics.map_metric_provider import (  # noqa: TID253
    ColumnMapMetricProvider,
    ColumnPairMapMetricProvider,
    column_condition_partial,
    column_pair_condition_partial,
)
from great_expectations.expectations.metrics.metric_provider import metric_value  # noqa: TID253
from great_expectations.expectations.metrics.table_metric_provider import (  # noqa: TID253
    TableMetricProvider,
)
from license_expression import (  # type: ignore[import-untyped]
    ExpressionError,
    get_spdx_licensing,
)

TOLERANCE = 1e-6
"""How far a sum of shares may be from one: they are quotients in binary fractions."""


@cache
def _licensing() -> Any:  # noqa: ANN401  the library is not typed
    return get_spdx_licensing()  # reads the whole list of licences, a fifth of a second


def is_spdx(stated: object) -> bool:
    """Whether the text is an SPDX licence expression of known identifiers or `LicenseRef-…`."""
    licensing = _licensing()
    try:
        parsed = licensing.parse(str(stated), strict=True)
        unknown = licensing.unknown_license_keys(parsed)
    except ExpressionError:
        return False
    return parsed is not None and all(key.startswith("LicenseRef-") for key in unknown)


class SpdxExpression(ColumnMapMetricProvider):  # type: ignore[misc]
    """Whether each value is an SPDX expression."""

    condition_metric_name = "column_values.spdx_expression"

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: Any, **_kwargs: Any) -> Any:  # noqa: ANN401, N805  as the library calls it
        return column.map(is_spdx)


class ExpectColumnValuesToBeSpdxExpression(ColumnMapExpectation):  # type: ignore[misc]
    """Every stated licence is an SPDX expression; what is not stated is not judged here."""

    map_metric = "column_values.spdx_expression"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly",)


class DatesInOrder(ColumnPairMapMetricProvider):  # type: ignore[misc]
    """Whether the first of two ISO 8601 dates is not after the second."""

    condition_metric_name = "column_pair_values.dates_in_order"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B")

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: Any, column_B: Any, **_kwargs: Any) -> Any:  # noqa: ANN401, N803, N805
        # ISO dates sort as text, also where a month stands for its days
        pairs = zip(column_A, column_B, strict=True)
        in_order = [pd.isna(a) or pd.isna(b) or str(a) <= str(b) for a, b in pairs]
        return pd.Series(in_order, index=column_A.index, dtype=bool)


class ExpectColumnPairDatesToBeInOrder(ColumnPairMapExpectation):  # type: ignore[misc]
    """The date in column A is not after the date in column B; an open end is in order."""

    map_metric = "column_pair_values.dates_in_order"
    # no row is left out: an open end is judged, and is in order
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table", "column_A", "column_B")


class SharesOff(TableMetricProvider):  # type: ignore[misc]
    """How many groups have shares that do not add up to one."""

    metric_name = "table.shares_off"
    value_keys = ("column", "by")

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805
        execution_engine: Any,  # noqa: ANN401
        metric_domain_kwargs: Any,  # noqa: ANN401
        metric_value_kwargs: Any,  # noqa: ANN401
        **_kwargs: Any,  # noqa: ANN401
    ) -> int:
        frame, _, _ = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return shares_off(frame, metric_value_kwargs["column"], metric_value_kwargs["by"])


def shares_off(frame: pd.DataFrame, column: str, by: str) -> int:
    """Groups of `by` whose shares in `column` do not add up to one, or are not all in 0…1."""
    shares = frame[column]
    inside = shares.between(0, 1 + TOLERANCE).groupby(frame[by], dropna=False).all()
    sums = shares.groupby(frame[by], dropna=False).sum()
    return int((~(inside & ((sums - 1).abs() <= TOLERANCE))).sum())


class ExpectTableSharesToSumToOne(BatchExpectation):  # type: ignore[misc]
    """The shares of every group add up to one."""

    column: str
    by: str
    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.shares_off",)
    success_keys: ClassVar[tuple[str, ...]] = ("column", "by")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "by")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,  # noqa: ANN401
    ) -> dict[str, Any]:
        off = metrics["table.shares_off"]
        return {"success": off == 0, "result": {"observed_value": off}}
