"""The canonical form of JSON, by RFC 8785 and its appendix B."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.canonical import NotCanonical, binding_digest, canonical_json
from doorward.core.errors import BadInput

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        2**53,
        -(2**53),
        "\ud800",
        {"\udfff": 1},
        {1: "a name that is no text"},
        b"bytes",
        {"a", "set"},
        object(),
    ],
)
def test_what_is_no_json_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


def arrays(depth: int) -> list[object]:
    return [arrays(depth - 1)] if depth > 1 else []


def test_nesting_past_the_bound_is_refused():
    with pytest.raises(NotCanonical):
        canonical_json(arrays(33))


def test_nesting_up_to_the_bound_is_written():
    assert canonical_json(arrays(32)) == b"[" * 32 + b"]" * 32


def test_a_refusal_is_bad_input_and_does_not_quote_the_value():
    with pytest.raises(BadInput) as refusal:
        canonical_json({"secret": "swordfish\ud800"})

    assert "swordfish" not in str(refusal.value)


# RFC 8785, appendix B: the bits of a double, and what ECMAScript writes for it.
APPENDIX_B = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "written"), APPENDIX_B)
def test_a_number_is_written_as_ecmascript_writes_it(bits, written):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical_json(number) == written.encode()


def test_names_are_ordered_by_their_utf_16_code_units():
    value = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}

    ordered = list(json.loads(canonical_json(value)))

    assert ordered == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_text_escapes_only_what_it_must():
    assert canonical_json('€$\x0f\nA\'B"\\\\"/\x7f\u2028') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'.encode()


def test_literals_and_containers_have_no_white_space():
    assert canonical_json({"b": [True, False, None, 1, ()], "a": {}}) == b'{"a":{},"b":[true,false,null,1,[]]}'


@given(VALUES)
def test_the_canonical_form_reads_back_as_the_same_value(value):
    assert json.loads(canonical_json(value), parse_int=float) == value


@given(NUMBERS)
def test_every_finite_number_reads_back_to_the_same_double(number):
    assert float(canonical_json(number)) == number


@given(st.dictionaries(TEXT, VALUES, max_size=6))
def test_the_order_of_the_names_does_not_matter(value):
    reversed_order = dict(reversed(value.items()))

    assert canonical_json(reversed_order) == canonical_json(value)


def test_a_binding_digest_is_the_one_that_anybody_can_compute():
    # printf '{"action":"pay","application":"web","binding":{"amount":"950.00","to":"DE02"}}' | openssl dgst -sha256
    digest = binding_digest(application_id="web", action_name="pay", binding={"to": "DE02", "amount": "950.00"})

    assert digest == "Vth9pgDvReYkWKJI6FhZ420hWi0PmBz72YSvs-W6GDk"


@pytest.mark.parametrize(
    "other",
    [
        {"application_id": "app", "action_name": "pay", "binding": {"amount": "1"}},
        {"application_id": "web", "action_name": "read", "binding": {"amount": "1"}},
        {"application_id": "web", "action_name": "pay", "binding": {"amount": "1.0"}},
        {"application_id": "web", "action_name": "pay", "binding": {}},
    ],
)
def test_another_application_action_or_amount_has_another_digest(other):
    digest = binding_digest(application_id="web", action_name="pay", binding={"amount": "1"})

    assert binding_digest(**other) != digest
