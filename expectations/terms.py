"""Classes of licence terms."""

from enum import StrEnum


class Terms(StrEnum):
    """What terms allow, the most restrictive last."""

    OPEN = "open"
    SHARE_ALIKE = "share_alike"
    UNKNOWN = "unknown"
    NO_DERIVATIVES = "no_derivatives"
    NON_COMMERCIAL = "non_commercial"
