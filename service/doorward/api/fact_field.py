"""The field for facts: what was found out about an attempt, named and typed as the core's `Facts` are."""

from collections.abc import Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from doorward.api.fields import JsonMap, JsonSchema
from doorward.api.limits import FREE, MAX_NUMBER, NAMES
from doorward.core.facts import Facts

_BOUNDS = {"minimum": -MAX_NUMBER, "maximum": MAX_NUMBER}
_PLAIN: dict[Any, JsonSchema] = {
    str: {"type": "string", "maxLength": FREE.text},
    int: {"type": "integer"} | _BOUNDS,
    float: {"type": "number"} | _BOUNDS,
    bool: {"type": "boolean"},
}


class FactsMap(JsonMap):
    """An object of groups of facts, each an object of facts; *zone* adds the tenant's time zone."""

    def __init__(self, doc: str = "", *, zone: bool = False, **more: Any) -> None:
        groups = {name: _group(kind) for name, kind in _GROUPS.items()} | ({"zone": _PLAIN[str]} if zone else {})
        super().__init__(doc, schema={"properties": groups, "additionalProperties": False}, **more)


def _group(kind: type) -> JsonSchema:
    facts = {name: _type(hint) for name, hint in get_type_hints(kind).items() if name in _names(kind)}
    return {"type": "object", "properties": facts, "additionalProperties": False}


def _names(kind: Any) -> set[str]:
    return {each.name for each in fields(kind)}


def _type(hint: Any) -> JsonSchema:
    if isinstance(hint, UnionType):
        known = _PLAIN[next(each for each in get_args(hint) if each is not NoneType)]
        return known | {"type": [known["type"], "null"]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _type(get_args(hint)[0]), "maxItems": 4 * FREE.entries}
    if get_origin(hint) is Mapping:
        values = _type(get_args(hint)[1])
        return {"type": "object", "propertyNames": NAMES, "maxProperties": FREE.entries, "additionalProperties": values}
    return _PLAIN[hint]


_GROUPS: dict[str, type] = {name: hint for name, hint in get_type_hints(Facts).items() if name != "zone"}
