"""A compiled schema takes what marshmallow takes, reads it alike, and takes nothing else."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validates

from doorward.api.app import RESOURCES
from doorward.api.compiled import compiled
from doorward.api.docs_page import _example
from doorward.api.fields import Items, Part, Strict, Text
from doorward.api.openapi import document

from .changed_bodies import TAKEN_AWAY, VALUES, changed, places

DOCUMENT = document(RESOURCES)
OPERATIONS = [operation for each in RESOURCES for operation in each.operations]
BODIES = {operation.id: operation.body for operation in OPERATIONS if operation.body}


def example_of(operation_id):
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            if operation["operationId"] == operation_id:
                return _example(DOCUMENT, operation["requestBody"]["content"]["application/json"]["schema"])
    raise LookupError(operation_id)


EXAMPLES = {operation_id: example_of(operation_id) for operation_id in BODIES}


def read_by(reading, body):
    try:
        return reading(copy.deepcopy(body))
    except ValidationError:
        return "refused"


@pytest.mark.parametrize("schema", [*BODIES.values(), *(each.query for each in OPERATIONS)])
def test_every_schema_of_the_contract_can_be_compiled(schema):
    assert compiled(schema) is not None


@pytest.mark.parametrize("operation_id", BODIES)
@given(data=st.data())
def test_a_changed_body_is_read_as_marshmallow_reads_it(operation_id, data):
    body, schema = EXAMPLES[operation_id], BODIES[operation_id]
    for _ in range(data.draw(st.integers(0, 2))):
        path = data.draw(st.sampled_from([*places(body)][1:] or [("surplus",)]) | st.just(("surplus",)))
        change = data.draw(VALUES | (st.just(TAKEN_AWAY) if path != ("surplus",) else st.nothing()))
        body = changed(body, path, change)

    assert repr_of(read_by(compiled(schema), body)) == repr_of(read_by(schema.load, body))


def repr_of(value):
    """Return *value* such that 1 and True and 1.0 are told apart, and the order of members is not."""
    if isinstance(value, dict):
        return {name: repr_of(inner) for name, inner in value.items()}
    return [repr_of(inner) for inner in value] if isinstance(value, list) else repr(value)


@pytest.mark.parametrize("operation_id", BODIES)
@given(body=VALUES)
def test_a_body_of_another_shape_is_read_as_marshmallow_reads_it(operation_id, body):
    schema = BODIES[operation_id]

    assert read_by(compiled(schema), body) == read_by(schema.load, body)


class Inner(Strict):
    name = Text(maximum=9)


class Validated(Strict):
    name = Text(maximum=9)

    @validates("name")
    def look(self, value, **_):
        """Take anything."""


class Made(Strict):
    name = Text(maximum=9)

    @post_load
    def made(self, data, **_):
        return tuple(data)


class Prepared(Strict):
    @pre_load
    def prepared(self, data, **_):
        return data


class Foreign(Schema):
    name = Text(maximum=9)


class Loose(Strict):
    class Meta:
        unknown = EXCLUDE


class Converting(Strict):
    name = fields.String()


class Own(Text):
    def deserialize(self, value, *_, **__):
        return "own"


class WithOwn(Strict):
    name = Own(maximum=9)


class Defaulting(Strict):
    names = Items(Text(maximum=9), maximum=3, load_default=list)


class Around(Strict):
    inner = Part(Made)


class Lists(Strict):
    inners = Items(Part(Converting), maximum=3)


@pytest.mark.parametrize(
    "schema",
    [
        Validated(), Made(), Prepared(), Foreign(), Loose(), Converting(), WithOwn(), Defaulting(), Around(), Lists(),
        Inner(many=True), Inner(partial=True), Inner(unknown=EXCLUDE),
    ],
    ids=lambda schema: type(schema).__name__,
)  # fmt: skip
def test_what_is_not_known_stays_with_marshmallow(schema):
    assert compiled(schema) is None
