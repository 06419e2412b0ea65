"""The list of a bucket, page by page, from XML that is not trusted.

Reference: Amazon S3 API, ListObjectsV2.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from connectors.object_client import Client
from connectors.object_errors import odd_answer
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

MOST_OBJECTS = 1_000_000
"""In one listing; more are asked for by narrower patterns."""
PAGE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Listed:
    """One object as the listing gives it."""

    key: str
    size: int
    etag: str


def pages(
    client: Client, bucket: str, prefix: str, *, one_level: bool = False
) -> Iterator[list[Listed]]:
    """The objects whose key begins with `prefix`, with `one_level` only down to the next slash.

    Raises:
        ConfigError: there are more than MOST_OBJECTS, or the store refuses us.
        ConnectorError: the store cannot be reached, or does not answer as one.
    """
    query = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
    if one_level:
        query["delimiter"] = "/"
    count = 0
    seen: set[str] = set()
    while True:
        answer = client.get(bucket, most=PAGE_BYTES, query=query)
        root = _parsed(client, answer.body)
        try:
            page = _objects(root)
        except (KeyError, ValueError) as error:
            raise odd_answer(client.access) from error
        count += len(page)
        if count > MOST_OBJECTS:
            raise ConfigError(
                msg(
                    "more than {limit} objects lie below s3://{bucket}/{prefix}",
                    limit=MOST_OBJECTS,
                    bucket=bucket,
                    prefix=prefix,
                ),
                advice=msg("name a narrower prefix before the first wildcard"),
            )
        yield page
        token = root.findtext("NextContinuationToken") or ""
        if root.findtext("IsTruncated") != "true":
            return
        if not token or token in seen:  # it would turn in a circle
            raise odd_answer(client.access)
        seen.add(token)
        query = {**query, "continuation-token": token}


def _parsed(client: Client, body: bytes) -> ET.Element:
    if len(body) >= PAGE_BYTES or b"<!DOCTYPE" in body:
        raise odd_answer(client.access)
    try:
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        raise odd_answer(client.access) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "ListBucketResult":
        raise odd_answer(client.access)
    return root


def _objects(root: ET.Element) -> list[Listed]:
    quoted = root.findtext("EncodingType") == "url"
    page = []
    for element in root.iterfind("Contents"):
        fields: Mapping[str, str] = {child.tag: child.text or "" for child in element}
        key = unquote_plus(fields["Key"], errors="strict") if quoted else fields["Key"]
        page.append(Listed(key, int(fields["Size"]), fields.get("ETag", "")))
    return page
