"""The figures a scan leaves are those that SQL counts over the tables it leaves."""

import json

from scan_setting import begun, scanned

from pipelines.engine.local import Local
from pipelines.stages.asking import Asking
from pipelines.stages.figures import Figures
from pipelines.stages.figures_by_sql import figures_by_sql
from pipelines.store.codec import from_json


def test_the_scan_leaves_the_figures_that_sql_counts_over_its_tables(store, folder, tmp_path):
    output = scanned(store, begun(store, folder))
    tables = {
        kind: [table for table in output.tables if table.kind == kind]
        for kind in ("records", "hits", "keywords", "quarantine")
    }
    with Local(1, "256MB", tmp_path / "spill") as engine:
        expected = figures_by_sql(Asking(engine, store), tables, searched=False)
    figures = from_json(Figures, str(output.summary["figures"]))
    assert figures == expected
    assert sum(source.records for source in figures.sources) == 5
    assert figures.named == 3
    assert [item.items for item in figures.quarantine] == [1]
    assert {hit.type for hit in figures.hits} > {"email"}


def test_a_scan_of_which_an_earlier_release_did_a_part_leaves_no_figures(store, folder):
    run_id = begun(store, folder)
    before = scanned(store, run_id)
    markers = list((store.evidence.root / "shards").glob("*.json"))
    assert markers
    for marker in markers:
        held = json.loads(marker.read_text())
        assert held.pop("figures") is not None
        marker.write_text(json.dumps(held))
    after = scanned(store, run_id)
    assert after.summary["figures"] is None
    assert after.tables == before.tables
    assert {**after.summary, "figures": before.summary["figures"]} == before.summary
