"""A client of a store that runs on this machine."""

from connectors.object_client import Client
from connectors.store_access import StoreAccess

ALLOWED = {"TDA_ALLOW_LOCAL_ENDPOINTS": "1"}


def client(url: str, **environment: str) -> Client:
    given = {"AWS_ENDPOINT_URL": url, **ALLOWED, **environment}
    return Client(StoreAccess.of(given), sleep=lambda seconds: None)
