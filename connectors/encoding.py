"""Which encoding a file of text is in, and its bytes made fit for cutting at ASCII characters."""

import codecs
from collections.abc import Callable, Iterable, Iterator

from connectors.compression import BrokenStream
from pipelines.model.errors import ConfigError
from pipelines.model.message import msg

_MARKS = b'\n\r\t",;'
_ASCII_PROBES = (bytes(range(128)), b"\x1b$B!!\x1b(B", b"\x1b$)C\x0e!!\x0f")
"""ASCII characters, also those that switch the meaning of others in the ISO 2022 encodings."""
_NOT_FOR_FILES = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
_INVALID = "training-data-audit-invalid"
_NO_UTF8 = b"\xff"


def declared(encoding: str) -> str:
    """The codec name of a declared encoding.

    Raises:
        ConfigError: Python knows no text encoding of that name.
    """
    try:
        codec = codecs.lookup(encoding)
    except (LookupError, ValueError) as error:
        raise _unknown(encoding) from error
    # the register also holds bytes-to-bytes codecs such as zlib, and escapes of several kinds
    if not getattr(codec, "_is_text_encoding", True) or codec.name in _NOT_FOR_FILES:
        raise _unknown(encoding)
    # the byte order mark is taken off the file, not off every record
    return "utf-8" if codec.name == "utf-8-sig" else codec.name


def _unknown(encoding: str) -> ConfigError:
    return ConfigError(
        msg("There is no text encoding named {encoding}.", encoding=encoding[:40]),
        advice=msg("Declare for example utf-8, gb18030, big5 or utf-16, or nothing."),
    )


def guessed(content: Callable[[], Iterable[bytes]]) -> str:
    """`utf-8`, or `gb18030` where the whole content decodes as that and not as UTF-8.

    Reads `content()` once, and once more where it is no UTF-8. A content that breaks off is
    judged by what comes before the break, without the character it ends in.
    """
    if not _decodes(content(), "utf-8") and _decodes(content(), "gb18030"):
        return "gb18030"
    return "utf-8"


def _decodes(content: Iterable[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        try:
            for chunk in content:
                decoder.decode(chunk)
        except BrokenStream:
            return True
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_transparent(encoding: str) -> bool:
    """Whether line feeds, quotes and delimiters are themselves in `encoding`, always.

    True of UTF-8, the ISO 8859 and GB families, Big5; not of UTF-16 or ISO 2022.
    """
    try:
        if any(probe.decode(encoding) != probe.decode("ascii") for probe in _ASCII_PROBES):
            return False
    except UnicodeDecodeError:
        return False
    pairs = (bytes((lead, mark)) for lead in range(128, 256) for mark in _MARKS)
    return not any(_is_one_character(pair, encoding) for pair in pairs)


def _is_one_character(pair: bytes, encoding: str) -> bool:
    try:
        return len(pair.decode(encoding)) == 1
    except UnicodeDecodeError:
        return False


def as_utf8(content: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """`content` in UTF-8; what `encoding` cannot decode becomes bytes that are no UTF-8 either."""
    codecs.register_error(_INVALID, _mark_invalid)
    decoder = codecs.getincrementaldecoder(encoding)(_INVALID)
    try:
        for chunk in content:
            if part := decoder.decode(chunk):
                yield part.encode("utf-8", "surrogatepass")
        if part := decoder.decode(b"", final=True):
            yield part.encode("utf-8", "surrogatepass")
    except UnicodeError:  # UTF-16 or UTF-32 without a mark: nobody says which byte comes first
        yield _NO_UTF8


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\ud800", error.end
