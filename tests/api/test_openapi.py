"""The document says what the service does: every operation, every answer, valid by the standard."""

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from doorward.api.app import RESOURCES
from doorward.api.docs_page import render

KNOWN_ID = "dec_" + "A" * 22
PAIRING = {"authenticator": "fac_" + "A" * 22, "code": "x", "public_key": {"kty": "OKP"}, "signature": "AA"}


@pytest.fixture
def document(stranger):
    return stranger.get("/openapi.json").json


def operations(document):
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_is_in_the_document_and_no_other(app, document):
    routes = {
        (method, re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert set(operations(document)) == routes


def test_every_operation_has_an_id_of_its_own_a_tag_and_a_summary(document):
    found = list(operations(document).values())
    tags = {tag["name"] for tag in document["tags"]}

    assert len({operation["operationId"] for operation in found}) == len(found)
    assert all(operation["summary"] and set(operation["tags"]) <= tags for operation in found)


def test_every_operation_declares_its_problems(document):
    for (method, path), operation in operations(document).items():
        statuses = set(operation["responses"])
        if operation["security"]:
            assert statuses >= {"400", "401", "403", "422", "500", "503"}, path
        if "requestBody" in operation:
            assert statuses >= {"413", "415"}, path
        if method == "POST" and operation["security"]:
            assert {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"], path


def test_every_scope_is_told(document):
    for resource in RESOURCES:
        for operation in resource.operations:
            path = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", operation.path)
            told = operations(document)[operation.method, path].get("description", "")
            assert all(f"`{scope}`" in told for scope in operation.scopes)


def test_every_field_of_a_request_is_described_or_refers_to_a_schema(document):
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("Request"):
            assert schema["additionalProperties"] is False, name
            for field in schema["properties"].values():
                assert "description" in field or "$ref" in field, name


def test_every_example_fits_its_field(document):
    checked = 0
    for schema in document["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            for example in field.get("examples", []):
                Draft202012Validator(field | {"components": document["components"]}).validate(example)
                checked += 1
    assert checked > 60


def test_the_body_of_the_contract_fits_the_document(document, login):
    assert [*validator(document, "DecisionRequest").iter_errors(login)] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "schema"),
    [
        ("POST", "/v1/decisions", {"kind": "login", "subject": {"id": "u"}, "client": {}}, "Decision"),
        ("GET", "/v1/decisions", None, "RecordPage"),
        ("POST", f"/v1/decisions/{KNOWN_ID}/outcome", {"result": "failed"}, "Learned"),
        ("POST", f"/v1/decisions/{KNOWN_ID}/feedback", {"label": "fraud", "source": "user"}, "Feedback"),
        ("POST", "/v1/events", {"type": "logout", "subject": {"id": "u"}}, "Accepted"),
        ("GET", "/v1/lists/blocked/u", None, "ListEntry"),
        ("PUT", "/v1/lists/blocked/u", {}, "ListEntry"),
        ("GET", "/v1/policy", None, "Policy"),
        ("POST", "/v1/policy/check", {"text": ""}, "Findings"),
        ("GET", "/v1/challenges/chl_" + "A" * 22, None, "Challenge"),
        ("POST", "/v1/assertions/redeem", {"assertion": "good.jws.sig"}, "Claims"),
        ("POST", "/v1/push/pair", PAIRING, "Paired"),
        ("GET", "/livez", None, "Live"),
        ("GET", "/nowhere", None, "Problem"),
        ("POST", "/v1/decisions", {"kind": 1}, "Problem"),
    ],
)
def test_an_answer_fits_its_schema(client, document, method, path, body, schema):
    answer = client.open(path, method=method, json=body)

    validator(document, schema).validate(answer.json)


def test_every_link_leads_to_an_operation_with_what_it_takes(document):
    known = {operation["operationId"]: operation for operation in operations(document).values()}
    links = [link for operation in known.values() for link in links_of(operation)]

    assert links
    for link in links:
        target = known[link["operationId"]]
        taken = {each["name"] for each in target["parameters"] if "name" in each}
        assert set(link.get("parameters", {})) <= taken
        assert set(link.get("requestBody", {})) <= fields_of_body(document, target)


def links_of(operation):
    return [link for answer in operation["responses"].values() for link in answer.get("links", {}).values()]


def fields_of_body(document, operation):
    if "requestBody" not in operation:
        return set()
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return set(document["components"]["schemas"][name]["properties"])


def test_every_answer_has_the_headers_that_every_answer_has(client, document):
    always = {name for name, header in document["components"]["headers"].items() if header.get("required")}

    for path in ("/v1/policy", "/nowhere", "/v1/decisions/x", "/docs"):
        assert always <= set(client.get(path).headers.keys())


def validator(document, name):
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_page_asks_nothing_of_a_third_party(stranger):
    answer = stranger.get("/docs")

    assert answer.content_type == "text/html; charset=utf-8"
    assert not re.search(r"(src|href)=\"(?![#/])", answer.text)
    assert "<script" not in answer.text


def test_the_pages_style_is_allowed_by_a_nonce_of_its_own(stranger):
    first, second = stranger.get("/docs"), stranger.get("/docs")

    (nonce,) = re.findall(r"'nonce-([^']+)'", first.headers["Content-Security-Policy"])
    assert first.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'nonce-")
    assert f'<style nonce="{nonce}">' in first.text
    assert nonce not in second.text


def test_the_page_shows_every_operation_with_its_fields(stranger, document):
    page = stranger.get("/docs").text

    for (method, path), operation in operations(document).items():
        assert f'id="{operation["operationId"]}"' in page
        assert path in page
        assert f'<span class="method">{method}</span>' in page
    for field in ("client.device_token", "subject.contacts[].channel", "risk.reasons[].points", "limit (query)"):
        assert f">{field}</code>" in page


def test_the_page_escapes_what_the_document_says():
    document = {
        "info": {"title": "<b>", "version": "1", "description": "a & b"},
        "tags": [{"name": "x", "description": "</p><script>"}],
        "paths": {},
    }

    page = render(document, nonce="n")

    assert "<script>" not in page
    assert "&lt;b&gt;" in page
