"""Templates compiled once for both languages: that takes longer than to fill them in."""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """What Jinja has compiled, kept in memory by name and checksum of the source.

    A template says nothing in a language of its own: all its words pass through functions that are
    looked up when it is filled in.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Jinja finds in `bucket` what has been compiled before, unless the source has changed."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """What has been compiled is kept."""
        self._kept[bucket.key] = bucket.bytecode_to_string()
