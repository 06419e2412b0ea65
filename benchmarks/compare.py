"""The project and its peers on the same texts, in the same run: one table.

    python -m benchmarks.compare --subset small --rounds 5 --write

From texts in memory to clusters at Jaccard 0.8, in processor seconds, user and system, of all
threads. In each round every tool runs once, one after the other, so that a busy machine is busy for
all of them; figures are medians over the rounds, a ratio is the median of the ratios within the
rounds. Slow peers run in the first `--slow-rounds` rounds only.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import KINDS, Corpus, load
from benchmarks.page import Section, cache_option, command_line, table, write
from benchmarks.recall import Tally, Truth, of_kind, precision, recall, removals, truth_of
from benchmarks.roster import NEAR, PROJECT, Entry, Run, run

HEAD = (
    "tool",
    "rounds",
    "MB per CPU second",
    "documents per CPU second",
    "peak memory",
    "tda is faster by",
    "recall en / zh / short",
    "precision en / zh / short",
    "how",
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All runs over one corpus: for each tool one a round."""

    corpus: Corpus
    runs: Mapping[str, Sequence[Run]] = field(default_factory=dict)

    def ratio(self, name: str) -> float:
        """How many times as many bytes a processor second the project does."""
        ours, theirs = self.runs[PROJECT.name], self.runs[name]
        return statistics.median(o.rate / t.rate for o, t in zip(ours, theirs, strict=False))


def measured(
    corpus: Corpus, peers: Sequence[Entry], rounds: int, slow_rounds: int, cache: Path
) -> Measured:
    """Every tool over `corpus`, one after the other, `rounds` times; slow ones `slow_rounds`."""
    runs: dict[str, list[Run]] = {entry.name: [] for entry in (PROJECT, *peers)}
    with tempfile.TemporaryDirectory(prefix="tda-texts-") as folder:
        texts = corpus.write(Path(folder, "texts.parquet"))
        for number in range(rounds):
            for entry in (PROJECT, *peers):
                if not entry.slow or number < slow_rounds:
                    runs[entry.name].append(run(entry, texts, cache))
    return Measured(corpus=corpus, runs=runs)


def line(entry: Entry, found: Measured, truth: Truth) -> list[str]:
    """The line of the table for one tool."""
    runs = found.runs[entry.name]
    rates = [run.rate for run in runs]
    rate = statistics.median(rates)
    last = runs[-1]
    ratio = "1" if entry is PROJECT else f"{found.ratio(entry.name):,.1f}"
    how = entry.note + (f"; loses {last.lost:,} short texts" if last.lost else "")
    return [
        " ".join([entry.name, *last.versions.values()]),
        str(len(runs)),
        f"{figure(rate)} ({figure(min(rates))}–{figure(max(rates))})",
        f"{statistics.median(run.docs / run.cpu_seconds for run in runs):,.0f}",
        f"{max(run.peak_bytes for run in runs) / 1e6:,.0f} MB",
        ratio,
        *_judged(found.corpus, truth, last),
        how,
    ]


def figure(value: float) -> str:
    """Three significant digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _judged(corpus: Corpus, truth: Truth, last: Run) -> list[str]:
    """Recall over all true pairs and precision of the removals, for each kind of text."""
    if last.labels is None:
        return ["–", "–"]
    removed = removals(last.labels)
    recalls, precisions = list[Tally](), list[Tally]()
    for kind in KINDS:
        recalls.append(recall(of_kind(truth.every, corpus, truth.sets, kind), last.labels))
        precisions.append(precision(of_kind(removed, corpus, truth.sets, kind), truth.sets))
    return [
        " / ".join(f"{tally.share:.3f}" if tally.total else "–" for tally in tallies)
        for tallies in (recalls, precisions)
    ]


def section(found: Measured, command: str, cache: Path) -> Section:
    """The one table, and what it was measured on."""
    corpus, truth = found.corpus, truth_of(found.corpus, cache)
    lines, versions = [], dict[str, str]()
    for entry in (PROJECT, *NEAR):
        if entry.name in found.runs:
            lines.append(line(entry, found, truth))
            versions |= found.runs[entry.name][-1].versions
    size = found.runs[PROJECT.name][0].bytes / 1e6
    about = [
        f"- `{corpus.name}`: {len(corpus.texts):,} texts, {size:.1f} MB; {corpus.origin}; "
        f"{len(truth.every):,} of all pairs reach 0.8.",
        "- In brackets the slowest and the fastest of the rounds.",
    ]
    return Section(
        name="peers", command=command, body=[*about, "", *table(HEAD, lines)], versions=versions
    )


def main() -> None:
    """Measure and print; with --write also into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subset", default="small", help="tiny, small or generated-N")
    parser.add_argument("--peer", action="append", help="only this peer; several; none: all")
    parser.add_argument("--no-peers", action="store_true", help="only the project")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow-rounds", type=int, default=1, help="rounds of slow peers")
    parser.add_argument("--results", type=Path, help="also keep the figures of every run as JSON")
    parser.add_argument("--write", action="store_true", help="also into docs/performance.md")
    cache_option(parser)
    given = parser.parse_args()
    peers = [entry for entry in NEAR if not given.peer or entry.name in given.peer]
    if given.no_peers:
        peers = []
    found = measured(load(given.subset), peers, given.rounds, given.slow_rounds, given.cache)
    if given.results:
        given.results.write_text(json.dumps(_figures(found), indent=1) + "\n", encoding="utf-8")
    write(section(found, command_line("compare"), given.cache), page=given.write)


def _figures(found: Measured) -> list[dict[str, object]]:
    return [
        {
            "texts": found.corpus.name,
            "tool": name,
            "round": number,
            "bytes": run.bytes,
            "cpu_seconds": round(run.cpu_seconds, 4),
            "peak_bytes": run.peak_bytes,
        }
        for name, runs in found.runs.items()
        for number, run in enumerate(runs, 1)
    ]


if __name__ == "__main__":
    main()
