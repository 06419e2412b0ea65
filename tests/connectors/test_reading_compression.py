import bz2
import gzip
import json
import random
import tracemalloc
import zlib

import pytest
import zstandard

from connectors.compression import CHUNK_BYTES, BrokenStream, chunks
from connectors.reading import guess_format
from pipelines.model.dataset import Format

LINES = b"".join(b'{"text":"%d %s"}\n' % (n, bytes([65 + n % 26]) * (n % 50)) for n in range(4000))
TEXTS = [json.loads(line)["text"] for line in LINES.splitlines()]


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


COMPRESSIONS = {".gz": gzip.compress, ".zst": zstd, ".bz2": bz2.compress}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_compressed_lines_are_read_like_plain_ones(written, everything, suffix):
    path = written("a.jsonl" + suffix, COMPRESSIONS[suffix](LINES))
    assert guess_format(path) is Format.JSONL
    found = everything(path)
    assert found.texts == TEXTS
    assert found.reasons == []


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_all_members_of_an_archive_are_read(written, everything, suffix):
    compress = COMPRESSIONS[suffix]
    parts = [compress(LINES[:7001]), compress(b""), compress(LINES[7001:])]
    assert everything(written("a.jsonl" + suffix, b"".join(parts))).texts == TEXTS


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.999])
def test_a_truncated_archive_keeps_what_came_before_and_one_tail(written, everything, suffix, kept):
    chance = random.Random(20260301)
    noise = b"".join(
        b'{"text":"%s"}\n' % chance.randbytes(40).hex().encode() for _ in range(10_000)
    )
    # a small bzip2 block, so that the cut file still has whole ones
    whole = bz2.compress(noise, 1) if suffix == ".bz2" else COMPRESSIONS[suffix](noise)
    found = everything(written("a.jsonl" + suffix, whole[: int(len(whole) * kept)]))
    texts = [json.loads(line)["text"] for line in noise.splitlines()]
    assert 0 < len(found.texts) <= len(texts)
    assert found.texts == texts[: len(found.texts)]
    assert found.reasons == [(len(found.texts), "truncated", "unknown")]


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("length", [1, 5, 11])
def test_an_archive_cut_in_its_header_is_one_tail(written, everything, suffix, length):
    found = everything(written("a.jsonl" + suffix, COMPRESSIONS[suffix](LINES)[:length]))
    ((_, reason, extent),) = found.reasons
    assert (found.records, extent) == ({}, "unknown")
    assert reason in ("truncated", "unreadable")


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.txt"])
def test_what_is_no_archive_is_one_unreadable_item(written, everything, suffix, name):
    found = everything(written(name + suffix, b"no archive, but text\n" * 9), "text")
    assert found.reasons[0][1:] == ("unreadable", "unknown")
    assert len(found.reasons) == 1


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_bytes_behind_an_archive_are_one_tail(written, everything, suffix):
    found = everything(written("a.jsonl" + suffix, COMPRESSIONS[suffix](LINES) + b"garbage"))
    assert found.texts == TEXTS
    assert found.reasons == [(len(TEXTS), "malformed", "unknown")]


def test_zeros_behind_a_gzip_file_are_padding(written, everything):
    found = everything(written("a.jsonl.gz", gzip.compress(LINES) + bytes(10_000)))
    assert (found.texts, found.reasons) == (TEXTS, [])


def test_a_wrong_checksum_is_noticed(written):
    archive = bytearray(zstd(LINES))
    archive[-1] ^= 1
    with pytest.raises(BrokenStream, match="malformed"):
        list(chunks(written("a.zst", bytes(archive))))


def test_skippable_frames_are_skipped(written, everything):
    skippable = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"hello"
    path = written("a.jsonl.zst", skippable + zstd(LINES[:7001]) + skippable + zstd(LINES[7001:]))
    assert everything(path).texts == TEXTS


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_an_archive_with_another_name_is_recognised(written, everything, suffix):
    assert everything(written("a.jsonl", COMPRESSIONS[suffix](LINES))).texts == TEXTS


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_bomb_is_passed_in_bounded_chunks(tmp_path, everything, suffix):
    path = tmp_path / ("a.jsonl" + suffix)
    piece = b"x" * (1 << 20)
    compressor = {
        ".gz": zlib.compressobj(wbits=31),
        ".zst": zstandard.ZstdCompressor().compressobj(),
        ".bz2": bz2.BZ2Compressor(),
    }[suffix]
    with path.open("wb") as file:
        for _ in range(64):
            file.write(compressor.compress(piece))
        file.write(compressor.flush())
    assert path.stat().st_size < 1 << 20
    assert max(map(len, chunks(path))) <= CHUNK_BYTES
    tracemalloc.start()
    found = everything(path, max_record_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.reasons == [(0, "too_large", "one")]
    assert found.quarantined[0].bytes == 64 << 20
    assert peak < 16 << 20
