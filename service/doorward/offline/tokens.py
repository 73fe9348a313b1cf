"""Device tokens of a log: which device a name stands for, as the service that issued it would know.

A log holds what browsers presented, not what they were given. A browser that presented none was given a token with its
verified sign-in, so a name that nobody has presented before is that one, if the browser and the system are the same.
"""

import struct
from collections.abc import Mapping

from doorward.offline.shelf import Shelf

# So many browsers of a subject may still be waited for; whoever keeps no cookies is given one with every sign-in.
WAITED_FOR = 8

_LOOK = ("device_type", "os", "browser")
_WAITING = struct.Struct(">Q3I")


class Tokens:
    """What names stand for; kept in *shelf*."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._number = 0

    def device_of(self, name: str, subject: str, marks: Mapping[str, int]) -> str:
        """Return the device that *name* stands for, presented by *subject* from a browser with these *marks*."""
        known = self._shelf.get(f"token {name}")
        if known is not None:
            return known.decode("utf-8", "surrogatepass")
        device = self._claimed(subject, marks) or name
        self._shelf.put(f"token {name}", device.encode("utf-8", "surrogatepass"))
        return device

    def issue(self, subject: str, marks: Mapping[str, int]) -> str:
        """Return the device that a browser becomes which has presented no token."""
        self._number += 1
        waiting = self._shelf.get(f"issued {subject}") or b""
        entry = _WAITING.pack(self._number, *_look(marks))
        self._shelf.put(f"issued {subject}", (waiting + entry)[-WAITED_FOR * _WAITING.size :])
        return f"issued {self._number}"

    def _claimed(self, subject: str, marks: Mapping[str, int]) -> str:
        """Return the newest device that waits for a browser like this one, which then waits no more."""
        waiting = self._shelf.get(f"issued {subject}") or b""
        look = _look(marks)
        for place in range(len(waiting) - _WAITING.size, -1, -_WAITING.size):
            number, *its_look = _WAITING.unpack_from(waiting, place)
            if tuple(its_look) == look:
                self._shelf.put(f"issued {subject}", waiting[:place] + waiting[place + _WAITING.size :])
                return f"issued {number}"
        return ""


def _look(marks: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(marks.get(level, 0) for level in _LOOK)
