"""A plan of retention, what it removes, and the tables a run rests on."""

from datetime import UTC, datetime

from pipelines.model.ids import RunId
from pipelines.store import stage_results
from pipelines.store.database import Store
from pipelines.upkeep import retention
from pipelines.upkeep.retention import Item, Plan
from pipelines.upkeep.rules import RetentionRules

AT = datetime(2026, 11, 21, tzinfo=UTC)


NOW = datetime.now(UTC)


RULES = RetentionRules()


def plan(store: Store, rules: RetentionRules = RULES) -> Plan:
    return retention.plan(store, rules, at=AT, now=NOW)


def apply(store: Store) -> tuple[Item, ...]:
    return retention.apply(store, RULES, at=AT, now=NOW)[1]


def tables(store: Store, *chosen: RunId) -> set[str]:
    stages = [stage for run in chosen for stage in stage_results.stages_of(store, run)]
    return {table.digest for stage in stages for table in stage.tables}
