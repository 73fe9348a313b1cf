"""Schemas as plain functions, for input without a mistake: what they take, marshmallow takes, and reads alike.

Anything that they do not take goes to marshmallow, whose every mistake at once is the contract's. `compiled` knows the
fields of `fields.py`; a schema that holds anything else stays with marshmallow.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, missing

from doorward.api.fields import Described, Items, Part, Strict

# Returns what a value says, or raises ValidationError, whose message nobody reads.
Reading = Callable[[Any], Any]
_Check = Callable[[Mapping[str, Any], Any], object]

_HOOKS_THAT_CHANGE = ("pre_load", "post_load", "validates")
_OTHERWISE = ValidationError("marshmallow has to look")


class NotPlain(Exception):
    """A schema holds what is not known to mean the same here."""


def compiled(schema: Schema) -> Reading | None:
    """Return what reads as *schema* does, or None for a schema that only marshmallow can read."""
    try:
        return _object(schema)
    except NotPlain:
        return None


def _object(schema: Schema) -> Reading:
    hooks = schema._hooks
    plain = isinstance(schema, Strict) and not schema.many and schema.unknown == RAISE and schema.partial is None
    if not plain or any(hooks[kind] for kind in _HOOKS_THAT_CHANGE):
        raise NotPlain
    rows = {field.data_key or name: (name, field.allow_none, _field(field)) for name, field in _fields(schema)}
    required = {name for name, field in _fields(schema) if field.required}
    checks = [_check(schema, *hook) for hook in hooks["validates_schema"]]
    return partial(_read_object, rows, required, checks)


def _read_object(
    rows: Mapping[str, tuple[str, bool, Reading]], required: set[str], checks: list[_Check], value: Any
) -> dict[str, Any]:
    if type(value) is not dict:
        raise _OTHERWISE
    loaded: dict[str, Any] = {}
    for key, inner in value.items():
        row = rows.get(key)
        if row is None:
            raise _OTHERWISE
        name, nullable, read = row
        if inner is not None:
            loaded[name] = read(inner)
        elif nullable:
            loaded[name] = None
        else:
            raise _OTHERWISE
    if not required <= loaded.keys():
        raise _OTHERWISE
    for check in checks:
        check(loaded, value)
    return loaded


def _fields(schema: Schema) -> list[tuple[str, fields.Field[Any]]]:
    return list(schema.load_fields.items())


def _field(field: fields.Field[Any]) -> Reading:
    more = (field.pre_load, field.post_load, field.validators, field.attribute)
    if any(more) or field.load_default is not missing:
        raise NotPlain
    if isinstance(field, Described) and type(field).deserialize is Described.deserialize:
        return field.read
    if type(field) is Part and not field.many and field.unknown is None:
        return _object(field.schema)
    if type(field) is Items:
        return partial(_read_items, field.minimum, field.maximum, field.inner.allow_none, _field(field.inner))
    raise NotPlain


def _read_items(minimum: int, maximum: int, nullable: bool, read: Reading, value: Any) -> list[Any]:
    if type(value) is not list or not minimum <= len(value) <= maximum or (not nullable and None in value):
        raise _OTHERWISE
    return [None if each is None else read(each) for each in value]


def _check(schema: Schema, name: str, many: bool, options: Mapping[str, Any]) -> _Check:
    """Return the schema's own method that looks at its fields together."""
    if many:
        raise NotPlain
    method = partial(getattr(schema, name), partial=None, many=False, unknown=RAISE)
    if options.get("pass_original"):
        return method
    return lambda loaded, _: method(loaded)
