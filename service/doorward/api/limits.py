"""The bounds of free JSON, such as a caller's `context`."""

import math
from dataclasses import dataclass
from typing import Any

from doorward.api.text import has_unsafe_characters

NAME_LENGTH = 128

# What is wrong, at the place where it is wrong: a message, or the misfits of the members.
Misfits = str | dict[Any, Any] | None


@dataclass(frozen=True, slots=True)
class Limits:
    """At most *entries* members an object (four times as many in an array), *text* characters, *depth* levels."""

    entries: int
    text: int
    depth: int

    def misfits(self, value: Any) -> Misfits:
        """Say what does not fit, every mistake at once; None or an empty object where all is well."""
        if not isinstance(value, dict):
            return "a JSON object was expected"
        return self._object(value, 0)

    def _any(self, value: Any, depth: int) -> Misfits:
        if isinstance(value, str):
            return None if len(value) <= self.text else f"text of 0 to {self.text} characters was expected"
        if value is None or isinstance(value, bool | int):
            return None
        if isinstance(value, float):
            return None if math.isfinite(value) else "a finite number was expected"
        if depth > self.depth:
            return f"nested deeper than {self.depth}" if self.depth else "text was expected"
        return self._object(value, depth) if isinstance(value, dict) else self._array(value, depth)

    def _object(self, value: dict[Any, Any], depth: int) -> Misfits:
        if len(value) > self.entries:
            return f"at most {self.entries} members were expected"
        found = {name: self._name(name) or self._any(item, depth + 1) for name, item in value.items()}
        return {name: misfit for name, misfit in found.items() if misfit}

    def _array(self, value: Any, depth: int) -> Misfits:
        if not isinstance(value, list):
            return "JSON was expected"
        if len(value) > 4 * self.entries:
            return f"at most {4 * self.entries} entries were expected"
        found = {place: self._any(item, depth + 1) for place, item in enumerate(value)}
        return {place: misfit for place, misfit in found.items() if misfit}

    def _name(self, name: Any) -> str | None:
        if isinstance(name, str) and 1 <= len(name) <= NAME_LENGTH and not has_unsafe_characters(name):
            return None
        return f"a name of 1 to {NAME_LENGTH} characters without control characters was expected"
