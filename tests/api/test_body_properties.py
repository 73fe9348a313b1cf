"""The body reader, held against a second one: any bytes give the same value, or one of three named refusals."""

import io
import json
import struct

from flask import Request
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ

from doorward.api.body import MAX_DEPTH, MAX_INTEGER, read_json, strict_json
from doorward.api.errors import BadJson, BodyTooLarge, WrongContentType

from .reference_json import Refused, reference_json

LIMIT = 200

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT
PLAIN |= st.floats(allow_nan=False, allow_infinity=False)
I_JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


def written(value, *, escaped, indent):
    return json.dumps(value, ensure_ascii=escaped, indent=indent, allow_nan=False)


WRITTEN = st.builds(written, I_JSON, escaped=st.booleans(), indent=st.sampled_from([None, 1]))

# What one may find where JSON is expected, put anywhere into good JSON.
SNIPPETS = [
    "", "{", "}", "[", "]", ",", ":", '"', "\\", " ", "\t", "\x00", "\x0b", "\u00a0", "\u2028", "\ufeff", "//", "/**/",
    "NaN", "Infinity", "-Infinity", "nul", "None", "True", "'", "-", "+1", "01", "-0", "0x1", "1.", ".5", "1e5",
    "1e400", "9007199254740991", "9007199254740992", "-9007199254740992", "1e",
    "1_0", "\u0663", '"a":1,"a":2', '{"a":1,"a":1}',
    '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', "\\u0061", "\\x61", '"\\u12"', '"\\/"', "[" * 31, "[" * 40,
    "]" * 31, '{"a":' * 31, "9" * 400,
]  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(SNIPPETS)), max_size=4)


def edited(text, edits):
    for where, gone, snippet in edits:
        at = int(where * len(text))
        text = text[:at] + snippet + text[at + gone :]
    return text


NEARLY_JSON = st.builds(edited, WRITTEN, EDITS).map(lambda text: text.encode("utf-8", "surrogatepass"))
DEEP = st.integers(MAX_DEPTH - 2, MAX_DEPTH + 2).map(
    lambda depth: b'[{"a":' * (depth // 2) + b"1" + b"}]" * (depth // 2)
)
ANY_BYTES = NEARLY_JSON | DEEP | st.binary(max_size=60) | WRITTEN.map(lambda text: text.encode("utf-16"))


def as_read(read, raw):
    """Return what *read* makes of *raw*, with the types of numbers and the order of names; None for a refusal."""
    try:
        return repr(read(raw))
    except (Refused, BadJson):
        return None


@settings(max_examples=400)
@given(ANY_BYTES)
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b'{"a":"\xed\xa0\x80"}')
@example(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
@example(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
@example(json.dumps({str(number): 1 for number in range(513)}).encode())
def test_any_bytes_are_read_as_the_reference_reads_them(raw):
    assert as_read(strict_json, raw) == as_read(reference_json, raw)


@given(WRITTEN)
def test_whatever_i_json_permits_comes_back_as_it_was(text):
    assert strict_json(text.encode()) == json.loads(text)


@given(WRITTEN.filter(lambda text: text[0] in "[{"), st.floats(0, 1, exclude_max=True))
def test_a_body_that_is_cut_off_is_refused(text, where):
    raw = text.encode()

    assert as_read(strict_json, raw[: int(where * len(raw))]) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_comes_back_bit_by_bit(number):
    back = strict_json(json.dumps(number).encode())

    assert struct.pack("d", back) == struct.pack("d", number)


@given(ANY_BYTES)
def test_a_refusal_points_into_the_body(raw):
    pointer = refused_at(raw)

    assert pointer is None or (pointer.startswith("#") and pointer.isascii())


def refused_at(raw):
    try:
        strict_json(raw)
    except BadJson as refusal:
        return refusal.mistake.pointer
    return None


GOOD_TYPES = [
    "application/json",
    "Application/JSON",
    'application/json; charset="utf-8"',
    "application/json;charset=UTF8",
]
BAD_TYPES = ["", "text/json", "application/jsonp", "application/json; charset=utf-16", "json", "application/xml, x"]
SIZES = st.sampled_from([0, 1, LIMIT - 1, LIMIT, LIMIT + 1, LIMIT + 40])
BODIES = ANY_BYTES | SIZES.map(lambda size: b"[]".ljust(size)) | st.binary(max_size=LIMIT * 2)


def request(raw, *, content_type, length):
    """Return a request as a server hands it over; *length* is what the caller declared, None for a chunked body."""
    environ = create_environ(method="POST", input_stream=io.BytesIO(raw), content_type=content_type)
    environ.pop("CONTENT_LENGTH", None)
    if length is None:
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    else:
        environ["CONTENT_LENGTH"] = str(length)
    made = Request(environ)
    made.max_content_length = LIMIT
    return made


def expected(raw, content_type, length):
    if content_type in BAD_TYPES:
        return WrongContentType
    if (len(raw) if length is None else length) > LIMIT:
        return BodyTooLarge
    if length is not None and length > len(raw):
        return BadJson
    return as_read(reference_json, raw if length is None else raw[:length]) or BadJson


def answered(asked):
    try:
        return repr(read_json(asked))
    except (BadJson, BodyTooLarge, WrongContentType) as refusal:
        return type(refusal)


@settings(max_examples=400)
@given(BODIES, st.sampled_from(GOOD_TYPES) | st.sampled_from(BAD_TYPES), st.none() | st.integers(-3, 3))
def test_any_request_has_a_body_or_one_of_three_refusals(raw, content_type, lie):
    length = None if lie is None else max(0, len(raw) + lie)

    found = answered(request(raw, content_type=content_type, length=length))

    assert found == expected(raw, content_type, length)
