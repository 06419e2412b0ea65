"""How the columns of an evidence table lie in its Parquet file; no digest depends on this."""

from collections.abc import Mapping

import pyarrow as pa

_RANDOM = frozenset({"text_hash_high", "text_hash_low"})
"""Whole numbers that are parts of digests."""


def layout(schema: pa.Schema) -> Mapping[str, object]:
    """What `pyarrow.parquet.write_table` is told about the columns of `schema`.

    Texts repeat, or hold digests in hexadecimal digits: a dictionary, and compression. Whole
    numbers are counts, which take as few bits as they need (DELTA_BINARY_PACKED). Digests and band
    keys hardly ever repeat and cannot be compressed: to try costs and saves nothing.
    """
    texts, counts, compressions = list[str](), list[str](), dict[str, str]()
    for field in schema:
        kind, name = field.type, field.name
        if pa.types.is_fixed_size_list(kind):
            compressions[f"{name}.list.element"] = "none"
        elif pa.types.is_fixed_size_binary(kind) or pa.types.is_int64(kind):
            compressions[name] = "none"
            if pa.types.is_int64(kind) and name not in _RANDOM:
                counts.append(name)
        else:
            compressions[name] = "zstd"
            if pa.types.is_string(kind):
                texts.append(name)
    return {
        "use_dictionary": texts,
        "column_encoding": dict.fromkeys(counts, "DELTA_BINARY_PACKED"),
        "compression": compressions,
        "compression_level": {name: 1 for name, how in compressions.items() if how == "zstd"},
    }
