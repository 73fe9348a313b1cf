"""The bounds of free JSON, such as a caller's `context`."""

from dataclasses import dataclass
from typing import Any

from doorward.api.text import safe_pattern
from doorward.core.safe_text import has_unsafe_characters

NAME_LENGTH = 128
MAX_NUMBER = 2**53 - 1
NAMES = {"minLength": 1, "maxLength": NAME_LENGTH, "pattern": safe_pattern()}

# What is wrong, at the place where it is wrong: a message, or the misfits of the members.
Misfits = str | dict[Any, Any] | None


@dataclass(frozen=True, slots=True)
class Limits:
    """At most *entries* members an object (four times as many in an array), *text* characters, *depth* levels.

    *name* is what the OpenAPI document calls such JSON, where it nests.
    """

    name: str
    entries: int
    text: int
    depth: int

    def misfits(self, value: Any) -> Misfits:
        """Say what does not fit, every mistake at once; None or an empty object where all is well."""
        if not isinstance(value, dict):
            return "a JSON object was expected"
        return self._object(value, 0)

    @property
    def reference(self) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{self.name}"}

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of any value within an object."""
        inner = self.reference
        return {
            "description": f"Any JSON within bounds; objects and arrays nest at most {self.depth} deep.",
            "anyOf": [
                {"type": ["null", "boolean"]},
                {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER},
                {"type": "string", "maxLength": self.text},
                {"type": "array", "maxItems": 4 * self.entries, "items": inner},
                {
                    "type": "object",
                    "propertyNames": NAMES,
                    "maxProperties": self.entries,
                    "additionalProperties": inner,
                },
            ],
        }

    def _any(self, value: Any, depth: int) -> Misfits:
        if isinstance(value, str):
            return None if len(value) <= self.text else f"text of 0 to {self.text} characters was expected"
        if value is None or isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return None if abs(value) <= MAX_NUMBER else f"a number from -{MAX_NUMBER} to {MAX_NUMBER} was expected"
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


# What a caller may put into free JSON.
FREE = Limits("FreeJson", entries=64, text=1024, depth=8)
# What a browser answers to a ceremony.
BROWSER = Limits("BrowserJson", entries=64, text=16_384, depth=16)
# A public key as JWK.
KEY = Limits("KeyJson", entries=16, text=256, depth=2)
LIMITS = (FREE, BROWSER, KEY)
