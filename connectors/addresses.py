"""Where a host name leads, and that it does not lead back into this machine or its cloud.

The name is resolved once; every address it has is judged, and the connection goes to a judged one:
a name that resolves to something else a moment later gains nothing.
"""

import errno
import ipaddress
import socket

from pipelines.model.errors import ConfigError, ConnectorError
from pipelines.model.message import msg

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
)
"""Services that hand credentials to whoever asks from the machine, outside the link-local range."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int, *, local_allowed: bool) -> list[tuple[str, int]]:
    """The addresses of `host`, in the order the resolver prefers.

    Raises:
        ConfigError: one of them is this machine's, link-local or of no use as an endpoint.
        ConnectorError: the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConnectorError(
            msg("the host {host} of the object store cannot be found", host=host),
            advice=msg("check AWS_ENDPOINT_URL and the name service of this machine"),
        ) from error
    places = list(dict.fromkeys((str(entry[4][0]), int(entry[4][1])) for entry in found))
    for text, _ in places:
        _judge(ipaddress.ip_address(text.partition("%")[0]), host, local_allowed=local_allowed)
    return places


def _judge(address: Address, host: str, *, local_allowed: bool) -> None:
    one = _meant(address)
    if one in _METADATA or one.is_link_local or one.is_multicast or _is_odd(one):
        raise ConfigError(
            msg("the endpoint {host} leads to a link-local or metadata address", host=host),
            advice=msg("set AWS_ENDPOINT_URL to the address of an object store"),
        )
    if not local_allowed and (one.is_loopback or one.is_unspecified or _is_ours(one)):
        raise ConfigError(
            msg("the endpoint {host} leads to this machine itself", host=host),
            advice=msg(
                "set AWS_ENDPOINT_URL to another machine, or TDA_ALLOW_LOCAL_ENDPOINTS=1 "
                "if the store really runs here"
            ),
        )


def _is_odd(address: Address) -> bool:
    """Whether no host has `address`; loopback is in a range the library calls reserved too."""
    return address.is_reserved and not (address.is_loopback or address.is_unspecified)


def _meant(address: Address) -> Address:
    """The IPv4 address that `address` carries inside, else `address`."""
    if not isinstance(address, ipaddress.IPv6Address) or int(address) in (0, 1):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and (address in _NAT64 or int(address) >> 32 == 0):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _is_ours(address: Address) -> bool:
    """Whether an interface of this machine has `address`: only then can a socket be bound to it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError as error:
        return error.errno == errno.EACCES
    return True
