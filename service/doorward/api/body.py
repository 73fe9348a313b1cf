"""Strict JSON (I-JSON, RFC 7493): what two parsers could read differently is refused, by name and where it stands."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from doorward.api.errors import BadJson, BodyTooLarge, WrongContentType
from doorward.api.text import pointer

MAX_DEPTH = 32
MAX_MEMBERS = 512
MAX_INTEGER = 2**53 - 1

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INTEGER_DIGITS = 16
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(request: Request) -> Any:
    """Return the JSON body of *request*; never reads more than the app's limit and one byte."""
    _check_content_type(request)
    try:
        raw = request.get_data(cache=False)
        whole = not _goes_on(request, len(raw))
    except RequestEntityTooLarge:
        whole = False
    except (ClientDisconnected, OSError):
        raise ended_early() from None
    if not whole:
        raise BodyTooLarge(f"at most {request.max_content_length} bytes are read")
    # The server ends a body where the caller hangs up: half a body can be JSON with another meaning.
    if len(raw) < (request.content_length or 0):
        raise ended_early()
    return strict_json(raw)


def ended_early() -> BadJson:
    """Return what a caller is told whose body stops before its stated length."""
    return BadJson("the body ended before it was whole")


def strict_json(raw: bytes) -> Any:
    """Return what *raw* says, or raise BadJson."""
    text = _decoded(raw)
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(f"{_lowered(error.msg)} at line {error.lineno}, column {error.colno}") from None
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def _goes_on(request: Request, taken: int) -> bool:
    # Of a chunked body the framework silently keeps what fits the limit, and what was cut off may change the meaning.
    limit = request.max_content_length
    if request.content_length is not None or limit is None or taken < limit:
        return False
    return bool(request.environ["wsgi.input"].read(1))


def _check_content_type(request: Request) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8"):
        raise WrongContentType("the body must be sent as application/json in UTF-8")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongContentType("a compressed body is not read")


def _decoded(raw: bytes) -> str:
    if raw.startswith(_BYTE_ORDER_MARK):
        raise BadJson("a byte order mark does not belong before JSON")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8 at byte {error.start}") from None
    if not text.strip(" \t\r\n"):
        raise BadJson("the body is empty, a JSON object was expected")
    return text


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadJson(f"nested deeper than {MAX_DEPTH} at character {token.start()}")
        elif token[0] in "]}":
            depth -= 1


def _check_surrogates(value: Any) -> None:
    for path, text in _texts(value, ()):
        if _SURROGATE.search(text):
            raise BadJson("half of a surrogate pair is no character", pointer=pointer(path))


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, (*path, place))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield path, name
            yield from _texts(item, (*path, name))


def _integer(digits: str) -> int:
    # The length goes first: the interpreter refuses to read very long literals with an error of its own.
    if len(digits.lstrip("-")) > _INTEGER_DIGITS or abs(int(digits)) > MAX_INTEGER:
        raise BadJson(f"an integer must lie between -{MAX_INTEGER} and {MAX_INTEGER}")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise BadJson("a number is too large to be read")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise BadJson(f"{name} is no JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise BadJson(f"an object holds at most {MAX_MEMBERS} members")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadJson(f"the name {json.dumps(_doubled(pairs)[:64])} stands twice in one object")
    return members


def _doubled(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("no name stands twice")


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_integer,
    parse_float=_finite,
    parse_constant=_refuse_constant,
    strict=True,
)
