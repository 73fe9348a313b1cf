"""Lays one part of a test file over another, and a matrix over a case; every node keeps its place in the file."""

from collections.abc import Iterable, Mapping

from doorward.policy.source import Fields, Items, Node, Text

# Below these the names hold dots of their own: `signals.geo.country` is the signal `geo.country`.
_DOTTED = ("signals",)


def laid_over(base: Node | None, over: Node) -> Node:
    """Return *base* with *over* laid over: mappings key by key, anything else whole."""
    if not isinstance(base, Fields) or not isinstance(over, Fields):
        return over
    theirs = {key.value: value for key, value in over.fields}
    kept = [(key, _joined(key, value, theirs)) for key, value in base.fields]
    ours = {key.value for key, _ in base.fields}
    return Fields((*kept, *((key, value) for key, value in over.fields if key.value not in ours)), over.place)


def _joined(key: Text, value: Node, theirs: Mapping[str, Node]) -> Node:
    return laid_over(value, theirs[key.value]) if key.value in theirs else value


def nested(path: str, value: Node) -> Fields:
    """Return *value* below the keys of a dotted *path*."""
    first, *rest = parts_of(path)
    for name in reversed(rest):
        value = Fields(((Text(name, value.place), value),), value.place)
    return Fields(((Text(first, value.place), value),), value.place)


def parts_of(path: str) -> list[str]:
    """Return the keys that a dotted path goes through."""
    first, _, rest = path.partition(".")
    if not rest:
        return [first]
    return [first, rest] if first in _DOTTED else [first, *rest.split(".")]


def child(node: Node | None, name: str) -> Node | None:
    """Return what stands under a key of a mapping, None where there is no such key."""
    fields = node.fields if isinstance(node, Fields) else ()
    return next((value for key, value in fields if key.value == name), None)


def without(node: Node | None, names: Iterable[str], place: Node) -> Fields:
    """Return a mapping without some keys; nothing is an empty one, at the place of *place*."""
    if not isinstance(node, Fields):
        return Fields((), place.place)
    dropped = frozenset(names)
    return Fields(tuple((key, value) for key, value in node.fields if key.value not in dropped), node.place)


def shown(node: Node, limit: int = 40) -> str:
    """Return *node* on one line, as a person would write it, cut where it is long; nothing in it moves a cursor."""
    line = "".join(char if char.isprintable() else "?" for char in _flow(node))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _flow(node: Node) -> str:
    if isinstance(node, Text):
        return " ".join(node.value.split()) or "''"
    if isinstance(node, Items):
        return f"[{', '.join(map(_flow, node.items))}]"
    return f"{{{', '.join(f'{key.value}: {_flow(value)}' for key, value in node.fields)}}}"
