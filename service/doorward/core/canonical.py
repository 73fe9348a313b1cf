"""The one form of a JSON value that is signed and hashed: RFC 8785 (JCS), as bytes."""

import base64
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from doorward.core.errors import BadInput, Mistake

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1  # beyond it an integer has no exact double, and I-JSON (RFC 7493, section 2.2) refuses it


class NotCanonical(BadInput):
    """The value has no canonical form: no JSON, no finite number, a lone surrogate, or nested too deeply."""

    def __init__(self, detail: str) -> None:
        super().__init__([Mistake(detail)])


def canonical_json(value: Any) -> bytes:
    """Return *value* in the form of RFC 8785; equal JSON values give equal bytes, whoever writes them."""
    try:
        return _write(value, 0).encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("text with a lone surrogate has no canonical form") from None


def binding_digest(*, application_id: str, action_name: str, binding: Mapping[str, str]) -> str:
    """Return what a bound proof is bound to: the SHA-256, in base64url without padding, of the canonical form of
    `{"action": action_name, "application": application_id, "binding": binding}`.
    """
    bound = {"application": application_id, "action": action_name, "binding": dict(binding)}
    digest = hashlib.sha256(canonical_json(bound)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _write(value: Any, depth: int) -> str:
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value, depth)
    raise NotCanonical(f"a value of type {type(value).__name__!r} is not JSON")


def _write_literal(value: bool | None, _depth: int) -> str:
    return json.dumps(value)


def _write_text(value: str, _depth: int) -> str:
    # The standard library escapes what RFC 8785, section 3.2.2.2, asks for, and nothing else.
    return json.dumps(value, ensure_ascii=False)


def _write_integer(value: int, _depth: int) -> str:
    if abs(value) > MAX_INTEGER:
        raise NotCanonical("an integer beyond 2^53 - 1 has no exact JSON number")
    return str(int(value))


def _write_number(value: float, _depth: int) -> str:
    """Write a double as ECMAScript does: the shortest digits that read back, plain from 1e-6 up to 1e21."""
    if not math.isfinite(value):
        raise NotCanonical("a number that is not finite is not JSON")
    if value == 0:
        return "0"
    # `repr` finds the same shortest digits; only where the point goes differs.
    sign, figures, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    digits = "".join(map(str, figures))
    point = len(digits) + int(exponent)
    return ("-" if sign else "") + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    """Return *digits* as an ECMAScript number whose decimal point stands after *point* of them."""
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"


def _write_object(value: Mapping[Any, Any], depth: int) -> str:
    if not all(isinstance(name, str) for name in value):
        raise NotCanonical("an object's names must be text")
    inner = _deeper(depth)
    names = sorted(value, key=_utf16_units)
    return "{" + ",".join(f"{_write_text(name, inner)}:{_write(value[name], inner)}" for name in names) + "}"


def _write_array(value: Sequence[Any], depth: int) -> str:
    inner = _deeper(depth)
    return "[" + ",".join(_write(each, inner) for each in value) + "]"


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise NotCanonical(f"nesting past {MAX_DEPTH} has no canonical form")
    return depth + 1


def _utf16_units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


# In order: bool is an int to Python and must be met first.
_WRITERS: tuple[tuple[Any, Callable[[Any, int], str]], ...] = (
    (str, _write_text),
    ((bool, type(None)), _write_literal),
    (int, _write_integer),
    (float, _write_number),
    (Mapping, _write_object),
    ((list, tuple), _write_array),
)
