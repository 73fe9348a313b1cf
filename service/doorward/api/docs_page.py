"""The reference as one HTML page: server-rendered, no script, nothing from a third party."""

import json
from typing import Any

from jinja2 import Environment, StrictUndefined

_METHODS = ("get", "put", "post", "delete")
_REF_DEPTH = 8
_BOUNDS = (
    ("minLength", "maxLength", " characters"),
    ("minimum", "maximum", ""),
    ("minItems", "maxItems", " entries"),
    ("minProperties", "maxProperties", " members"),
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ info.title }} {{ info.version }}: HTTP reference</title>
<style nonce="{{ nonce }}">
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h2 { border-bottom: 1px solid var(--line); margin-top: 2.5rem; text-transform: capitalize; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--soft); }
details { border: 1px solid var(--line); border-radius: .4rem; padding: .5rem .9rem; margin: .6rem 0; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
.must { font-weight: 700; }
nav li { display: inline-block; margin-right: 1rem; text-transform: capitalize; }
nav ul { list-style: none; padding: 0; }
</style>
</head>
<body>
<header>
<h1>{{ info.title }} {{ info.version }}</h1>
<p>{{ info.description }}</p>
<p>The same as a document for programs: <a href="/openapi.json">/openapi.json</a></p>
<nav aria-label="Resources"><ul>
{% for group in groups %}<li><a href="#{{ group.name }}">{{ group.name }}</a></li>
{% endfor %}</ul></nav>
</header>
<main>
{% for group in groups %}
<section id="{{ group.name }}">
<h2>{{ group.name }}</h2>
<p>{{ group.description }}</p>
{% for operation in group.operations %}
<details id="{{ operation.id }}">
<summary><span class="method">{{ operation.method }}</span>
<code>{{ operation.path }}</code> {{ operation.summary }}</summary>
{% if operation.description %}<p>{{ operation.description }}</p>{% endif %}
{{ fields("Parameters", operation.parameters) }}
{{ fields("Body", operation.body) }}
{% if operation.example %}<h3>Example body</h3>
<pre>{{ operation.example }}</pre>{% endif %}
{{ fields("Answer", operation.answer) }}
<h3>Statuses</h3>
<table>
{% for status, text in operation.statuses %}<tr><th scope="row">{{ status }}</th><td>{{ text }}</td></tr>
{% endfor %}</table>
</details>
{% endfor %}
</section>
{% endfor %}
</main>
</body>
</html>
"""

_FIELDS = """{% macro fields(title, rows) %}{% if rows %}<h3>{{ title }}</h3>
<table>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
{% for row in rows %}<tr><td><code{% if row.required %} class="must"{% endif %}>{{ row.name }}</code>
{%- if row.required %} (required){% endif %}</td><td>{{ row.type }}</td><td>{{ row.description }}
{%- if row.example %} <code>{{ row.example }}</code>{% endif %}</td></tr>
{% endfor %}</table>{% endif %}{% endmacro %}"""

_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined).from_string(_FIELDS + _PAGE)

Json = dict[str, Any]


def render(document: Json, *, nonce: str) -> str:
    """Return the page that shows *document*; *nonce* is that of the style."""
    groups = [tag | {"operations": _operations(document, tag["name"])} for tag in document["tags"]]
    return _TEMPLATE.render(info=document["info"], groups=groups, nonce=nonce)


def _operations(document: Json, tag: str) -> list[Json]:
    return [
        _shown(document, path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item and tag in item[method]["tags"]
    ]


def _shown(document: Json, path: str, method: str, operation: Json) -> Json:
    body = _json_schema(operation.get("requestBody"))
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": [_parameter(_resolved(document, each)) for each in operation.get("parameters", [])],
        "body": _rows(document, body, ""),
        "example": json.dumps(_example(document, body), indent=2, ensure_ascii=False) if body else "",
        "answer": _rows(document, _answer_schema(operation), ""),
        "statuses": [
            (status, _resolved(document, response)["description"])
            for status, response in sorted(operation["responses"].items())
        ],
    }


def _answer_schema(operation: Json) -> Json:
    good = min(operation["responses"])
    return _json_schema(operation["responses"][good])


def _json_schema(holder: Json | None) -> Json:
    content: Json = (holder or {}).get("content", {})
    schema: Json = content.get("application/json", {}).get("schema", {})
    return schema


def _parameter(parameter: Json) -> Json:
    row = _row(
        f"{parameter['name']} ({parameter['in']})", parameter["schema"], required=parameter.get("required", False)
    )
    return row | {"description": parameter.get("description", "")}


def _rows(document: Json, schema: Json, prefix: str, depth: int = 0) -> list[Json]:
    """Return one row for each field, nested ones with the path to them."""
    schema = _resolved(document, schema)
    rows: list[Json] = []
    for name, field in schema.get("properties", {}).items():
        row = _row(prefix + name, field, required=name in schema.get("required", []))
        rows.append(row | {"description": row["description"] or _resolved(document, field).get("description", "")})
        inner = field.get("items") if "items" in field else field
        if depth < _REF_DEPTH:
            suffix = "[]." if "items" in field else "."
            rows += _rows(document, inner, prefix + name + suffix, depth + 1)
    return rows


def _row(name: str, field: Json, *, required: bool) -> Json:
    examples = field.get("examples", [])
    return {
        "name": name,
        "type": _type(field),
        "required": required,
        "description": field.get("description", ""),
        "example": json.dumps(examples[0], ensure_ascii=False) if examples else "",
    }


def _type(field: Json) -> str:
    if "enum" in field:
        return " | ".join(json.dumps(word) for word in field["enum"])
    kinds = field.get("type", "object" if _is_reference(field) else "any")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    nullable = {"type": "null"} in field.get("anyOf", [])
    return " | ".join([*kinds, "null"] if nullable else kinds) + _bounds(field)


def _bounds(field: Json) -> str:
    for least, most, unit in _BOUNDS:
        if most in field:
            return f", {field.get(least, 0)} to {field[most]}{unit}"
    return ""


def _example(document: Json, schema: Json) -> Any:
    schema = _resolved(document, schema)
    if "examples" in schema:
        return schema["examples"][0]
    if "properties" in schema:
        shown = {name: _example(document, field) for name, field in schema["properties"].items()}
        return {name: value for name, value in shown.items() if value is not None}
    return [_example(document, schema["items"])] * max(1, schema.get("minItems", 0)) if "items" in schema else None


def _is_reference(field: Json) -> bool:
    return any("$ref" in each for each in (field, *field.get("allOf", []), *field.get("anyOf", [])))


def _resolved(document: Json, schema: Json) -> Json:
    """Return what *schema* refers to, through a nullable or described reference too."""
    for each in (schema, *schema.get("allOf", []), *schema.get("anyOf", [])):
        if "$ref" in each:
            found: Any = document
            for step in each["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            return _resolved(document, found)
    return schema
