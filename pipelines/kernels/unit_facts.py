"""What duplicates are found by, for shingles of code points and for shingles of words."""

import numpy as np
import pyarrow as pa

from pipelines.kernels.fingerprint import Fingerprints
from pipelines.kernels.minhash import band_keys
from pipelines.kernels.normal_facts import SketchFacts, runs, sketch_facts
from pipelines.kernels.normalise import normalise_block
from pipelines.kernels.sketch_spec import WORD
from pipelines.kernels.text_facts import text_hashes
from pipelines.kernels.units import Unit, in_units

RUN_BYTES = 256 * 1024
"""UTF-8 of texts whose units are looked at together, while they are near."""


def sketch_facts_in(
    unit: Unit, column: pa.LargeStringArray, fingerprints: Fingerprints | None = None
) -> SketchFacts:
    """`sketch_facts` of `column` with a `unit` in place of each code point.

    The hashes are those of the normal forms whatever the unit: equal texts are equal as ever.
    """
    if unit is Unit.CHAR:
        return sketch_facts(column, fingerprints=fingerprints)
    chars, hashes, bands = [], [], []
    for begin, end, _ in runs(column, RUN_BYTES):
        normal = normalise_block(column.slice(begin, end - begin))
        units = in_units(normal, unit)
        chars.append(np.diff(units.offsets))
        hashes.append(text_hashes(normal) if fingerprints is None else fingerprints.of(normal))
        bands.append(band_keys(units, WORD))
    if not chars:
        return sketch_facts(column)
    return SketchFacts(
        chars=np.concatenate(chars), hashes=np.concatenate(hashes), bands=np.concatenate(bands)
    )
