"""JSON objects out of text that comes in pieces: one array, pages of an API, objects one after the other.

No piece is held for longer than it takes to read the objects in it, so that an array may be longer than memory.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# What files of logs and pages of an API call the array of their entries.
WRAPPED = ("Records", "records", "value", "logs")

_STRING = r'"(?:[^"\\]|\\.)*"'
_PLAIN = rf"(?:{_STRING}|-?[0-9][0-9.eE+-]*|true|false|null)"
_WRAPPER = re.compile(rf'\{{\s*(?:{_STRING}\s*:\s*{_PLAIN}\s*,\s*)*"(?:{"|".join(WRAPPED)})"\s*:\s*\[')
# What stands between objects: brackets of arrays, the end of a page, and the page's plain values.
_BETWEEN = re.compile(rf"(?:[\s,\[\]}}]|{_STRING}\s*:\s*{_PLAIN}(?=\s*[,}}]))*")
# Where the next object may begin after one that is broken. Only the last line break before it is tried, and nothing is
# given back: a broken object with a million line breaks must not be read a million times.
_AGAIN = re.compile(r"(?:\n[^\S\n]*+|[}\]]\s*+,\s*+)(?=\{)")

# A word or an escape that is cut off is wrong from its beginning on.
_LONGEST_WORD = 16

NOT_JSON = "no JSON"
NO_OBJECT = "no JSON object"
TOO_DEEP = "nested too deeply"


@dataclass(frozen=True, slots=True)
class Broken:
    """What stands at a place and is no object; *reason* says why, and holds nothing of it."""

    reason: str


def _refuse(_: str) -> Any:
    raise ValueError(NOT_JSON)


# NaN and Infinity are no JSON, whatever Python thinks.
_DECODER = json.JSONDecoder(parse_constant=_refuse)


def objects_of_line(line: bytes) -> list[Json | Broken]:
    """Return the objects of one line: itself, or the entries of the array or page that it is."""
    try:
        found = _DECODER.decode(line.decode())
    except RecursionError:
        return [Broken(TOO_DEEP)]
    except ValueError:  # no UTF-8 as well
        return [Broken(NOT_JSON)]
    if isinstance(found, dict):
        inner = _wrapped(found)
        return [found] if inner is None else _objects(inner)
    return _objects(found) if isinstance(found, list) else [Broken(NO_OBJECT)]


def is_wrapper(text: str) -> bool:
    """Answer whether *text* begins with a page or a file of logs: an object with an array of entries."""
    return _WRAPPER.match(text) is not None


def objects_of_text(pieces: Iterable[str], *, most: int) -> Iterator[Json | Broken]:
    """Return the objects of a whole text; one that is longer than *most* characters is broken."""
    source = _Text(pieces)
    while source.skip(_BETWEEN):
        if source.begins(_WRAPPER):
            continue
        found = source.object(most)
        if isinstance(found, Broken):
            source.resume()
        if found is not None:
            yield found


class _Text:
    """The text from the place where reading stands; more of it is fetched as it is needed."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._at = 0

    def skip(self, pattern: re.Pattern[str]) -> bool:
        """Pass over what *pattern* matches; False where nothing else is left."""
        while True:
            match = pattern.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def begins(self, pattern: re.Pattern[str]) -> bool:
        """Pass over *pattern* where it stands here."""
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match is not None

    def object(self, most: int) -> Json | Broken | None:
        """Return the object that stands here, or what is wrong with it; None where more text had to be fetched."""
        begun, first = self._at, self._text[self._at]
        try:
            if first == "{":
                found, self._at = _DECODER.raw_decode(self._text, begun)
                return found if self._at - begun <= most else Broken(_longer(most))
        except RecursionError:
            return Broken(TOO_DEEP)
        except ValueError as wrong:
            if not self._may_be_cut_off(wrong):
                return Broken(NOT_JSON)
        if first not in '{"':
            return Broken(NO_OBJECT)
        if len(self._text) - begun > most:
            return Broken(_longer(most))
        return None if self._more() else Broken(NOT_JSON)

    def _may_be_cut_off(self, wrong: ValueError) -> bool:
        """Answer whether more text may put it right: the mistake is at the end, or a string that is still open."""
        if not isinstance(wrong, json.JSONDecodeError):
            return False
        return wrong.pos > len(self._text) - _LONGEST_WORD or wrong.msg.startswith("Unterminated string")

    def resume(self) -> None:
        """Pass over what is broken, up to where the next object may begin, or to the end."""
        while True:
            match = _AGAIN.search(self._text, self._at)
            if match is not None:
                self._at = match.end()
                return
            # An end of the text that may be the beginning of what is looked for stays.
            self._at = max(self._at, len(self._text) - 256)
            if not self._more():
                self._at = len(self._text)
                return

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True


def _longer(most: int) -> str:
    return f"longer than {most} characters, or no JSON"


def _wrapped(found: Json) -> list[Any] | None:
    """Return the entries of a page, None where *found* is an object of its own."""
    for name in WRAPPED:
        inner = found.get(name)
        if isinstance(inner, list) and not any(isinstance(other, dict) for other in found.values()):
            return inner
    return None


def _objects(found: list[Any]) -> list[Json | Broken]:
    return [each if isinstance(each, dict) else Broken(NO_OBJECT) for each in found]
