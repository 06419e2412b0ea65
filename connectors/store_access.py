"""Which object store is spoken to and as whom: from the environment, never from a manifest."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

DEFAULT_REGION = "us-east-1"
ADDRESSINGS = ("path", "virtual")
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_NAME_WITHOUT_DOTS = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAccess:
    """Address and credentials of an object store that speaks S3."""

    endpoint: str
    """`https://host` or `http://host`, a port where it is not the usual one."""
    region: str
    addressing: str
    """`path` (host/bucket/key), or `virtual` (bucket.host/key)."""
    key_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    """Without one requests are not signed: what is public can be read."""
    token: str | None = field(default=None, repr=False)
    local_allowed: bool = False
    """Whether the store may run on this machine."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "StoreAccess":
        """The access the variables AWS_… and TDA_… describe, as AWS's own tools name them.

        The metadata service of a cloud machine is never asked for credentials.

        Raises:
            ConfigError: a variable nobody can follow; its message holds no value of a secret.
        """

        def stated(*names: str) -> str | None:
            return next((environment[name].strip() for name in names if environment.get(name)), "")

        region = stated("AWS_REGION", "AWS_DEFAULT_REGION") or DEFAULT_REGION
        if not _REGION.fullmatch(region):
            raise ConfigError(
                msg("AWS_REGION is not the name of a region"),
                advice=msg("write it like us-east-1 or cn-north-1"),
            )
        key_id, secret = stated("AWS_ACCESS_KEY_ID"), stated("AWS_SECRET_ACCESS_KEY")
        if bool(key_id) != bool(secret):
            raise ConfigError(
                msg("one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is missing"),
                advice=msg("set both, or neither for a public bucket"),
            )
        named = stated("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
        return cls(
            endpoint=_endpoint(named) if named else _amazon(region),
            region=region,
            addressing=_addressing(stated("TDA_S3_ADDRESSING"), custom=bool(named)),
            key_id=key_id or None,
            secret=secret or None,
            token=stated("AWS_SESSION_TOKEN") or None,
            local_allowed=stated("TDA_ALLOW_LOCAL_ENDPOINTS") == "1",
        )

    @property
    def parts(self) -> SplitResult:
        """The endpoint in parts."""
        return urlsplit(self.endpoint)

    def place(self, bucket: str, key: str) -> tuple[str, str]:
        """Host (without port) and path, not yet quoted, of an object; of the bucket without key."""
        host = self.parts.hostname or ""
        if self.addressing == "virtual" and _NAME_WITHOUT_DOTS.fullmatch(bucket):
            return f"{bucket}.{host}", f"/{key}"
        return host, f"/{bucket}/{key}" if key else f"/{bucket}"


def from_environment() -> StoreAccess:
    """The access this process has been given."""
    return StoreAccess.of(os.environ)


def _amazon(region: str) -> str:
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://s3.{region}.amazonaws.com{suffix}"


def _addressing(stated: str | None, *, custom: bool) -> str:
    if not stated:
        return "path" if custom else "virtual"
    if stated not in ADDRESSINGS:
        raise ConfigError(
            msg("TDA_S3_ADDRESSING is neither path nor virtual"),
            advice=msg("write virtual for a store that wants the bucket in the host name"),
        )
    return stated


def _endpoint(given: str) -> str:
    """`given` as scheme, host and port."""
    try:
        parts = urlsplit(given)
        port = parts.port
        host = parts.hostname or ""
    except ValueError as error:
        raise _no_endpoint() from error
    odd = parts.username or parts.password or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not host or odd or parts.path not in ("", "/"):
        raise _no_endpoint()
    if not _is_address(host) and not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", host):
        raise _no_endpoint()
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _no_endpoint() -> ConfigError:
    return ConfigError(
        msg("AWS_ENDPOINT_URL is not the address of an object store"),
        advice=msg("write https://host or https://host:port; credentials have their own variables"),
    )
