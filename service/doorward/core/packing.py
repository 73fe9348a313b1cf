"""Bytes made smaller before they are kept, and back within a bound."""

import zlib

from doorward.core.errors import Unreadable

# The quickest level: a third of the size for some tens of microseconds; the next ones save little more.
_LEVEL = 1
# What is kept is a few kilobytes. A window and tables for so much take half the time to set up that zlib's usual ones,
# made for megabytes, take; the size is the same.
_WINDOW_BITS = 13
_MEMORY_LEVEL = 6


def packed(plain: bytes) -> bytes:
    writer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    return writer.compress(plain) + writer.flush()


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
