"""Bytes made smaller before they are kept, and back within a bound."""

import zlib

from doorward.core.errors import Unreadable

# Level 1 is no quicker over texts that share so much, and leaves a tenth more; level 3 takes a tenth longer.
_LEVEL = 2
# What is kept is a few kilobytes. A window and tables for so much take half the time to set up that zlib's usual ones,
# made for megabytes, take; the size is the same.
_WINDOW_BITS = 13
_MEMORY_LEVEL = 6


class Packing:
    """Packs texts that share many *words* with one another: what stands there need not be said again.

    The words belong to what is kept: what was packed with some is read with the same ones alone. So *earlier* ones are
    there for reading.
    """

    def __init__(self, words: bytes, *earlier: bytes) -> None:
        self._words = {zlib.adler32(each): each for each in (words, *earlier)}
        # Taking the words in takes as long as packing a record, so it is done once.
        self._begun = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL, zdict=words)

    def packed(self, plain: bytes) -> bytes:
        writer = self._begun.copy()
        return writer.compress(plain) + writer.flush()

    def unpacked(self, small: bytes, *, at_most: int) -> bytes:
        """Return what was packed, with these words or with none; Unreadable for anything else.

        So is what would be larger than *at_most* bytes.
        """
        reader = zlib.decompressobj(zdict=self._words.get(_words_of(small), b""))
        try:
            plain = reader.decompress(small, at_most)
        except zlib.error:
            raise Unreadable("bytes that are not packed as they should be") from None
        if not reader.eof:
            raise Unreadable("packed bytes that end too early, or hold too much")
        return plain


def _words_of(small: bytes) -> int:
    """Return the Adler-32 of the words that *small* names; means nothing where it was packed with none (RFC 1950)."""
    return int.from_bytes(small[2:6], "big")
