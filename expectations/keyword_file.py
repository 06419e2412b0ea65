"""The file a policy names as its keyword library: where it is, and its digest."""

import hashlib
from pathlib import Path, PurePosixPath

from expectations.policy_errors import YamlFile
from pipelines.model.errors import ConfigError
from pipelines.model.ids import Digest
from pipelines.model.message import Message, msg

MAX_BYTES = 16 * 1024 * 1024
_FIELD = ("keywords", "library")


def library_path(policy: Path, name: str) -> Path:
    """Where the library `name` of the policy at `policy` is."""
    return policy.parent / name


def library_digest(over: YamlFile, name: str) -> Digest:
    """The digest of the bytes of the library `name` that the policy `over` names.

    Raises:
        ConfigError: the name leads elsewhere, or the file is missing, too large or not readable.
    """
    given = PurePosixPath(name)
    if given.is_absolute() or ".." in given.parts or given.suffix != ".csv":
        problem = msg("{file}, line {line}: {field} is a .csv file in the folder of the policy")
        raise over.wrong(_FIELD, problem)
    path = library_path(over.path, name)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        problem = msg("{file}, line {line}: {field} cannot be opened")
        raise _wrong(
            over, problem, msg("name an existing CSV file with the columns term, risk")
        ) from error
    if len(content) > MAX_BYTES:
        problem = msg("{file}, line {line}: {field} is larger than {limit} bytes", limit=MAX_BYTES)
        raise _wrong(over, problem, msg("leave out terms that contain another one"))
    return Digest("sha256:" + hashlib.sha256(content).hexdigest())


def _wrong(over: YamlFile, problem: Message, advice: Message) -> ConfigError:
    return ConfigError(over.wrong(_FIELD, problem).message, advice=advice)
