"""What is really answered stands in the reference, member by member."""

from jsonschema import Draft202012Validator

from .conftest import NEW_YORK

FRAUD = {"label": "fraud", "source": "user"}


def undeclared(schema, value, schemas, place="#"):
    """Yield where *value* has a member that *schema* does not name; a free object may hold anything."""
    schema = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    for each in schema.get("anyOf", []):
        if "$ref" in each and value is not None:
            yield from undeclared(each, value, schemas, place)
    if isinstance(value, list):
        for item in value:
            yield from undeclared(schema.get("items", {}), item, schemas, f"{place}/-")
    elif isinstance(value, dict) and "anyOf" not in schema and schema.get("additionalProperties") is not True:
        for name, item in value.items():
            if name in schema.get("properties", {}):
                yield from undeclared(schema["properties"][name], item, schemas, f"{place}/{name}")
            else:
                yield f"{place}/{name}"


def misfits(document, method, path, answer):
    """Return what the reference does not say of *answer*."""
    declared = document["paths"][path][method.lower()]["responses"][str(answer.status_code)]
    schema = declared["content"]["application/json"]["schema"]
    validator = Draft202012Validator(schema | {"components": document["components"]})
    wrong = [each.message for each in validator.iter_errors(answer.json)]
    return wrong + list(undeclared(schema, answer.json, document["components"]["schemas"]))


def test_every_member_of_every_answer_is_in_the_reference(house):
    document = house.get("/openapi.json").json
    request = {"kind": "login", "subject": {"id": "u-1", "groups": ["admins"]}, "client": {"ip": NEW_YORK}}
    request["credential"] = {"result": "passed"}
    decided = house.post("/v1/decisions", request)
    one = f"/v1/decisions/{decided.json['id']}"
    completed = house.post(f"{one}/outcome", {"result": "completed", "amr": ["otp"]})
    redeemed = house.post("/v1/assertions/redeem", {"assertion": completed.json["assertion"]})
    template, entry = "/v1/lists/{name}/{entry}", "/v1/lists/blocked_subjects/u-9"
    event = {"type": "login_failed", "subject": {"id": "u-1"}}
    answers = [
        ("POST", "/v1/decisions", decided),
        ("POST", "/v1/decisions/{decision_id}/outcome", completed),
        ("POST", "/v1/assertions/redeem", redeemed),
        ("POST", "/v1/decisions/{decision_id}/feedback", house.post(f"{one}/feedback", FRAUD)),
        ("GET", "/v1/decisions/{decision_id}", house.get(one)),
        ("GET", "/v1/decisions", house.get("/v1/decisions")),
        ("POST", "/v1/events", house.post("/v1/events", event)),
        ("PUT", template, house.call("PUT", entry, {"reason": "attack"})),
        ("GET", template, house.get(entry)),
        ("GET", "/v1/policy", house.get("/v1/policy")),
        ("POST", "/v1/policy/check", house.post("/v1/policy/check", {"text": "version: 2"})),
        ("POST", "/v1/policy/what-if", house.post("/v1/policy/what-if", {"request": request})),
        ("GET", "/.well-known/jwks.json", house.get("/.well-known/jwks.json?tenant=default")),
        ("GET", "/livez", house.get("/livez")),
        ("GET", "/readyz", house.get("/readyz")),
    ]

    found = {(method, path): misfits(document, method, path, answer) for method, path, answer in answers}

    assert {at: what for at, what in found.items() if what} == {}
