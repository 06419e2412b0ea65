"""Data files behind paths that a person typed."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from connectors.guessing import named_format
from connectors.object_store import StoredObject, is_remote, matching, split_uri, stored, under
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg


def expand(paths: Sequence[Path | str]) -> list[Path | StoredObject]:
    """The data files of `paths`, each once: files as given, folders as their data files, sorted.

    `s3://bucket/key` names an object, with a wildcard those that match, with a slash at its end
    the data files below it.

    In folders, hidden files and folders are left out, and so is what has no ending of a data
    file; links to folders are not followed.

    Raises:
        ConfigError: a path does not exist, a folder holds no data file, or a name is not UTF-8.
    """
    found: dict[str, Path | StoredObject] = {}
    for given in paths:
        if isinstance(given, str) and is_remote(given):
            found.update((uri, stored(uri)) for uri in _data_objects(given))
            continue
        if isinstance(given, str) and "://" in given:
            raise ConfigError(
                msg("{path} is not on this machine", path=given),
                advice=msg(
                    "name a file or folder, or an object (s3://bucket/key); copy anything else "
                    "here first"
                ),
            )
        path = Path(given)
        if path.is_dir():
            inside = sorted(_data_files(path), key=lambda file: file.as_posix())
            if not inside:
                raise _no_data_file(str(path))
            found.update((str(file), file) for file in inside)
        elif path.exists():
            found[str(path)] = path
        else:
            raise ConfigError(
                msg("There is no file or folder {path}.", path=str(path)),
                advice=msg("Check the spelling; relative paths begin at the current folder."),
            )
    for file in found:
        _check_name(file)
    return list(found.values())


def _check_name(file: str) -> None:
    try:
        file.encode()
    except UnicodeEncodeError as error:
        shown = file.encode("utf-8", "backslashreplace").decode()
        raise ConfigError(
            msg("the name of {path} is not UTF-8", path=shown), advice=msg("rename the file")
        ) from error


def _data_objects(given: str) -> list[str]:
    """The objects that `given` names, that match it, or the data files below it."""
    bucket, key = split_uri(given)
    if key and not key.endswith("/"):
        return matching(given)
    found = [uri for uri in under(bucket, key) if _is_data(uri.removeprefix(given))]
    if not found:
        raise _no_data_file(given)
    return sorted(found)


def _is_data(name: str) -> bool:
    parts = name.strip("/").split("/")
    return named_format(Path(parts[-1])) is not None and not any(p.startswith(".") for p in parts)


def _no_data_file(folder: str) -> ConfigError:
    return ConfigError(
        msg("No data file in the folder {folder}.", folder=folder),
        advice=msg(
            "Data files end in .jsonl, .json, .parquet, .csv, .tsv or .txt, "
            "also with .gz, .zst or .bz2. Name other files one by one."
        ),
    )


def _data_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and named_format(path) and path.is_file():
                yield path
