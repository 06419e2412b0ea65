"""`python -S peak_of.py FILE COMMAND…`: carry out COMMAND, write its exit code and peak to FILE.

What Linux tells as the peak of a process begins with the size of the one that started it, and a
process that runs a thousand tests is large. This one is small: the peak is the command's own, or
that of the largest process it has waited for, in KiB.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    code = subprocess.call(sys.argv[2:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    Path(sys.argv[1]).write_text(json.dumps({"exit": code, "peak": peak}), encoding="ascii")
    raise SystemExit(code if code >= 0 else 128 - code)
