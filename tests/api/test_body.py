"""Strict JSON: what two parsers could read differently is refused by name, and nothing else escapes."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.api.body import strict_json
from doorward.api.errors import BadJson

REFUSED = {
    "empty": b"",
    "blank": b" \r\n\t",
    "byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"a":1}'.encode("utf-16"),
    "not utf-8": b'{"a":"\xff"}',
    "overlong utf-8": b'{"a":"\xc0\xaf"}',
    "surrogate as utf-8": b'{"a":"\xed\xa0\x80"}',
    "surrogate escape": rb'{"a":"\ud800"}',
    "low surrogate escape": rb'{"a":"\uDFFF"}',
    "swapped surrogates": rb'{"a":"\udc00\ud800"}',
    "surrogate in a name": rb'{"a":{"\ud800":1}}',
    "surrogate in an array": rb'{"a":["x",["\ud83d"]]}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b'{"a":-Infinity}',
    "overflow": b'{"a":1e999}',
    "negative overflow": b'{"a":-1e999}',
    "integer past 2^53": b'{"a":9007199254740992}',
    "negative integer past 2^53": b'{"a":-9007199254740992}',
    "integer of 60 000 digits": b'{"a":' + b"9" * 60_000 + b"}",
    "same name twice": b'{"a":1,"a":1}',
    "same name twice, escaped": rb'{"a":1,"\u0061":1}',
    "same name twice, deep": b'{"x":[{"a":1,"a":2}]}',
    "513 members": json.dumps({str(n): n for n in range(513)}).encode(),
    "33 deep": b'{"a":' * 33 + b"1" + b"}" * 33,
    "30 000 deep": b"[" * 30_000 + b"]" * 30_000,
    "30 000 open": b'{"a":' * 10_000,
    "open text with brackets": b'"' + b"[" * 60_000,
    "leading zero": b'{"a":01}',
    "hexadecimal": b'{"a":0x10}',
    "plus": b'{"a":+1}',
    "single quotes": b"{'a':1}",
    "comment": b'{"a":1}//x',
    "trailing comma": b'{"a":1,}',
    "two values": b"{}{}",
    "raw control character": b'{"a":"\x01"}',
    "raw newline": b'{"a":"\n"}',
    "bad escape": rb'{"a":"\x41"}',
    "half an escape": rb'{"a":"\u12"}',
    "cut off": b'{"a":',
    "no-break space": b'\xc2\xa0{"a":1}',
    "python": b'{"a":None}',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_what_is_not_strict_json_is_refused(raw):
    with pytest.raises(BadJson):
        strict_json(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"{}", {}),
        (b' {"a" : [1, -0, 1.5, 1e3, true, null]}\n', {"a": [1, 0, 1.5, 1000.0, True, None]}),
        (b'{"a":9007199254740991}', {"a": 2**53 - 1}),
        (rb'{"a":"\ud83d\ude00"}', {"a": "😀"}),
        (rb'{"a":"\\ud800"}', {"a": r"\ud800"}),
        (b'{"a":"\xc3\xa9"}', {"a": "é"}),
        (b'{"a":' * 31 + b"{}" + b"}" * 31, None),
        (b'{"a":"' + b"[" * 40 + b'"}', {"a": "[" * 40}),
        (rb'{"a":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', None),
    ],
)
def test_what_every_parser_reads_alike_is_read(raw, value):
    found = strict_json(raw)

    assert value is None or found == value


def test_32_open_objects_beside_each_other_are_not_deep():
    assert len(strict_json(json.dumps({"a": [{}] * 100}).encode())["a"]) == 100


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (rb'{"a":{"b/c":["\ud800"]}}', "#/a/b~1c/0"),
        (rb'{"a~":"\ud800"}', "#/a~0"),
        (rb'{"\ud800":1}', "#"),
    ],
)
def test_a_lone_surrogate_is_pointed_at(raw, pointer):
    with pytest.raises(BadJson) as refusal:
        strict_json(raw)

    assert refusal.value.mistake.pointer == pointer


def test_bad_syntax_is_told_with_its_position():
    with pytest.raises(BadJson, match="line 2, column 8"):
        strict_json(b'{\n  "a": nope}')


def test_very_deep_nesting_is_refused_cheaply():
    started = time.perf_counter()

    with pytest.raises(BadJson):
        strict_json(b"[" * 32_000 + b"]" * 32_000)

    assert time.perf_counter() - started < 0.1


REFUSED = object()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_named_refusal(raw):
    try:
        value = strict_json(raw)
    except BadJson:
        value = REFUSED

    assert value is REFUSED or value == json.loads(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_the_same_value_or_a_named_refusal(value):
    raw = json.dumps(value).encode()

    with contextlib.suppress(BadJson):
        assert strict_json(raw) == value
