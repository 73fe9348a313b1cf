"""Every body fits its schema in the document exactly where the service takes it: the document is the check.

Each body begins as the document's own example and is then changed in one place, by what stands at the edges of what
may stand there. A new operation is held to this by being in `RESOURCES`.
"""

import copy
import re

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.api.app import RESOURCES
from doorward.api.docs_page import _example
from doorward.api.openapi import document
from doorward.api.validation import load
from doorward.core.errors import BadInput

DOCUMENT = document(RESOURCES)
BODIES = {operation.id: operation.body for each in RESOURCES for operation in each.operations if operation.body}

UNSAFE = [chr(code) for code in (0, 9, 10, 31, 127, 133, 159, 0x61C, 0x200E, 0x2028, 0x202E, 0x2066, 0x2069)]
NEARLY_UNSAFE = [chr(code) for code in (32, 126, 160, 0x61B, 0x200D, 0x2027, 0x202F, 0x2065, 0x206A, 0xFEFF, 0x1F600)]
TIMES = [
    "2026-11-22T10:00:00Z", "1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z", "2024-02-29T00:00:00Z", "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
    "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "2026-12-31T23:59:60Z", "2026-12-31T23:59:61Z",
    "2026-01-01T12:00:60Z", "2026-11-22T10:00:00+00:00", "2026-11-22t10:00:00z", "2026-11-22 10:00:00Z",
    "2026-11-22T10:00:00.1Z", "2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.1234567890Z",
    "2026-11-22T10:00:00.Z", "2026-11-22T10:00Z", "2026-11-22", "+02026-11-22T10:00:00Z", "2026-11-22T10:00:00Z\n",
]  # fmt: skip
ADDRESSES = [
    "203.0.113.7", "::", "::1", "2001:db8::7", "::ffff:203.0.113.7", "fe80::1%eth0", "203.0.113.07", "203.0.113",
    "203.0.113.256", "203.0.113.7/24", "[::1]", "1::2::3", "2001:db8:0:0:0:0:0:7", "12345::", "203.0.113.7 ",
]  # fmt: skip
WORDS = [
    "", "a", "pwd", "a b", "a/b", "a@b", "a@", "@b", "a@b@c", "a b@c", "+4915112345678", "+0123456", "+123456",
    "+1234567", "+" + "1" * 15, "+" + "1" * 16, "login", "action", "email", "sms", "fac_" + "A" * 22, "fac_" + "A" * 23,
    "totp",
]  # fmt: skip
LENGTHS = [1, 2, 3, 16, 17, 64, 65, 128, 129, 254, 255, 256, 257, 512, 513, 1024, 1025, 4096, 4097, 8192, 8193]
NUMBERS = [0, 1, -1, 1.0, -0.0, 0.5, 6, 8, 9, 15, 2**31, 2**53 - 1, 1 - 2**53, 2.0**53, 1e300, 5e-324, 3_600_000]
NUMBERS += [3_600_000.5]
SIZES = [1, 2, 3, 8, 9, 16, 17, 32, 33, 64, 65, 256, 257]

TEXTS = st.sampled_from([*TIMES, *ADDRESSES, *WORDS]) | st.sampled_from(LENGTHS).map(lambda size: "x" * size)
TEXTS |= st.tuples(st.sampled_from(UNSAFE + NEARLY_UNSAFE), st.sampled_from(["", "a", "a@b"])).map("".join)
LEAVES = st.none() | st.booleans() | st.sampled_from(NUMBERS) | TEXTS | st.text(max_size=6)
NAMES = st.sampled_from(["a", "", "x" * 128, "x" * 129, "id", "type", "a\x00", "name", "__proto__"])
VALUES = (
    LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(NAMES, LEAVES, max_size=3) | st.just({"a": [{"b": [[]]}]})
)
VALUES |= st.tuples(st.sampled_from(SIZES), LEAVES).map(lambda made: [made[1]] * made[0])
VALUES |= st.tuples(st.sampled_from(SIZES), LEAVES).map(lambda made: {str(each): made[1] for each in range(made[0])})


def schema_of(operation_id):
    """Return what the document says of the body of an operation."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            if operation["operationId"] == operation_id:
                return operation["requestBody"]["content"]["application/json"]["schema"]
    raise LookupError(operation_id)


def places(value, path=()):
    """Yield the path to *value* and to whatever is in it."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*path, step))


def changed(value, path, change):
    """Return *value* with what stands at *path* replaced, or, where *change* is None, taken away."""
    made = copy.deepcopy(value)
    around = made
    for step in path[:-1]:
        around = around[step]
    if change is TAKEN_AWAY:
        del around[path[-1]]
    else:
        around[path[-1]] = change
    return made


TAKEN_AWAY = object()


def takes(schema, body):
    try:
        load(schema, body)
    except BadInput:
        return False
    return True


@pytest.mark.parametrize("operation_id", BODIES)
@given(data=st.data())
def test_a_body_fits_the_document_where_the_service_takes_it(operation_id, data):
    stated = schema_of(operation_id)
    example = _example(DOCUMENT, stated)
    path = data.draw(st.sampled_from([*places(example)][1:]).filter(is_read_here) | st.just(("surplus",)))
    change = data.draw(
        VALUES | (st.just(TAKEN_AWAY) if path != ("surplus",) else st.nothing()) | patterned(stated, path)
    )

    body = changed(example, path, change)

    assert validator(operation_id).is_valid(body) == takes(BODIES[operation_id], body), body


def is_read_here(path):
    """Leave out what the use-case reads: the facts of a what-if, over those that it has found, and a device's key."""
    return path[0] not in ("facts", "public_key")


def patterned(schema, path):
    """Return text that has the pattern of what stands at *path*, where there is one."""
    for step in path:
        schema = inside(resolved(schema), step)
    pattern = resolved(schema).get("pattern")
    return st.from_regex(re.compile(pattern, re.ASCII)) if pattern else st.nothing()


def inside(schema, step):
    if isinstance(step, int):
        return schema.get("items", {})
    found = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    return found if isinstance(found, dict) else {}


def resolved(schema):
    for each in (schema, *schema.get("anyOf", []), *schema.get("allOf", [])):
        if "$ref" in each:
            return DOCUMENT["components"]["schemas"][each["$ref"].rpartition("/")[2]]
    return schema


VALIDATORS = {}


def validator(operation_id):
    if operation_id not in VALIDATORS:
        whole = {**schema_of(operation_id), "components": DOCUMENT["components"]}
        VALIDATORS[operation_id] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return VALIDATORS[operation_id]


@pytest.mark.parametrize("operation_id", BODIES)
def test_the_example_of_the_document_is_taken(operation_id):
    load(BODIES[operation_id], _example(DOCUMENT, schema_of(operation_id)))
