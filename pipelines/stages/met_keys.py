"""By SQL: records equal to ones that arrived, and band keys that these and others have.

For arrivals too many to be looked up in memory (see `looking_up`).
"""

from collections.abc import Mapping, Sequence

from pipelines.kernels.shingles import SIZE
from pipelines.model.evidence import LONGEST_COMPARED
from pipelines.stages.candidates import SHARED_KEYS
from pipelines.stages.placing import BAND_COLUMNS

EQUAL_TO_ARRIVED = """
SELECT texts.place AS place, texts.text_high AS text_high, texts.text_low AS text_low,
  texts.chars AS chars, texts.source AS source
FROM texts JOIN (
  SELECT arrived.text_high AS text_high, arrived.text_low AS text_low
  FROM arrived GROUP BY arrived.text_high, arrived.text_low
) hashes
  ON texts.text_high = hashes.text_high AND texts.text_low = hashes.text_low
"""


def _met_keys(columns: Sequence[str]) -> str:
    """The keys in `columns` of texts that arrived and of another one, each with its texts."""
    came = " UNION ALL ".join(
        f"SELECT arrived.place AS place, arrived.{name} AS band_key FROM arrived "  # noqa: S608
        f"WHERE arrived.chars >= {SIZE} AND arrived.chars <= {LONGEST_COMPARED}"
        for name in columns
    )
    there = " UNION ALL ".join(
        f"SELECT texts.place AS place, texts.{name} AS band_key FROM texts "  # noqa: S608
        f"WHERE texts.chars >= {SIZE} AND texts.chars <= {LONGEST_COMPARED}"
        for name in columns
    )
    return f"""
WITH came AS ({came}),
asked AS (SELECT came.band_key AS band_key FROM came GROUP BY came.band_key),
there AS (
  SELECT texts.place AS place, texts.band_key AS band_key
  FROM ({there}) texts JOIN asked ON texts.band_key = asked.band_key
),
met AS (
  SELECT there.place AS place, there.band_key AS band_key
  FROM there LEFT JOIN repeated
    ON there.place = repeated.place AND repeated.place > repeated.first_place
  WHERE repeated.place IS NULL
  UNION ALL SELECT came.place AS place, came.band_key AS band_key FROM came
),
shared AS (SELECT met.band_key AS band_key FROM met GROUP BY met.band_key HAVING COUNT(*) > 1)
SELECT met.band_key AS band_key, met.place AS place
FROM met JOIN shared ON met.band_key = shared.band_key
"""  # noqa: S608  names and numbers of ours


MET_KEYS: Mapping[int, tuple[str, ...]] = {
    size: tuple(_met_keys(BAND_COLUMNS[at : at + size]) for at in range(0, len(BAND_COLUMNS), size))
    for size in SHARED_KEYS
}
"""As SHARED_KEYS: by the number of bands at a time."""
