"""Licence statements as SPDX expressions, where they are one."""

import re
from functools import cache, lru_cache

from license_expression import (  # type: ignore[import-untyped]
    ExpressionError,
    Licensing,
    get_spdx_licensing,
)

LONGEST = 500
_REFERENCE = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")


@lru_cache(maxsize=4096)
def normalise(stated: str) -> str | None:
    """The SPDX expression that `stated` is, in SPDX spelling; None for free text.

    `LicenseRef-…` counts as an identifier, as it does in SPDX; what it refers to is the licence
    text. Deprecated identifiers come back under their present name (`GPL-2.0` as `GPL-2.0-only`).

    Reference: SPDX specification 2.3, annex D (licence expressions).
    """
    if not stated.strip() or len(stated) > LONGEST:
        return None
    try:
        expression = _licensing().parse(stated, strict=True)
        unknown = _licensing().unknown_license_keys(expression)
    except ExpressionError:
        return None
    if not all(_REFERENCE.fullmatch(key) for key in unknown):
        return None
    return str(expression.render())


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()
