"""hyperscan: `--what patterns` or `--what words` in the bytes of each text; compiled beforehand."""

import argparse

import hyperscan
import pyarrow as pa

from benchmarks.looked_for import PATTERNS, words
from benchmarks.peers.protocol import Told, Tool, measure


def database(what: str) -> hyperscan.Database:
    """The compiled patterns or words."""
    found = list(PATTERNS.values()) if what == "patterns" else words()
    made = hyperscan.Database()
    flags = hyperscan.HS_FLAG_UTF8 if what == "patterns" else 0
    made.compile(
        expressions=[pattern.encode() for pattern in found],
        ids=list(range(len(found))),
        elements=len(found),
        flags=flags,
    )
    return made


def run(texts: list[bytes], made: hyperscan.Database) -> int:
    """How often something was found; every end of a match counts."""
    ends = list[int]()

    def take(_number: int, _begin: int, end: int, _flags: int, _context: object) -> None:
        ends.append(end)

    for text in texts:
        made.scan(text, match_event_handler=take)
    return len(ends)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--what", choices=["patterns", "words"], required=True)
    compiled = database(parser.parse_known_args()[0].what)
    measure(
        Tool(
            distributions=("hyperscan",),
            prepare=lambda column: column.cast(pa.large_binary()).to_pylist(),
            run=lambda texts: run(texts, compiled),
            told=lambda found, _: Told(found=found),
        )
    )
