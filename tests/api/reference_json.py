"""A second reader of I-JSON, written from RFC 8259 and RFC 7493 alone, slow and plain, to hold the first against."""

import math
import re
from typing import Any

MAX_DEPTH = 32
MAX_MEMBERS = 512
MAX_INTEGER = 2**53 - 1

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


class Refused(Exception):
    """The bytes are no I-JSON, or past a bound."""


def reference_json(raw: bytes) -> Any:
    """Return what *raw* says, or raise Refused."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused from None
    reader = _Reader(text)
    value = reader.value(depth=1)
    if reader.place != len(text):
        raise Refused
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.skip()

    def skip(self) -> None:
        self.place = _SPACE.match(self.text, self.place).end()

    def take(self, word: str) -> bool:
        """Step over *word* and the space after it, where it stands here."""
        if not self.text.startswith(word, self.place):
            return False
        self.place += len(word)
        self.skip()
        return True

    def demand(self, word: str) -> None:
        if not self.take(word):
            raise Refused

    def value(self, depth: int) -> Any:
        if self.text.startswith(("{", "["), self.place) and depth > MAX_DEPTH:
            raise Refused
        if self.take("{"):
            return self.members(depth)
        if self.take("["):
            return self.items(depth)
        if self.text.startswith('"', self.place):
            return self.string()
        for word, value in _WORDS.items():
            if self.take(word):
                return value
        return self.number()

    def members(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not (not found and self.take("}")):
            name = self.string()
            self.demand(":")
            if name in found or len(found) == MAX_MEMBERS:
                raise Refused
            found[name] = self.value(depth + 1)
            if self.take("}"):
                break
            self.demand(",")
        return found

    def items(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not (not found and self.take("]")):
            found.append(self.value(depth + 1))
            if self.take("]"):
                break
            self.demand(",")
        return found

    def string(self) -> str:
        written = self.matched(_STRING)
        units = _ESCAPE.sub(lambda each: chr(int(each[1], 16)) if each[1] else _SHORT.get(each[2], each[2]), written)
        try:
            # Halves that an escape wrote one after the other are one character; a half alone is none.
            return units[1:-1].encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise Refused from None

    def number(self) -> int | float:
        start = self.place
        written = self.matched(_NUMBER)
        fraction, exponent = _NUMBER.match(self.text, start).groups()
        if fraction is None and exponent is None:
            if len(written) > 17 or abs(int(written)) > MAX_INTEGER:
                raise Refused
            return int(written)
        if not math.isfinite(float(written)):
            raise Refused
        return float(written)

    def matched(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        if found is None:
            raise Refused
        self.place = found.end()
        self.skip()
        return found[0]
