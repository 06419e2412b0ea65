"""Arrow without pandas, which it would otherwise import to look at the first value it is given.

`pa.array` asks whether its argument is something of pandas, and imports pandas for the question:
half a second of each command and of each worker. Who converts to a frame says so, and only then
does Arrow import pandas, and knows its types from then on.
"""

import sys

import pyarrow as pa

from pipelines.model.absent import absent


def arrow_alone() -> None:
    """Arrow has looked for pandas and found none; `to_pandas` looks again.

    Nothing happens where pandas has been imported already, or where Arrow has looked before.
    """
    if "pandas" not in sys.modules:
        with absent("pandas"):
            pa.array(())
