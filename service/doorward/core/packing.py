"""Bytes made smaller before they are kept, and back within a bound."""

import zlib

from doorward.core.errors import Unreadable

# The quickest level: a third of the size for some tens of microseconds; the next ones save little more.
_LEVEL = 1


def packed(plain: bytes) -> bytes:
    return zlib.compress(plain, _LEVEL)


def unpacked(small: bytes, *, at_most: int) -> bytes:
    """Return what was packed; Unreadable for anything else, and for what would be larger than *at_most* bytes."""
    reader = zlib.decompressobj()
    try:
        plain = reader.decompress(small, at_most)
    except zlib.error:
        raise Unreadable("bytes that are not packed as they should be") from None
    if not reader.eof:
        raise Unreadable("packed bytes that end too early, or hold too much")
    return plain
