"""A store, a resolver and an endpoint that mean harm; they stand in for the outside world."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors import addresses, object_client, object_listing
from connectors.object_client import ATTEMPTS, Client
from connectors.object_listing import pages
from connectors.object_store import matching, split_uri, stored
from connectors.store_access import StoreAccess
from pipelines.model.errors import AuditError, ConfigError, ConnectorError

ALLOWED = {"TDA_ALLOW_LOCAL_ENDPOINTS": "1"}


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[str]]]:
    """A server that answers every GET with `answer`: its address, and the paths it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reply(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def client(url: str, **environment: str) -> Client:
    given = {"AWS_ENDPOINT_URL": url, **ALLOWED, **environment}
    return Client(StoreAccess.of(given), sleep=lambda seconds: None)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.8.9.10",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104
        "0",
        "localhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_an_endpoint_on_this_machine_is_refused_however_it_is_written(host):
    access = StoreAccess.of({"AWS_ENDPOINT_URL": f"http://{host}:1"})
    with pytest.raises(AuditError) as caught:
        Client(access, sleep=lambda seconds: None).get("bucket", most=1)
    assert isinstance(caught.value, ConfigError), caught.value
    assert "this machine itself" in str(caught.value)
    assert "TDA_ALLOW_LOCAL_ENDPOINTS" in str(caught.value.advice)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0xa9.254.0251.0376",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "224.0.0.1",
    ],
)
@pytest.mark.parametrize("allowed", ["", "1"])
def test_metadata_and_link_local_addresses_are_refused_even_where_local_ones_are_allowed(
    host, allowed
):
    with pytest.raises(ConfigError, match="link-local or metadata"):
        client(f"http://{host}", TDA_ALLOW_LOCAL_ENDPOINTS=allowed).get("bucket", most=1)


def test_a_name_is_judged_by_every_address_it_resolves_to(monkeypatch):
    def resolver(host, port, **options):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("192.0.2.7", "127.0.0.1")
        ]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolver)
    access = StoreAccess.of({"AWS_ENDPOINT_URL": "http://store.example"})
    with pytest.raises(ConfigError, match="this machine itself"):
        Client(access).get("bucket", most=1)


def test_the_address_that_was_judged_is_the_one_that_is_called(monkeypatch):
    """A resolver that says something else the second time is not asked a second time."""
    answers = iter(["192.0.2.7", "127.0.0.1"])
    called = []

    def resolver(host, port, **options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(place, timeout):
        called.append(place)
        raise OSError("no network in this test")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolver)
    monkeypatch.setattr(object_client.socket, "create_connection", connect)
    monkeypatch.setattr(object_client, "ATTEMPTS", 1)
    access = StoreAccess.of({"AWS_ENDPOINT_URL": "http://store.example:8000"})
    with pytest.raises(ConnectorError, match="cannot be reached"):
        Client(access).get("bucket", most=1)
    assert called == [("192.0.2.7", 8000)]


def test_the_own_address_of_this_machine_is_this_machine():
    import ipaddress

    assert addresses._is_ours(ipaddress.ip_address("127.0.0.1"))
    assert not addresses._is_ours(ipaddress.ip_address("192.0.2.7"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    with answering(lambda handler: reply(handler, 200, b"secret")) as (inner, inner_asked):
        away = lambda handler: reply(handler, status, Location=f"{inner}/latest")  # noqa: E731
        with answering(away) as (url, asked), pytest.raises(ConfigError) as caught:
            client(url).get("bucket", "key", most=10)
    assert (asked, inner_asked) == (["/bucket/key"], [])
    assert "redirects are not followed" in str(caught.value.advice)


def test_a_store_that_is_busy_is_asked_a_bounded_number_of_times():
    with answering(lambda handler: reply(handler, 503)) as (url, asked):
        with pytest.raises(ConnectorError, match="HTTP 503"):
            client(url).get("bucket", "key", most=10)
        assert len(asked) == ATTEMPTS


def test_a_store_that_recovers_is_read():
    turns = iter([500, 503, 200])
    with answering(lambda handler: reply(handler, next(turns), b"here")) as (url, asked):
        assert client(url).get("bucket", "key", most=10).body == b"here"
        assert len(asked) == 3


def test_a_store_that_answers_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(object_client, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(object_client, "ATTEMPTS", 2)

    def trickle(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            for _ in range(1000):
                handler.wfile.write(b"x")
                time.sleep(0.02)
        except OSError:
            handler.close_connection = True

    with answering(trickle) as (url, _), pytest.raises(ConnectorError, match="timed out"):
        client(url).get("bucket", "key", most=1_000_000)


def test_more_than_was_asked_for_is_not_read():
    with answering(lambda handler: reply(handler, 200, b"x" * 5_000_000)) as (url, _):
        ours = client(url)
        assert len(ours.get("bucket", "key", most=1000).body) == 1000
        assert len(ours.get("bucket", "key", most=1000).body) == 1000


def test_a_closed_port_is_said_with_its_address_and_without_a_secret(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    secrets = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush-hush"}
    with pytest.raises(ConnectorError, match=f"127.0.0.1:{port} cannot be reached") as caught:
        client(f"http://127.0.0.1:{port}", **secrets).get("bucket", most=1)
    assert "hush-hush" not in str(caught.value) + str(caught.value.advice)
    assert "hush-hush" not in repr(StoreAccess.of(secrets))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>not a store</html>",
        b"no XML at all",
        b'<!DOCTYPE a [<!ENTITY b "bbbb">]><ListBucketResult>&b;</ListBucketResult>',
        b"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        b"<ListBucketResult><Contents><Key>a</Key><Size>x</Size></Contents></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated>"
        b"<NextContinuationToken>again</NextContinuationToken></ListBucketResult>",
    ],
)
def test_a_listing_that_makes_no_sense_ends_with_a_sentence(body):
    with answering(lambda handler: reply(handler, 200, body)) as (url, asked):
        with pytest.raises(ConnectorError, match="does not answer like an object store"):
            list(pages(client(url), "bucket", ""))
        assert len(asked) <= 2


def test_a_listing_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(object_listing, "MOST_OBJECTS", 50)
    numbers = iter(range(10_000))

    def page(handler):
        at = next(numbers)
        one = f"<Contents><Key>k{at}</Key><Size>1</Size></Contents>"
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{at}</NextContinuationToken>"
        reply(handler, 200, f"<ListBucketResult>{one}{more}</ListBucketResult>".encode())

    with answering(page) as (url, asked):
        with pytest.raises(ConfigError, match="more than 50 objects"):
            list(pages(client(url), "bucket", "p/"))
        assert len(asked) == 51


@pytest.mark.parametrize(
    "uri",
    [
        "s3://AKIAKEY:hush-hush@bucket/a.jsonl",
        "s3://hush-hush@bucket/*.jsonl",
        "s3://bucket:hush-hush/a.jsonl",
    ],
)
def test_credentials_in_an_address_are_refused_and_not_repeated(uri):
    for refused in (split_uri, matching, stored):
        with pytest.raises(ConfigError) as caught:
            refused(uri)
        assert "hush-hush" not in str(caught.value) + str(caught.value.advice)
        assert "AWS_SECRET_ACCESS_KEY" in str(caught.value.advice)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://",
        "s3:///key",
        "s3://b/key",
        "s3://Bucket/key",
        "s3://buck*t/key",
        "s3://bucket#x/k",
        "s3://buc\nket/k",
        "s3://localhost\\@b/k",
        "s3://bucket/" + "k" * 1025,
    ],
)
def test_what_is_no_bucket_is_refused_before_anybody_is_asked(uri, monkeypatch):
    monkeypatch.setattr(Client, "get", lambda *args, **options: pytest.fail("asked"))
    with pytest.raises(ConfigError):
        matching(uri)


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_ENDPOINT_URL": "ftp://store.example"},
        {"AWS_ENDPOINT_URL": "http://key:hush-hush@store.example"},
        {"AWS_ENDPOINT_URL": "http://store.example/path?hush-hush"},
        {"AWS_ENDPOINT_URL": "http://store.example:port"},
        {"AWS_ENDPOINT_URL": "http://store example"},
        {"AWS_REGION": "us-east-1.attacker.example/"},
        {"AWS_SECRET_ACCESS_KEY": "hush-hush"},
        {"TDA_S3_ADDRESSING": "hush-hush"},
    ],
)
def test_an_environment_nobody_can_follow_is_refused_without_repeating_it(environment):
    with pytest.raises(ConfigError) as caught:
        StoreAccess.of(environment)
    assert "hush-hush" not in str(caught.value) + str(caught.value.advice)
