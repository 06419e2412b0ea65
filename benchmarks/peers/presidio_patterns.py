"""presidio: one PatternRecognizer for each of the patterns, without a language model."""

import pyarrow as pa
from presidio_analyzer import Pattern, PatternRecognizer

from benchmarks.looked_for import PATTERNS
from benchmarks.peers.protocol import Told, Tool, measure

RECOGNISERS = [
    PatternRecognizer(
        supported_entity=name.upper(),
        patterns=[Pattern(name=name, regex=pattern, score=0.5)],
        global_regex_flags=0,
    )
    for name, pattern in PATTERNS.items()
]


def run(texts: list[str]) -> int:
    """How often something was found."""
    return sum(
        len(recogniser.analyze(text, recogniser.supported_entities))
        for text in texts
        for recogniser in RECOGNISERS
    )


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("presidio-analyzer",),
            prepare=pa.LargeStringArray.to_pylist,
            run=run,
            told=lambda found, _: Told(found=found),
        )
    )
