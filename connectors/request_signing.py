"""Signed requests to a store that speaks S3.

Reference: AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header".
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from connectors.store_access import StoreAccess

EMPTY = hashlib.sha256(b"").hexdigest()
_ALGORITHM = "AWS4-HMAC-SHA256"


def quoted_path(path: str) -> str:
    """`path` as it is sent and signed: every octet but the unreserved ones and the slash."""
    return quote(path, safe="/-_.~")


def quoted_query(query: Mapping[str, str]) -> str:
    """`query` as it is sent and signed: sorted, with %20 for a space."""
    pairs = sorted((quote(name, safe="-_.~"), quote(v, safe="-_.~")) for name, v in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed(
    access: StoreAccess,
    *,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    at: str,
) -> dict[str, str]:
    """`headers` (with `host`; no body) and those that sign them at the moment `at`.

    `at` is written like 20130524T000000Z. Without credentials nothing is signed.
    """
    if access.key_id is None or access.secret is None:
        return dict(headers)
    every = {name.lower(): value for name, value in headers.items()}
    every |= {"x-amz-content-sha256": EMPTY, "x-amz-date": at}
    if access.token is not None:
        every["x-amz-security-token"] = access.token
    names = ";".join(sorted(every))
    lines = "".join(f"{name}:{every[name].strip()}\n" for name in sorted(every))
    request = "\n".join((method, quoted_path(path), quoted_query(query), lines, names, EMPTY))
    scope = f"{at[:8]}/{access.region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{access.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"{_ALGORITHM}\n{at}\n{scope}\n{digest}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    every["authorization"] = (
        f"{_ALGORITHM} Credential={access.key_id}/{scope},"
        f"SignedHeaders={names},Signature={signature}"
    )
    return every
