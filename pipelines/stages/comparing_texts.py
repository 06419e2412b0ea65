"""Duplicates among texts that are in memory already: what a notebook or a benchmark asks for."""

import numpy as np
import pyarrow as pa

from pipelines.kernels.fingerprint import Fingerprints
from pipelines.kernels.judging import judge_texts
from pipelines.kernels.normalise import Normaliser
from pipelines.kernels.unit_facts import sketch_facts_in
from pipelines.kernels.units import Unit
from pipelines.stages.duplicates import Duplicates, ledger_of
from pipelines.stages.placing import NO_SOURCE
from pipelines.stages.preference import FIRST, Preference, arranged
from pipelines.stages.sharing import Sketches, shared_in_memory


def near_duplicates(
    column: pa.LargeStringArray,
    threshold: float = 0.8,
    preference: Preference = FIRST,
    unit: Unit = Unit.CHAR,
) -> Duplicates:
    """The duplicates among the texts of `column`; a place is a row of it, a null an empty text."""
    facts = sketch_facts_in(unit, column, Fingerprints())
    there = np.flatnonzero(facts.chars)
    # most often all are, and band keys take more memory than a copy should
    rows = slice(None) if len(there) == len(facts.chars) else there
    shared = shared_in_memory(
        Sketches(
            places=there.astype(np.int64),
            hashes=facts.hashes[rows],
            chars=facts.chars[rows],
            sources=np.full(len(there), NO_SOURCE, np.int64),
            bands=facts.bands[rows],
        )
    )
    found = arranged(shared, preference)
    judged = judge_texts(
        found.groups, found.chars, Normaliser(column), found.places, threshold, unit=unit
    )
    return ledger_of(found, judged)
