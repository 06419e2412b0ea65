from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.base import Quarantined, ReadRequest
from connectors.compression import CHUNK_BYTES
from connectors.manifest import read_manifest
from connectors.reading import read as read_records
from pipelines.model.dataset import Dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """What a file gave, with the block limits taken away."""

    records: dict[int, tuple[str | None, ...]]
    quarantined: tuple[Quarantined, ...]

    @property
    def texts(self) -> list[str | None]:
        return [values[0] for values in self.records.values()]

    @property
    def reasons(self) -> list[tuple[int | None, str, str]]:
        return [(item.row, item.reason.value, item.extent) for item in self.quarantined]


def read_everything(
    path: Path, *columns: str, chunk_bytes: int = CHUNK_BYTES, **options: object
) -> Everything:
    request = ReadRequest(columns=columns or ("text",), **options)
    records: dict[int, tuple[str | None, ...]] = {}
    quarantined: list[Quarantined] = []
    for block in read_records(path, request, chunk_bytes=chunk_bytes):
        assert block.batch.schema.names == ["row", *request.columns]
        rows, *values = (column.to_pylist() for column in block.batch.columns)
        assert not set(rows) & set(records)
        records.update(zip(rows, zip(*values, strict=True), strict=True))
        quarantined.extend(block.quarantined)
    assert list(records) == sorted(records)
    return Everything(records=records, quarantined=tuple(quarantined))


@pytest.fixture
def everything() -> Callable[..., Everything]:
    return read_everything


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of data and a licence, for a manifest beside them."""
    here = tmp_path / "set"
    here.mkdir()
    for name in ("b.jsonl", "a.jsonl"):
        (here / name).write_text('{"text": "x"}\n')
    (here / "LICENCE.txt").write_text("terms")
    return here


@pytest.fixture
def read(folder: Path) -> Callable[..., Dataset]:
    def reading(text: str, **options: object) -> Dataset:
        path = folder / "dataset.yaml"
        path.write_text(text, encoding="utf-8")
        return read_manifest(path, **options)

    return reading
