"""Loads input through a schema and tells every mistake at once, each with a pointer to where it is."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError, fields

from doorward.api.compiled import compiled
from doorward.api.errors import BadParameter, BadUrl
from doorward.api.fields import UNKNOWN
from doorward.api.text import pointer, unknown_name
from doorward.core.errors import BadInput, Mistake

MAX_MISTAKES = 100
MAX_ROWS = 1000
_MAX_PARAMETERS = 32
_SCHEMA_LEVEL = "_schema"

_Path = tuple[str | int, ...]

# Every schema is made once, with its operation or beside it; there are some forty.
_compiled = lru_cache(maxsize=256)(compiled)


def load(schema: Schema, value: Any) -> Any:
    """Return *value* as *schema* reads it, or raise BadInput with every mistake."""
    read = _compiled(schema)
    if read is not None:
        try:
            return read(value)
        except ValidationError:
            pass  # marshmallow tells every mistake
    if schema.many and not (isinstance(value, list) and len(value) <= MAX_ROWS):
        raise BadInput([Mistake(f"an array of at most {MAX_ROWS} objects was expected")])
    try:
        return schema.load(value)
    except ValidationError as error:
        raise BadInput(_mistakes(error.messages, schema)) from None


def load_query(schema: Schema, query: bytes) -> dict[str, Any]:
    """Return the query string as *schema* reads it; a parameter that stands twice is a mistake."""
    if not query and not schema.fields:
        return {}
    pairs = _pairs(query)
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    try:
        loaded: dict[str, Any] = load(schema, dict(pairs))
        found: list[Mistake] = []
    except BadInput as error:
        loaded, found = {}, error.mistakes
    found += [Mistake("stands twice in the query", pointer((name,))) for name in twice]
    if found:
        raise BadParameter(found, place="query")
    return loaded


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except UnicodeDecodeError:
        raise BadUrl("the query is not percent-encoded UTF-8") from None
    except ValueError:
        raise BadUrl(f"the query holds more than {_MAX_PARAMETERS} parameters") from None


def _mistakes(messages: Any, schema: Schema) -> list[Mistake]:
    # The bound keeps an answer to a hostile body small; unknown fields come in no order of their own.
    found = list(islice(_walk(messages, schema, ()), MAX_MISTAKES))
    return sorted(found, key=lambda mistake: (mistake.pointer, mistake.detail))


def _walk(messages: Any, schema: Schema | None, path: _Path) -> Iterator[Mistake]:
    if isinstance(messages, Mapping):
        for step, inner in messages.items():
            if step == _SCHEMA_LEVEL and inner != [UNKNOWN]:
                yield from _walk(inner, schema, path)
            elif inner == [UNKNOWN] and schema is not None:
                yield Mistake(unknown_name("field", str(step), _names(schema)), pointer((*path, step)))
            else:
                yield from _walk(inner, _inside(schema, step), (*path, step))
    elif isinstance(messages, list):
        for message in messages:
            yield from _walk(message, schema, path)
    else:
        yield Mistake(str(messages), pointer(path))


def _names(schema: Schema) -> list[str]:
    return [field.data_key or name for name, field in schema.load_fields.items()]


def _inside(schema: Schema | None, step: str | int) -> Schema | None:
    """Return the schema of what stands at *step*; an array's entries keep the schema of the array."""
    if schema is None or isinstance(step, int):
        return schema
    field = next((each for name, each in schema.load_fields.items() if (each.data_key or name) == step), None)
    inner = field.inner if isinstance(field, fields.List) else field
    return inner.schema if isinstance(inner, fields.Nested) else None
