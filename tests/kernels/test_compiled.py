import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KERNEL = """
from pipelines.kernels.compiled import compiled

@compiled
def doubled(x: int) -> int:
    return 2 * x
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_kernel_is_compiled_where_no_cache_can_be_written(tmp_path):
    # a module that exists in no file has no place for a cache beside it
    code = f"exec({KERNEL!r}); print(doubled(21))"
    done = run(code)
    assert (done.stdout, done.stderr) == ("42\n", "")


def test_a_kernel_is_kept_in_the_folder_that_the_environment_names(tmp_path):
    (tmp_path / "some_kernel.py").write_text(KERNEL)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import some_kernel as k; k.doubled(1)"
    )
    done = run(code, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert done.stderr == ""
    assert list((tmp_path / "cache").rglob("*.nbi"))
