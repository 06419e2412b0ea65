import pytest

from connectors.manifest import read_manifest
from connectors.people import read_label_files
from connectors.source_files import source_of_files
from pipelines.model.annotation import LabelLayout
from pipelines.model.dataset import Dataset
from pipelines.model.errors import ConfigError
from pipelines.store.codec import from_json, to_json

pytestmark = pytest.mark.real_data


def test_one_manifest_describes_both_alpaca_folders(alpaca_manifest):
    path, roots = alpaca_manifest
    found = read_manifest(path, roots=roots)
    assert len(found.files) == 13
    assert found.files == (*sorted(found.files[:6]), *sorted(found.files[6:]))
    assert set(source_of_files(found)) == set(found.files)
    upstream, copy = found.sources
    assert (upstream.licence.spdx, copy.licence.spdx) == ("CC-BY-NC-4.0", "MIT")
    assert upstream.licence.text.bytes == 19_346
    assert from_json(Dataset, to_json(found)) == found


def test_without_its_root_the_same_manifest_leads_out(alpaca_manifest):
    path, _ = alpaca_manifest
    with pytest.raises(ConfigError, match="leads out of the manifest's folder"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("name", "ratings", "items", "annotators"),
    [("rte", 8000, 800, 164), ("bluebird", 4212, 108, 39), ("SP", 27746, 4999, 203)],
)
def test_crowd_labels_are_read_as_they_were_published(real_data, name, ratings, items, annotators):
    path = real_data / "B-truth-inference" / f"{name}-label.csv"
    table = read_label_files([path], LabelLayout(annotator="worker"))
    assert table.num_rows == ratings
    assert len(table["item"].unique()) == items
    assert len(table["annotator"].unique()) == annotators
