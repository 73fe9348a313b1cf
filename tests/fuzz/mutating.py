"""Makes one input of another: the ways in which bytes go wrong, by chance or by somebody's will."""

import random
from collections.abc import Callable, Sequence

# What breaks parsers of any language: ends of ranges, deep nesting, other alphabets, what ends a line or a text.
WORDS = (
    *(b"\0", b"\xff", b"\xc3\x28", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\n", b"\r\n", b"\t", b" ", b'"', b"'", b"\\"),
    *(b"[", b"]", b"{", b"}", b"(", b")", b"<", b">", b",", b":", b";", b"=", b"&", b"*", b"!", b"#", b"%", b"@"),
    *(b"-1", b"0", b"1e999", b"-0", b"1e-999", b"NaN", b"Infinity", b"null", b"true", b"[]", b"{}", b'""', b"0x10"),
    *(b"9" * 20, b"9" * 400, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"18446744073709551616"),
    *(b"\\ud800", b"\\u0000", b"%00", b"%ff", b"../", b"\xd9\xa3", b"\xe2\x80\xae", b"!!python/object", b"&a [*a]"),
    *(b"1970-01-01T00:00:00Z", b"9999-12-31T23:59:60Z", b"0001-01-01T00:00:00+14:00"),
)

Way = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _flip(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = chance.randrange(max(1, len(data)))
    return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]


def _drop(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.randrange(1, 12) :]


def _cut_off(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: _place(data, chance)]


def _put_in(data: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.choice(words) + data[at:]


def _put_over(data: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    at, word = _place(data, chance), chance.choice(words)
    return data[:at] + word + data[at + len(word) :]


def _repeat(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    at = _place(data, chance)
    piece = data[at : at + chance.randrange(1, 24)]
    return data[:at] + piece * chance.choice((2, 3, 17, 200)) + data[at:]


def _swap_pieces(data: bytes, chance: random.Random, _: Sequence[bytes]) -> bytes:
    one, two = sorted((_place(data, chance), _place(data, chance)))
    return data[:one] + data[two:] + data[one:two]


WAYS: tuple[Way, ...] = (_flip, _drop, _cut_off, _put_in, _put_in, _put_over, _repeat, _swap_pieces)


def mutated(data: bytes, chance: random.Random, words: Sequence[bytes], *, most: int) -> bytes:
    """Return *data* changed in one to four ways, of at most *most* bytes."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        data = chance.choice(WAYS)(data, chance, words)[:most]
    return data
