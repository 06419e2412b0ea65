"""Requests to an object store: checked address, no redirects, bounded time, size and attempts."""

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.addresses import resolve
from connectors.object_errors import changed, refused, unreachable
from connectors.request_signing import quoted_path, quoted_query, signed
from connectors.store_access import StoreAccess
from pipelines.model.errors import AuditError

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
ANSWER_SECONDS = 300.0
"""For a whole answer: a store that sends a byte now and then does not hold us."""
ATTEMPTS = 4
_BUSY = frozenset((429, 500, 502, 503, 504))
_PIECE = 256 * 1024
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,60})</Code>")
_USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the store said to a request that it did not refuse."""

    status: int
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes


class Client:
    """Speaks to one store; safe to use from several threads, each with its own connection."""

    def __init__(self, access: StoreAccess, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.access = access
        self._sleep = sleep
        self._threads = threading.local()

    def get(
        self,
        bucket: str,
        key: str = "",
        *,
        most: int,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The first `most` bytes of the answer to a GET of the object, or of the bucket.

        416 (a range outside the object) is an answer; every other status above 299 is an error.

        Raises:
            ConfigError: the address, the credentials or the names are not those of an object.
            ConnectorError: the store could not be reached, or did not answer as one.
            EvidenceError: the object is not the one `headers` ask for (If-Match).
        """
        problem = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._sleep(0.2 * 2 ** (attempt - 1))
            try:
                answer = self._ask(bucket, key, query or {}, headers or {}, most)
            except ssl.SSLCertVerificationError as error:
                self._close()
                raise unreachable(self.access, error.verify_message) from error
            except (OSError, http.client.HTTPException) as error:
                self._close()
                problem = _described(error)
                continue
            if answer.status in _BUSY:
                problem = f"HTTP {answer.status}"
                continue
            if answer.status < 300 or answer.status == 416:
                return answer
            raise self._error(answer, bucket, key)
        raise unreachable(self.access, problem)

    def _error(self, answer: Answer, bucket: str, key: str) -> AuditError:
        if answer.status == 412:
            return changed(f"s3://{bucket}/{key}")
        found = _CODE.search(answer.body)
        code = found.group(1).decode() if found else f"HTTP {answer.status}"
        return refused(answer.status, code, bucket, key)

    def _ask(
        self,
        bucket: str,
        key: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        most: int,
    ) -> Answer:
        host, path = self.access.place(bucket, key)
        connection = self._connection(host)
        port = self.access.parts.port
        shown = f"[{host}]" if ":" in host else host
        asked = {"host": f"{shown}:{port}" if port else shown, **headers}
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        sent = signed(self.access, method="GET", path=path, query=query, headers=asked, at=at)
        target = quoted_path(path) + (f"?{quoted_query(query)}" if query else "")
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = _read(response, most)
        if not response.isclosed():
            self._close()  # more than we asked for: the rest is not waited for
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=found, body=body)

    def _connection(self, host: str) -> http.client.HTTPConnection:
        """The open connection of this thread to `host`, else a new one."""
        kept: tuple[str, http.client.HTTPConnection] | None = getattr(self._threads, "kept", None)
        if kept is not None and kept[0] == host:
            return kept[1]
        self._close()
        parts = self.access.parts
        port = parts.port or _USUAL_PORT[parts.scheme]
        places = resolve(host, port, local_allowed=self.access.local_allowed)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            connection = _Secure(host, port, timeout=READ_SECONDS)
        else:
            connection = http.client.HTTPConnection(host, port, timeout=READ_SECONDS)
        connection.sock = _connected(places)
        if isinstance(connection, _Secure):
            connection.wrap()
        self._threads.kept = (host, connection)
        return connection

    def _close(self) -> None:
        kept: tuple[str, http.client.HTTPConnection] | None = getattr(self._threads, "kept", None)
        if kept is not None:
            kept[1].close()
            self._threads.kept = None


class _Secure(http.client.HTTPConnection):
    """TLS over a socket that is connected already; the certificate must be that of the host."""

    def wrap(self) -> None:
        """Speak TLS from here on."""
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _connected(places: list[tuple[str, int]]) -> socket.socket:
    """A socket connected to the first of `places` that answers."""
    last: OSError = OSError("no address")
    for place in places:
        try:
            connected = socket.create_connection(place, timeout=CONNECT_SECONDS)
        except OSError as error:
            last = error
            continue
        connected.settimeout(READ_SECONDS)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected
    raise last


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    deadline = time.monotonic() + ANSWER_SECONDS
    body = bytearray()
    while len(body) < most and (piece := response.read1(min(_PIECE, most - len(body)))):
        body += piece
        if time.monotonic() > deadline:
            raise TimeoutError("the answer takes too long")
    if response.length and len(body) < most:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(body)


def _described(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timed out"
    text = getattr(error, "strerror", None)
    return str(text) if text else type(error).__name__
