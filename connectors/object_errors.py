"""What can be wrong with a store, a bucket or an object, and what to do about it."""

from connectors.store_access import StoreAccess
from pipelines.model.errors import AuditError, ConfigError, ConnectorError, EvidenceError
from pipelines.model.message import msg


def unreachable(access: StoreAccess, problem: str) -> ConnectorError:
    """The store never answered as one."""
    return ConnectorError(
        msg(
            "the object store {endpoint} cannot be reached: {problem}",
            endpoint=access.endpoint,
            problem=problem,
        ),
        advice=msg("check AWS_ENDPOINT_URL and the network, then run it again"),
    )


def refused(status: int, code: str, bucket: str, key: str) -> AuditError:
    """The store answered with `status` and its own word `code`."""
    name = _name(bucket, key)
    if status in (301, 302, 303, 307, 308):
        return ConfigError(
            msg("the object store sends us elsewhere for the bucket {bucket}", bucket=bucket),
            advice=msg("redirects are not followed: set AWS_REGION or AWS_ENDPOINT_URL"),
        )
    if status in (401, 403):
        return ConfigError(
            msg("the object store refuses us {name} ({code})", name=name, code=code),
            advice=msg(
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that "
                "they may list the bucket and read its objects"
            ),
        )
    if status == 404:
        return ConfigError(
            msg(
                "there is no {name} in the object store ({code})",
                name=name,
                code=code,
            ),
            advice=msg("check the spelling of bucket and key, and AWS_ENDPOINT_URL"),
        )
    return ConnectorError(
        msg("the object store fails on {name} ({code})", name=name, code=code),
        advice=msg("see what the store says about it, then run it again"),
    )


def changed(name: str) -> EvidenceError:
    """The object is another one than before."""
    return EvidenceError(
        msg("{file} was changed while it was being audited", file=name),
        advice=msg("audit again once nothing writes to the files any more"),
    )


def odd_answer(access: StoreAccess) -> ConnectorError:
    """What answered is no object store."""
    return ConnectorError(
        msg("{endpoint} does not answer like an object store", endpoint=access.endpoint),
        advice=msg("check AWS_ENDPOINT_URL: it names a store that speaks S3"),
    )


def _name(bucket: str, key: str) -> str:
    return f"s3://{bucket}/{key}" if key else f"s3://{bucket}"
