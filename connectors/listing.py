"""Data files behind paths that a person typed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from connectors.guessing import named_format
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def expand(paths: Sequence[Path]) -> list[Path]:
    """The data files of `paths`, each once: files as given, folders as their data files, sorted.

    In folders, hidden files and folders are left out, and so is what has no ending of a data
    file; links to folders are not followed.

    Raises:
        ConfigError: a path does not exist, or a folder holds no data file.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(_data_files(path), key=lambda file: file.as_posix())
            if not inside:
                raise ConfigError(
                    msg("No data file in the folder {folder}.", folder=str(path)),
                    advice=msg(
                        "Data files end in .jsonl, .json, .parquet, .csv, .tsv or .txt, "
                        "also with .gz, .zst or .bz2. Name other files one by one."
                    ),
                )
            found.update(dict.fromkeys(inside))
        elif path.exists():
            found[path] = None
        else:
            raise ConfigError(
                msg("There is no file or folder {path}.", path=str(path)),
                advice=msg("Check the spelling; relative paths begin at the current folder."),
            )
    return list(found)


def _data_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and named_format(path) and path.is_file():
                yield path
