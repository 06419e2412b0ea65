import json
import os
from pathlib import Path

import pytest

from connectors.reading import expand, guess_format
from pipelines.model.dataset import Format

pytestmark = pytest.mark.real_data


@pytest.fixture
def real() -> Path:
    folder = os.environ.get("TDA_REAL_DATA")
    if not folder:
        pytest.skip("TDA_REAL_DATA NAMES NO FOLDER, SO NOTHING WAS TESTED ON REAL DATA")
    return Path(folder)


def test_the_unfinished_shard_of_a_real_translation_keeps_its_records(real, everything):
    files = expand([real / "A-alpaca-zh-hikariming"])
    found = {path.name: everything(path, "instruction", "input", "output") for path in files}
    reasons = {name[:21]: one.reasons for name, one in found.items() if one.reasons}
    assert reasons.pop("alpaca_data-9407-1234") == [(2801, "truncated", "unknown")]
    # one record of another shard has no `input`
    ((one_without,),) = reasons.values()
    assert one_without[1:] == ("column_absent", "one")
    assert sorted(len(one.records) for one in found.values()) == [
        *(2290, 2801, 2957, 2978, 2982, 3021, 3247)
    ]


def test_real_arrays_hold_what_the_json_module_finds_in_them(real, everything):
    checked = 0
    for path in expand([real / "A-alpaca-en", real / "A-zh-supplement-hikariming"]):
        if guess_format(path) is not Format.JSON:
            continue
        elements = json.loads(path.read_text(encoding="utf-8"))
        whole = {
            row: tuple(element[column] for column in ("instruction", "output"))
            for row, element in enumerate(elements)
            if "instruction" in element and isinstance(element.get("output"), str)
        }
        for chunk_bytes in (4096, 1 << 20):
            found = everything(path, "instruction", "output", chunk_bytes=chunk_bytes)
            assert found.records == whole
            assert len(found.records) + len(found.quarantined) == len(elements)
        checked += len(elements)
    assert checked > 25_000


def test_real_tables_have_their_rows_whatever_separates_the_fields(real, everything):
    for name, column, count in (
        ("convabuse.csv", "Input.user", 19_574),
        ("ConvAbuseEMNLPfull.csv", "user", 12_768),
    ):
        found = everything(real / "B-convabuse" / name, column)
        assert (len(found.records), found.reasons) == (count, [])


def test_real_compressed_lines_are_read(real, everything):
    (path,) = expand([real / "A-hh-rlhf"])
    found = everything(path, "chosen", "rejected")
    assert found.reasons == []
    assert len(found.records) > 2_000


def test_no_real_file_makes_a_reader_fail(real, everything):
    for path in expand([real]):
        found = everything(path, "text")
        assert found.records or found.quarantined, path.name
