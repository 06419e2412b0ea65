"""Compile the C sources of this folder: `python -m pipelines.kernels.native.build`.

The compiler is clang as the package `ziglang` brings it (build requirement; one version for
everybody, no headers of the system needed), or else the `clang` of the system. A library is named
after a digest of the sources and options, so another version of them never meets an old library.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).parent
LIBRARIES = SOURCES / "lib"
"""Where installation leaves the libraries."""
OPTIONS = ("-std=c17", "-O3", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra")
LEVELS = ("x86_64_v4_vbmi2", "x86_64_v4", "x86_64_v3", "x86_64_v2")
"""Instruction sets of x86-64 by falling age (psABI, and the first one AVX-512 for bytes beside it);
other processors have one library."""
_V3 = frozenset(("avx2", "bmi1", "bmi2", "fma", "movbe"))
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
_BYTES = ("avx512vbmi", "avx512vbmi2")
_NEEDS = {
    "x86_64_v4_vbmi2": _V4 | {"avx512vbmi", "avx512_vbmi2"},
    "x86_64_v4": _V4,
    "x86_64_v3": _V3,
    "x86_64_v2": frozenset(),
}


def library_path(level: str, folder: Path | None = None) -> Path:
    """Where the library for `level` is or would be, in `folder` or beside the sources."""
    return (folder or LIBRARIES) / f"libtda-{level}-{_digest()}.so"


def levels(flags: frozenset[str] | None = None) -> tuple[str, ...]:
    """The levels this machine can run, the best first; `flags` are those of its processor."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return ("baseline",)
    flags = processor_flags() if flags is None else flags
    return tuple(level for level in LEVELS if _NEEDS[level] <= flags)


def processor_flags() -> frozenset[str]:
    """What Linux says this processor can do; nothing where it does not say."""
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("flags"):
                    return frozenset(line.split(":", 1)[1].split())
    except OSError:
        pass
    return frozenset()


def build(level: str, folder: Path | None = None) -> Path:
    """The library for `level`, compiled if it is not there; it appears whole or not at all.

    Processes that want it at the same time wait for the first one to have made it; where the file
    system knows no locks, each makes it.

    Raises:
        FileNotFoundError: there is no compiler.
        OSError: the folder cannot be written.
        subprocess.CalledProcessError: the sources do not compile.
    """
    target = library_path(level, folder)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    compiler = _compiler()
    processor = _options_of(level, zig=compiler[-1] == "cc")
    with (
        (target.parent / "lock").open("a") as turn,
        tempfile.TemporaryDirectory(dir=target.parent) as work,
    ):
        with contextlib.suppress(OSError):
            fcntl.flock(turn, fcntl.LOCK_EX)
        if target.exists():
            return target
        made = Path(work) / "made.so"
        sources = sorted(str(path) for path in SOURCES.glob("*.c"))
        subprocess.run(  # noqa: S603  a compiler, and files of this package
            [*compiler, *OPTIONS, *processor, "-o", str(made), *sources, "-lm"],
            check=True,
            capture_output=True,
            text=True,
        )
        made.replace(target)
    return target


def _options_of(level: str, *, zig: bool) -> list[str]:
    if level == "baseline":
        return []
    base, *more = level.split("_vbmi2")
    extensions = _BYTES if more else ()
    if zig:
        return [f"-mcpu={'+'.join((base, *extensions))}"]
    return [f"-march={base.replace('_v', '-v')}", *(f"-m{name}" for name in extensions)]


def _compiler() -> list[str]:
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    found = shutil.which("clang")
    if found is None:
        raise FileNotFoundError("neither ziglang nor clang is installed")
    return [found]


def _files() -> Iterator[Path]:
    yield from sorted((*SOURCES.glob("*.c"), *SOURCES.glob("*.h")))


def _digest() -> str:
    sha = hashlib.sha256(" ".join(OPTIONS).encode())
    for path in _files():
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()[:16]


def main() -> None:
    """Compile every level of this kind of processor, so that a wheel runs on all of them."""
    wanted = LEVELS if platform.machine() in ("x86_64", "AMD64") else ("baseline",)
    for level in wanted:
        try:
            build(level)
        except subprocess.CalledProcessError as error:
            sys.exit(f"the kernels do not compile for {level}:\n{error.stderr}")
    kept = {library_path(level) for level in wanted}
    for old in LIBRARIES.glob("libtda-*.so"):
        if old not in kept:
            old.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
