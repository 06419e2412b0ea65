"""A store, a resolver and an endpoint that mean harm; they stand in for the outside world."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors import object_client, object_listing
from connectors.object_client import ATTEMPTS, Client
from connectors.object_listing import pages
from connectors.object_store import matching, split_uri, stored
from connectors.store_access import StoreAccess
from pipelines.model.errors import ConfigError, ConnectorError

sys.path.insert(0, str(Path(__file__).parent))

from store_client import client


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
