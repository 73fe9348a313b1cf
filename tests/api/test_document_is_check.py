"""Every body fits its schema in the document exactly where the service takes it: the document is the check.

Each body begins as the document's own example and is then changed in one place, by what stands at the edges of what
may stand there. A new operation is held to this by being in `RESOURCES`.
"""

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

from .changed_bodies import TAKEN_AWAY, VALUES, changed, places

DOCUMENT = document(RESOURCES)
BODIES = {operation.id: operation.body for each in RESOURCES for operation in each.operations if operation.body}


def schema_of(operation_id):
    """Return what the document says of the body of an operation."""
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            if operation["operationId"] == operation_id:
                return operation["requestBody"]["content"]["application/json"]["schema"]
    raise LookupError(operation_id)


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
