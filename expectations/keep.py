"""The criteria by which one of several equal or near records is kept."""

from enum import StrEnum


class Keep(StrEnum):
    """By what one record of several with equal or near texts is preferred."""

    FIRST = "first"
    """The earlier file and row."""
    BETTER_LICENCE = "better_licence"
    """The class of terms of its source that comes first in `licence_order`."""
    EARLIER_SOURCE = "earlier_source"
    """The source collected on an earlier day; one that states no day comes last."""
    LONGER_TEXT = "longer_text"
    """More code points after normalisation."""
