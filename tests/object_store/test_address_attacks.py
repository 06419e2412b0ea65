"""Which addresses are called: none of this machine or its metadata, by whatever name."""

import socket
import sys
from pathlib import Path

import pytest

from connectors import addresses, object_client
from connectors.object_client import Client
from connectors.store_access import StoreAccess
from pipelines.model.errors import AuditError, ConfigError, ConnectorError

sys.path.insert(0, str(Path(__file__).parent))

from store_client import client


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
