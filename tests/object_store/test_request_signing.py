from types import SimpleNamespace

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.request_signing import quoted_path, quoted_query, signed
from connectors.store_access import StoreAccess

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
AT = "20130524T000000Z"


def test_the_published_example_of_a_ranged_get_has_the_published_signature():
    """AWS, "Signature Calculations for the Authorization Header", example GET Object."""
    headers = signed(
        StoreAccess.of(KEYS),
        method="GET",
        path="/test.txt",
        query={},
        headers={"host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9"},
        at=AT,
    )
    assert headers["authorization"].endswith(
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_the_published_example_of_a_listing_has_the_published_signature():
    """The same page, example GET Bucket (List Objects)."""
    headers = signed(
        StoreAccess.of(KEYS),
        method="GET",
        path="/",
        query={"max-keys": "2", "prefix": "J"},
        headers={"host": "examplebucket.s3.amazonaws.com"},
        at=AT,
    )
    assert headers["authorization"].endswith(
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )


KEY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@settings(max_examples=50, deadline=None)
@given(key=KEY, prefix=KEY, token=st.sampled_from(["", "session/token+="]))
def test_any_key_and_query_is_signed_as_the_reference_client_signs_it(key, prefix, token):
    access = StoreAccess.of({**KEYS, "AWS_SESSION_TOKEN": token})
    query = {"list-type": "2", "prefix": prefix}
    headers = {"host": "store.example:9000", "range": "bytes=0-9"}
    path = f"/bucket/{key}"
    ours = signed(access, method="GET", path=path, query=query, headers=headers, at=AT)
    url = f"https://store.example:9000{quoted_path(path)}?{quoted_query(query)}"
    request = botocore.awsrequest.AWSRequest("GET", url, {"range": "bytes=0-9"})
    request.context["timestamp"] = AT
    request.headers["X-Amz-Date"] = AT
    request.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    if token:
        request.headers["X-Amz-Security-Token"] = token
    keys = botocore.credentials.Credentials(access.key_id, access.secret, token or None)
    reference = botocore.auth.S3SigV4Auth(keys, "s3", access.region)
    canonical = reference.canonical_request(request)
    text = reference.string_to_sign(request, canonical)
    signature = reference.signature(text, request)
    assert ours["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize(
    ("environment", "bucket", "expected"),
    [
        ({}, "data", ("data.s3.us-east-1.amazonaws.com", "/a/b")),
        ({}, "data.v1", ("s3.us-east-1.amazonaws.com", "/data.v1/a/b")),
        ({"AWS_REGION": "cn-north-1"}, "data", ("data.s3.cn-north-1.amazonaws.com.cn", "/a/b")),
        ({"AWS_ENDPOINT_URL": "https://minio.lan:9000"}, "data", ("minio.lan", "/data/a/b")),
        (
            {"AWS_ENDPOINT_URL": "https://oss.example", "TDA_S3_ADDRESSING": "virtual"},
            "data",
            ("data.oss.example", "/a/b"),
        ),
    ],
)
def test_an_object_is_addressed_as_its_store_wants_it(environment, bucket, expected):
    assert StoreAccess.of(environment).place(bucket, "a/b") == expected


def test_without_credentials_nothing_is_signed():
    headers = {"host": "store.example"}
    access = SimpleNamespace(key_id=None, secret=None, token=None)
    assert StoreAccess.of({}).key_id is access.key_id
    assert signed(StoreAccess.of({}), method="GET", path="/", query={}, headers=headers, at=AT) == (
        headers
    )
