"""Objects in a store that speaks S3: named by s3://bucket/key, listed by glob, read as files.

Why no library: pyarrow's S3 file system follows redirects to any host, resolves the endpoint's
name again after it was checked, asks the cloud's metadata service for credentials, and cannot hold
a read to one version of an object (docs/decisions).
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, Literal, cast

from connectors.globs import OBJECT, Pattern
from connectors.object_client import Client
from connectors.object_errors import changed, odd_answer
from connectors.object_listing import Listed, pages
from connectors.object_stream import WINDOW_BYTES, ObjectStream, Windows
from connectors.store_access import StoreAccess, from_environment
from pipelines.model.errors import ConfigError
from pipelines.model.ids import Digest
from pipelines.model.message import msg

LONGEST_KEY = 1024
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class ObjectStat:
    """What tells one version of an object from another."""

    st_size: int
    etag: str


def is_remote(name: str) -> bool:
    """Whether `name` is that of an object in a store."""
    return name.startswith(OBJECT)


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an s3 URI; the key may be empty.

    Raises:
        ConfigError: credentials are in it, or what is no bucket. The message does not repeat it.
    """
    bucket, _, key = uri.removeprefix(OBJECT).partition("/")
    if "@" in bucket or ":" in bucket:
        raise ConfigError(
            msg("there are credentials in an s3 address"),
            advice=msg(
                "take them out, and change them if others saw the file; they belong into "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or an Airflow connection"
            ),
        )
    if not _BUCKET.fullmatch(bucket) or len(key.encode("utf-8", "replace")) > LONGEST_KEY:
        raise ConfigError(
            msg("this is not the address of objects"),
            advice=msg("write s3://bucket/key; the bucket has no wildcard"),
        )
    return bucket, key


@dataclass(slots=True, eq=False)
class StoredObject:
    """One object; once it was looked at, every read is of that version."""

    uri: str
    access: StoreAccess = field(repr=False)
    _windows: Windows | None = field(default=None, init=False, repr=False)
    _etag: str = field(default="", init=False, repr=False)

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.uri.rpartition("/")[2]

    def __str__(self) -> str:
        return self.uri

    def open(self, mode: Literal["rb"] = "rb", /) -> BinaryIO:
        """The content as a file that can be sought."""
        stream = ObjectStream(self._found())
        return cast(BinaryIO, io.BufferedReader(stream, 64 * 1024))

    def stat(self) -> ObjectStat:
        """Size and ETag of the version."""
        size = self._found().size
        return ObjectStat(size, self._etag)

    def is_file(self) -> bool:
        """True once the store has given it; what is absent is an error."""
        return self._found().size >= 0

    def read_bytes(self) -> bytes:
        """The whole content."""
        with self.open() as file:
            return file.read()

    def digest(self) -> Digest:
        """SHA-256 of the content, over the bytes that were read of it and the others."""
        return Digest("sha256:" + self._found().sha256())

    def _found(self) -> Windows:
        if self._windows is None:
            bucket, key = split_uri(self.uri)
            size, first, self._etag = _beginning(_client(self.access), bucket, key)
            self._windows = Windows(size, first, self._fetch)
        return self._windows

    def _fetch(self, position: int, length: int) -> bytes:
        bucket, key = split_uri(self.uri)
        asked = {"range": f"bytes={position}-{position + length - 1}", "if-match": self._etag}
        answer = _client(self.access).get(bucket, key, most=length, headers=asked)
        if answer.status != 206 or answer.headers.get("etag") != self._etag:
            raise changed(self.uri)
        if len(answer.body) != length:
            raise odd_answer(self.access)
        return answer.body


def _beginning(client: Client, bucket: str, key: str) -> tuple[int, bytes, str]:
    """Size of the object, its first window, and its ETag."""
    asked = {"range": f"bytes=0-{WINDOW_BYTES - 1}"}
    answer = client.get(bucket, key, most=WINDOW_BYTES, headers=asked)
    if answer.status == 416:  # nothing has a first byte: the object is empty
        answer = client.get(bucket, key, most=1)
        if answer.status != 200 or answer.body:
            raise odd_answer(client.access)
    etag = answer.headers.get("etag", "")
    size = _size(answer.status, answer.headers)
    if size is None or not etag or len(answer.body) != min(size, WINDOW_BYTES):
        raise odd_answer(client.access)
    return size, answer.body, etag


def _size(status: int, headers: Mapping[str, str]) -> int | None:
    if status == 206:
        found = _RANGE.fullmatch(headers.get("content-range", ""))
        return int(found.group(3)) if found and found.group(1) == "0" else None
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else None


def stored(uri: str) -> StoredObject:
    """The object `uri` names, in the store of this process's environment."""
    split_uri(uri)
    return StoredObject(uri, from_environment())


def matching(given: str) -> list[str]:
    """The URIs of the objects that match the pattern `given`, sorted.

    As with files, `*` and `?` stay between two slashes, `**` is any number of folders, and what
    begins with a dot is matched by a dot only. Keys that end in a slash stand for folders.

    Raises:
        ConfigError: the pattern is no address of objects, nothing matches, or we are refused.
        ConnectorError: the store cannot be reached.
    """
    bucket, key = split_uri(given)
    if not key or key.endswith("/"):
        raise ConfigError(
            msg("{uri} names a folder of a bucket", uri=given),
            advice=msg("to take everything below it write {uri}**/*", uri=f"{given.rstrip('/')}/"),
        )
    pattern = Pattern.of(given)
    if pattern.literal is not None:
        # its first byte, or 416 for an empty object; what is absent is an error
        _client(from_environment()).get(bucket, key, most=1, headers={"range": "bytes=0-0"})
        return [given]
    prefix = "/".join(pattern.fixed.split("/")[3:])
    start = f"{prefix}/" if prefix else ""
    found = [uri for uri in under(bucket, start) if pattern.matches(uri)]
    if not found:
        raise ConfigError(
            msg("{pattern} matches no object", pattern=given),
            advice=msg("check the spelling; to take everything below a prefix write prefix/**/*"),
        )
    return sorted(found)


def under(bucket: str, prefix: str) -> Iterator[str]:
    """The URIs of all objects whose key begins with `prefix`."""
    for listed in listing(bucket, prefix):
        yield f"{OBJECT}{bucket}/{listed.key}"


def listing(bucket: str, prefix: str, *, one_level: bool = False) -> Iterator[Listed]:
    """Key, size and ETag of the objects below `prefix`, page by page."""
    for page in pages(_client(from_environment()), bucket, prefix, one_level=one_level):
        yield from (listed for listed in page if not listed.key.endswith("/"))


@lru_cache(maxsize=8)
def _client(access: StoreAccess) -> Client:
    return Client(access)
