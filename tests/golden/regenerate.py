"""`python tests/golden/regenerate.py`: agree to what the stages now give of the golden corpus.

It refuses, with exit code 1, where results changed while VERSION and the names of the schemes did
not: a workspace would go on with what it has on record. Raise the VERSION of the stage (in
`pipelines/stages/scan.py`, `relate.py` or `compare.py`) or rename the scheme, then run this again
and commit `tests/golden/evidence.json`. `--check` writes nothing.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import golden_evidence


def main(arguments: list[str]) -> int:
    """Exit code 0 where the results are what was agreed, or are agreed to now."""
    new = golden_evidence.found()
    first = not golden_evidence.AGREED.exists()
    wrong = None if first else golden_evidence.complaint(golden_evidence.agreed(), new)
    if wrong and (arguments or wrong.startswith("results changed")):
        sys.stderr.write(f"{wrong}\n")
        return 1
    if not arguments:
        golden_evidence.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
