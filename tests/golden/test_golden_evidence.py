"""A kernel that gives other results under the same VERSION is found out, and told what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

REGENERATE = Path(__file__).with_name("regenerate.py")
PERTURBED = """
import importlib, runpy, sys
module, name, value, program = sys.argv[1:]
holder = importlib.import_module(module)
assert hasattr(holder, name)
setattr(holder, name, eval(value, vars(holder)))
sys.argv = [program, "--check"]
runpy.run_path(program, run_name="__main__")
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REGENERATE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_evidence_of_the_golden_corpus_is_what_was_agreed():
    done = python(str(REGENERATE), "--check")
    assert done.returncode == 0, done.stderr


SAME_VERSION = {
    "which identifiers are sensitive": (
        "pipelines.kernels.personal_information_model",
        "SENSITIVITY",
        "{kind: not was for kind, was in SENSITIVITY.items()}",
        "hits.sensitive",
    ),
    "how subjects are spelt before they are digested": (
        "pipelines.kernels.pseudonym",
        "_AS_WRITTEN",
        "frozenset()",
        "records.subject",
    ),
    "which texts are long enough to be compared": (
        "pipelines.model.evidence",
        "LONGEST_COMPARED",
        "60",
        "pairs.removed_row",
    ),
    "how many questions under one key a record is compared with": (
        "pipelines.stages.containment",
        "MOST_KEPT",
        "0",
        "overlaps.row",
    ),
}


@pytest.mark.parametrize("case", SAME_VERSION)
def test_another_result_under_the_same_version_fails_and_says_what_to_do(case):
    *changed, column = SAME_VERSION[case]
    done = python("-c", PERTURBED, *changed, str(REGENERATE))
    assert done.returncode == 1, done.stderr
    assert "results changed under the same VERSION: raise it or mend the kernel" in done.stderr
    assert column in done.stderr


def test_a_raised_version_asks_for_the_new_results_to_be_agreed_to():
    done = python("-c", PERTURBED, "pipelines.stages.scan", "VERSION", "'next'", str(REGENERATE))
    assert done.returncode == 1, done.stderr
    assert "run python tests/golden/regenerate.py" in done.stderr
