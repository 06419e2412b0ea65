from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model.dataset import Format
from pipelines.stages.batching import MOST_BYTES, MOST_FILES, SMALL_BYTES, batches
from pipelines.stages.shard_plan import Shard


def shard(name: str, ordinal: int, size: int) -> Shard:
    return Shard(
        file=name, ordinal=ordinal, digest="sha256:0", bytes=size, format=Format.JSONL, source=None
    )


def shards(sizes: list[int]) -> list[Shard]:
    return [shard(f"part-{n:05d}.jsonl", n, size) for n, size in enumerate(sizes)]


SIZES = st.lists(st.integers(0, 2 * SMALL_BYTES), max_size=60)


@settings(max_examples=100)
@given(SIZES)
def test_every_file_is_in_one_batch_and_batches_are_bounded(sizes):
    given_shards = shards(sizes)
    found = batches(given_shards)
    assert sorted((s for b in found for s in b), key=lambda s: s.ordinal) == given_shards
    for batch in found:
        assert list(batch) == sorted(batch, key=lambda s: s.ordinal)
        small = sum(s.bytes for s in batch) <= MOST_BYTES and len(batch) <= MOST_FILES
        assert len(batch) == 1 or (small and all(s.bytes < SMALL_BYTES for s in batch))


def test_ten_thousand_tiny_files_are_few_batches():
    found = batches(shards([500] * 10_000))
    assert 10 <= len(found) <= 100


def test_a_file_more_leaves_all_batches_but_its_own():
    given_shards = shards([500] * 10_000)
    before = {tuple(s.file for s in batch) for batch in batches(given_shards)}
    more = [*given_shards[:5000], shard("part-04999-b.jsonl", 5000, 500), *given_shards[5000:]]
    after = {tuple(s.file for s in batch) for batch in batches(more)}
    assert len(after - before) <= 3


def test_a_large_file_is_a_batch_of_its_own_and_splits_nothing():
    given_shards = shards([10, SMALL_BYTES, 10])
    assert [[s.ordinal for s in batch] for batch in batches(given_shards)] == [[0, 2], [1]]
