"""The figures of one block of records, counted while its tables are at hand.

The same as `figures_by_sql` counts over the tables once they are written.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.kernels.personal_information import Tier
from pipelines.model.profile import LENGTH_BINS, HitCount, KeywordCount
from pipelines.stages.figures import (
    PLACES,
    REPETITIVE,
    SHORT,
    Figures,
    QuarantineCount,
    SourceFigures,
    merged,
)

Ints = NDArray[np.int64]


class BlockFigures:
    """Counts a block: its records, of one file and in their order, then what was found in them."""

    def __init__(self, records: pa.Table) -> None:
        """`records` is a table of RECORDS with at least one row."""
        self._records = records
        self._rows: Ints = records["row"].to_numpy()
        self._valid: Ints = np.zeros(len(self._rows), np.int64)
        self._parts: list[Figures] = []
        self._seen: dict[tuple[str, str, bool], NDArray[np.bool_]] = {}
        self._sources, self._source = _coded(records["source"])

    def add_hits(self, hits: pa.Table) -> None:
        """Take some of the hits in the records, a table of HITS."""
        if not hits.num_rows:
            return
        at = np.searchsorted(self._rows, hits["row"].to_numpy())
        names, codes = zip(*(_coded(hits[name]) for name in ("type", "tier")), strict=True)
        sensitive = hits["sensitive"].to_numpy().astype(np.int64)
        both = (codes[0] * len(names[1]) + codes[1]) * 2 + sensitive
        counts = []
        for one in np.unique(both).tolist():
            places = at[both == one]
            kind = (names[0][one // 2 // len(names[1])], names[1][one // 2 % len(names[1])])
            key = (str(kind[0]), str(kind[1]), bool(one % 2))
            seen = self._seen.setdefault(key, np.zeros(len(self._rows), np.bool_))
            before = int(seen.sum())
            seen[places] = True
            counts.append(
                HitCount(
                    type=key[0],
                    tier=key[1],
                    sensitive=key[2],
                    hits=len(places),
                    records=int(seen.sum()) - before,
                )
            )
            if key[1] == Tier.VALID.value:
                self._valid += np.bincount(places, minlength=len(self._rows))
        self._parts.append(merged([Figures(hits=tuple(counts))]))

    def add_keywords(self, keywords: pa.Table) -> None:
        """Take all keywords in the records, a table of KEYWORDS."""
        if not keywords.num_rows:
            return
        at = np.searchsorted(self._rows, keywords["row"].to_numpy())
        risks, risk = _coded(keywords["risk"])
        both = self._source[at] * len(risks) + risk
        occurrences: Ints = keywords["count"].to_numpy()
        counts = []
        for one in np.unique(both).tolist():
            chosen = both == one
            counts.append(
                KeywordCount(
                    source=self._sources[one // len(risks)],
                    risk=str(risks[one % len(risks)]),
                    records=len(np.unique(at[chosen])),
                    hits=int(occurrences[chosen].sum()),
                )
            )
        found = Figures(keywords=tuple(counts), keyword_records=len(np.unique(at)))
        self._parts.append(found)

    def counted(self) -> Figures:
        """The figures of the block."""
        table, code, several = self._records, self._source, len(self._sources)
        chars: Ints = table["chars"].to_numpy()
        normal: Ints = table["normal_chars"].to_numpy()
        size: Ints = table["bytes"].to_numpy()
        repeated: Ints = table["repeated"].to_numpy()

        def where(chosen: NDArray[np.bool_]) -> list[int]:
            found: list[int] = np.bincount(code[chosen], minlength=several).tolist()
            return found

        def total(values: Ints) -> list[int]:
            # a block holds far less than 2**53 bytes, up to where these sums are exact
            sums = np.bincount(code, weights=values, minlength=several)
            return [int(value) for value in sums]

        spoken, language = _coded(table["language"])
        by_language = _crossed(code, language, several, len(spoken))
        filled = chars > 0
        # the bin is the number of binary digits less one
        bins = np.minimum(np.frexp(chars[filled].astype(np.float64))[1] - 1, LENGTH_BINS - 1)
        by_length = _crossed(code[filled], bins.astype(np.int64), several, LENGTH_BINS)
        unnamed = table["subject"].combine_chunks().is_null().to_numpy(zero_copy_only=False)
        unlinked = unnamed & (self._valid > 0)
        file = table["file"][0].as_py()
        columns = {
            "records": np.bincount(code, minlength=several).tolist(),
            "bytes": total(size),
            "chars": total(chars),
            "empty": where(normal == 0),
            "pi_records": where(self._valid > 0),
            "pi_hits": total(self._valid),
            "short": where((normal > 0) & (chars < SHORT)),
            "garbled": where(table["replacement"].to_numpy() > 0),
            "repetitive": where(REPETITIVE * repeated > size),
            "unlinked": where(unlinked),
        }
        sources = [
            SourceFigures(
                source=name,
                languages={
                    str(spoken[n]): count for n, count in enumerate(by_language[at]) if count
                },
                lengths=tuple(by_length[at]),
                unlinked_places=tuple(
                    (file, row) for row in self._rows[unlinked & (code == at)][:PLACES].tolist()
                ),
                **{figure: counts[at] for figure, counts in columns.items()},
            )
            for at, name in enumerate(self._sources)
        ]
        own = Figures(sources=tuple(sources), named=len(unnamed) - int(unnamed.sum()))
        return merged([own, *self._parts])


def quarantine_figures(table: pa.Table) -> Figures:
    """The figures of a table of QUARANTINE."""
    counts = table.group_by(["reason", "extent"]).aggregate([([], "count_all")]).to_pylist()
    items = [
        QuarantineCount(reason=row["reason"], extent=row["extent"], items=row["count_all"])
        for row in counts
    ]
    return merged([Figures(quarantine=tuple(items))])


def _coded(column: pa.ChunkedArray) -> tuple[list[str | None], Ints]:
    """The different values of `column`, and the number of that of each row."""
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _crossed(first: Ints, second: Ints, firsts: int, seconds: int) -> list[list[int]]:
    """How often each of `firsts` values goes with each of `seconds`."""
    counts = np.bincount(first * seconds + second, minlength=firsts * seconds)
    table: list[list[int]] = counts.reshape(firsts, seconds).tolist()
    return table
