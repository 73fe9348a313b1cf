"""Field types without coercion: `"1"` is no number and `true` is no integer.

Each knows its own JSON Schema, so that the OpenAPI document cannot say anything else than what is checked.
A field that may be unknown takes `null` for «not sent»; every other one refuses it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from re import Pattern
from re import compile as pattern
from typing import Any, ClassVar, TypeVar

from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, missing

from doorward.api.limits import FREE, NAMES, Limits
from doorward.api.text import safe_pattern
from doorward.core.safe_text import has_unsafe_characters

UNKNOWN = "unknown field"
MAX_INTEGER = 2**53 - 1

_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "required, and missing",
    "null": "null was not expected",
}
_SAFE_TEXT = "text without control or direction characters was expected"
_TIME = pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{1,9})?Z")
# What `date-time` does not say: these years, `Z`, at most nanoseconds, and a leap second at midnight alone.
_TIME_PATTERN = (
    r"^(19[7-9][0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}T"
    r"([0-9]{2}:[0-9]{2}:[0-5][0-9]|23:59:60)(\.[0-9]{1,9})?Z$"
)
_ADDRESS_LENGTH = 45

JsonSchema = dict[str, Any]
T = TypeVar("T")


class Strict(Schema):
    """A schema that refuses unknown fields and speaks our language.

    *also* is what the document says of its fields together, where a method of the schema checks that.
    """

    also: ClassVar[JsonSchema] = {}

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN, "type": "a JSON object was expected"}  # noqa: RUF012 - marshmallow's own


class Answer(Schema):
    """What an operation answers: described, and open to more fields later."""

    class Meta:
        unknown = INCLUDE


class Described(fields.Field[T], ABC):
    """A field with its JSON Schema, a line of documentation and an example."""

    def __init__(
        self,
        doc: str = "",
        *,
        schema: JsonSchema,
        example: Any = None,
        required: bool = False,
        nullable: bool = False,
        data_key: str | None = None,
    ) -> None:
        metadata = dict(schema) | ({"description": doc} if doc else {})
        if example is not None:
            metadata["examples"] = [example]
        super().__init__(
            required=required, allow_none=nullable, data_key=data_key, metadata=metadata, error_messages=_MESSAGES
        )

    def deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        """Return what *value* says, None for a null that is allowed; faster than marshmallow's own."""
        if value is missing or value is None:
            self._validate_missing(value)
            return value
        return self.read(value)

    @abstractmethod
    def read(self, value: Any) -> T:
        """Return what *value* says, or raise ValidationError with what was expected."""
        ...


class Text(Described[str]):
    """Text of a bounded length; *safe* text holds no control or direction characters, and none of *without*."""

    def __init__(
        self, doc: str = "", *, maximum: int, minimum: int = 0, safe: bool = True, without: str = "", **more: Any
    ) -> None:
        schema: JsonSchema = {"type": "string", "minLength": minimum, "maxLength": maximum}
        super().__init__(doc, schema=schema | ({"pattern": safe_pattern(without)} if safe else {}), **more)
        self.minimum, self.maximum, self.safe, self.without = minimum, maximum, safe, without

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("text was expected")
        if not self.minimum <= len(value) <= self.maximum:
            raise ValidationError(f"text of {self.minimum} to {self.maximum} characters was expected")
        if self.safe and has_unsafe_characters(value):
            raise ValidationError(_SAFE_TEXT)
        if self.without and self.without in value:
            raise ValidationError(f"text without '{self.without}' was expected")
        return value


class Shaped(Described[str]):
    """Text that a regular expression matches whole; *expected* says it in words."""

    def __init__(self, doc: str = "", *, shape: Pattern[str], expected: str, maximum: int, **more: Any) -> None:
        schema = {"type": "string", "maxLength": maximum, "pattern": f"^(?:{shape.pattern})$"}
        super().__init__(doc, schema=schema, **more)
        self.shape, self.expected, self.maximum = shape, expected, maximum

    def read(self, value: Any) -> str:
        if isinstance(value, str) and len(value) <= self.maximum and self.shape.fullmatch(value):
            return value
        raise ValidationError(f"{self.expected} was expected")


class Choice(Described[str]):
    """One of a few words."""

    def __init__(self, doc: str = "", *, of: Sequence[str], nullable: bool = False, **more: Any) -> None:
        words: list[str | None] = [*of, None] if nullable else [*of]
        super().__init__(doc, schema={"type": "string", "enum": words}, nullable=nullable, **more)
        self.words = tuple(of)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        raise ValidationError("one of " + ", ".join(f"'{word}'" for word in self.words) + " was expected")


class Flag(Described[bool]):
    """true or false, and nothing that looks like it."""

    def __init__(self, doc: str = "", **more: Any) -> None:
        super().__init__(doc, schema={"type": "boolean"}, **more)

    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise ValidationError("true or false was expected")


class Number(Described[float]):
    """A finite number within bounds."""

    def __init__(self, doc: str = "", *, minimum: float, maximum: float, **more: Any) -> None:
        super().__init__(doc, schema={"type": "number", "minimum": minimum, "maximum": maximum}, **more)
        self.minimum, self.maximum = minimum, maximum

    def read(self, value: Any) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and self.minimum <= value <= self.maximum:
            return float(value)
        raise ValidationError(f"a number from {self.minimum:g} to {self.maximum:g} was expected")


class Anything(Described[Any]):
    """Any JSON, described where more cannot be said."""

    def __init__(self, doc: str = "", **more: Any) -> None:
        super().__init__(doc, schema={}, **more)

    def read(self, value: Any) -> Any:
        return value


class Whole(Described[int]):
    """A whole number within bounds; `1.0` is one, for JSON and its Schema know one kind of number."""

    def __init__(self, doc: str = "", *, minimum: int = 0, maximum: int = MAX_INTEGER, **more: Any) -> None:
        super().__init__(doc, schema={"type": "integer", "minimum": minimum, "maximum": maximum}, **more)
        self.minimum, self.maximum = minimum, maximum

    def read(self, value: Any) -> int:
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        if whole and self.minimum <= value <= self.maximum:
            return int(value)
        raise ValidationError(f"a whole number from {self.minimum} to {self.maximum} was expected")


class WholeInQuery(Whole):
    """A whole number as a query string writes it: decimal digits."""

    def read(self, value: Any) -> int:
        digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9
        return super().read(int(value) if digits else None)


class Time(Described[float]):
    """RFC 3339 in UTC with `Z`, from 1970 to 2099; loads as seconds since 1970.

    A leap second reads as the first second of the next minute, as POSIX counts it. `+00:00` is refused: one time,
    one spelling.
    """

    def __init__(self, doc: str = "", *, example: Any = "2026-11-22T10:00:00Z", **more: Any) -> None:
        schema = {"type": "string", "format": "date-time", "pattern": _TIME_PATTERN}
        super().__init__(doc, schema=schema, example=example, **more)

    def read(self, value: Any) -> float:
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError("a time such as 2026-11-22T10:00:00Z was expected")
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        if not 1970 <= year <= 2099:
            raise ValidationError("a time from 1970 to 2099 was expected")
        leap = (hour, minute, second) == (23, 59, 60)
        try:
            at = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC)
        except ValueError:
            raise ValidationError("a time that the calendar knows was expected") from None
        return at.timestamp() + float(match[7] or 0) + leap


class Address(Described[str]):
    """An IPv4 or IPv6 address: no port, no prefix length, no zone, no shortened or octal IPv4."""

    def __init__(self, doc: str = "", **more: Any) -> None:
        schema = {"type": "string", "maxLength": _ADDRESS_LENGTH, "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}
        super().__init__(doc, schema=schema, **more)

    def read(self, value: Any) -> str:
        if isinstance(value, str) and len(value) <= _ADDRESS_LENGTH and "%" not in value:
            try:
                ip_address(value)
            except ValueError:
                pass
            else:
                return value
        raise ValidationError("an IPv4 or IPv6 address was expected")


class Part(fields.Nested):
    """An object within an object."""

    def __init__(self, nested: type[Schema], doc: str = "", *, nullable: bool = False, **more: Any) -> None:
        metadata = {"description": doc} if doc else {}
        super().__init__(nested, allow_none=nullable, metadata=metadata, error_messages=_MESSAGES, **more)


class Items(fields.List[Any]):
    """An array of bounded length; the length is checked before anything in it is read."""

    def __init__(self, inner: fields.Field[Any], doc: str = "", *, maximum: int, minimum: int = 0, **more: Any) -> None:
        bounds: JsonSchema = {"minItems": minimum, "maxItems": maximum} | ({"description": doc} if doc else {})
        super().__init__(inner, metadata=bounds, error_messages=_MESSAGES, **more)
        self.minimum, self.maximum = minimum, maximum

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> list[Any]:
        if not isinstance(value, list) or not self.minimum <= len(value) <= self.maximum:
            raise ValidationError(f"an array of {self.minimum} to {self.maximum} entries was expected")
        return super()._deserialize(value, attr, data, **more)


class TextMap(Described[dict[str, str]]):
    """An object whose values are all text."""

    def __init__(self, doc: str = "", *, entries: int, maximum: int, **more: Any) -> None:
        value = {"type": "string", "maxLength": maximum, "pattern": safe_pattern()}
        schema = {"type": "object", "propertyNames": NAMES, "maxProperties": entries, "additionalProperties": value}
        super().__init__(doc, schema=schema, **more)
        self.limits = Limits("", entries=entries, text=maximum, depth=0)

    def read(self, value: Any) -> dict[str, str]:
        misfits = self.limits.misfits(value) or {name: _SAFE_TEXT for name, item in value.items() if not _is_safe(item)}
        if misfits:
            raise ValidationError(misfits)
        return dict(value)


class JsonMap(Described[dict[str, Any]]):
    """A JSON object that is free within *limits*; *schema* says more of it."""

    def __init__(self, doc: str = "", *, limits: Limits = FREE, schema: JsonSchema | None = None, **more: Any) -> None:
        free = {"propertyNames": NAMES, "maxProperties": limits.entries, "additionalProperties": limits.reference}
        super().__init__(doc, schema={"type": "object"} | (schema or free), **more)
        self.limits = limits

    def read(self, value: Any) -> dict[str, Any]:
        misfits = self.limits.misfits(value)
        if misfits:
            raise ValidationError(misfits)
        return dict(value)


def _is_safe(value: Any) -> bool:
    return isinstance(value, str) and not has_unsafe_characters(value)
