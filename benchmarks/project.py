"""The project as one of the measured tools: Arrow texts in memory to verified clusters.

This is the one place where a benchmark of duplicates touches the product.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.peers.protocol import Tool, clusters, measure
from pipelines.kernels.units import Unit
from pipelines.stages.comparing_texts import near_duplicates

THRESHOLD = 0.8


def cluster_labels(
    column: pa.LargeStringArray, threshold: float = THRESHOLD, unit: str = Unit.CHAR
) -> NDArray[np.int64]:
    """For each text the number of the text it is removed for, its own where it is kept."""
    found = near_duplicates(column, threshold, unit=Unit(unit))
    labels = np.arange(len(column))
    labels[found.removed] = found.kept
    return labels


if __name__ == "__main__":
    measure(
        Tool(
            distributions=("training-data-audit",),
            prepare=lambda column: column,
            run=cluster_labels,
            told=clusters(lambda labels, _: labels),
        )
    )
