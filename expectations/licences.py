"""What a licence expression allows, as a first sorting for somebody who decides."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from license_expression import (  # type: ignore[import-untyped]
    AND,
    OR,
    ExpressionError,
    LicenseWithExceptionSymbol,
    Licensing,
)

from expectations.terms import Terms


def terms_of(expression: str | None) -> Terms:
    """The class of an SPDX expression: of AND the most restrictive part, of OR the freest.

    Where one branch of an OR is unknown and another is restrictive, the licensee may still be
    free under the first: the answer is unknown.
    """
    if expression is None:
        return Terms.UNKNOWN
    try:
        parsed = Licensing().parse(expression[:2000])
    except ExpressionError:
        return Terms.UNKNOWN
    return Terms.UNKNOWN if parsed is None else _class(parsed)


def _class(node: object) -> Terms:
    if isinstance(node, AND | OR):
        parts = [_class(part) for part in node.args]
        order = list(Terms).index
        return max(parts, key=order) if isinstance(node, AND) else min(parts, key=order)
    if isinstance(node, LicenseWithExceptionSymbol):
        node = node.license_symbol
    return _table().get(str(getattr(node, "key", "")).casefold(), Terms.UNKNOWN)


@cache
def _table() -> Mapping[str, Terms]:
    text = (files("expectations") / "licences.toml").read_text(encoding="utf-8")
    return {
        spdx.casefold(): Terms(terms)
        for terms, held in tomllib.loads(text).items()
        for spdx in held
    }
