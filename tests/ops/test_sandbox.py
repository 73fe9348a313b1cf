"""`doorward sandbox` as an integrator's test suite uses it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]
Fetch = Callable[..., tuple[int, str]]
Ask = Callable[..., tuple[int, Any]]

ROOT = Path(__file__).parents[2]
DENY_ALL = 'version: 1\nid: deny-all\nrules:\n  - id: nobody\n    when: "true"\n    then: deny\n'


@pytest.fixture(scope="module")
def sandbox(start_for_all: Start) -> Any:
    program = start_for_all("-m", "doorward", "sandbox", "--port", "0")
    program.wait_for("API key: sandbox")
    return program


@pytest.fixture
def ask(sandbox: Any, fetch: Fetch) -> Ask:
    """Ask the sandbox, which is reset before each test."""

    def ask(method: str, path: str, body: Any = None, key: str = "sandbox") -> tuple[int, Any]:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        status, text = fetch(sandbox.url() + path, method=method, body=sent, headers=headers)
        return status, json.loads(text) if text else None

    assert ask("POST", "/sandbox/reset", {})[0] == 204
    return ask


def login(ask: Ask, ip: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"kind": "login", "subject": {"id": "u-1"}, "client": {"ip": ip} if ip else {}}
    status, answer = ask("POST", "/v1/decisions", body | {"credential": {"result": "passed"}} | more)
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


def signals(ask: Ask, decision: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = ask("GET", f"/v1/decisions/{decision['id']}")[1]["signals"]
    return found


def test_another_key_is_refused(ask: Ask) -> None:
    assert ask("GET", "/v1/policy", key="dwk_other")[0] == 401


@pytest.mark.parametrize("body", [{}, {"now": "2027-01-01T00:00:00Z", "advance_seconds": 1}, {"advance_seconds": -1}])
def test_a_clock_that_is_not_said_plainly_is_refused(ask: Ask, body: dict[str, Any]) -> None:
    assert ask("PUT", "/sandbox/clock", body)[0] == 422


def test_the_clock_cannot_leave_the_times_that_can_be_written(ask: Ask) -> None:
    ask("PUT", "/sandbox/clock", {"now": "2099-12-31T00:00:00Z"})

    assert ask("PUT", "/sandbox/clock", {"advance_seconds": 86_400 * 30})[0] == 422


def test_every_mistake_in_the_networks_is_told(ask: Ask) -> None:
    rows = [{"cidr": "198.51.100.0/33"}, {"cidr": "198.51.100.0/24", "kind": "castle", "latitude": 1}]
    rows.append({"cidr": "fe80::%eth0/64"})

    status, problem = ask("PUT", "/sandbox/networks", rows)

    assert status == 422
    assert [each["pointer"] for each in problem["errors"]] == ["#/0/cidr", "#/1/kind", "#/1/latitude", "#/2/cidr"]


def test_half_a_place_is_refused(ask: Ask) -> None:
    status, problem = ask("PUT", "/sandbox/networks", [{"cidr": "198.51.100.0/24", "lat": 52.5}])

    assert status == 422
    assert problem["errors"][0]["pointer"] == "#/0"


def test_a_policy_that_does_not_pass_changes_nothing(ask: Ask) -> None:
    before = ask("GET", "/v1/policy")[1]["digest"]

    status, problem = ask("PUT", "/sandbox/policy", {"text": "version: 1\nid: x\nrules: 7\n"})

    assert status == 422
    assert problem["findings"][0]["line"] == 3
    assert ask("GET", "/v1/policy")[1]["digest"] == before


def test_decisions_follow_the_policy_that_is_put(ask: Ask) -> None:
    assert ask("PUT", "/sandbox/policy", {"text": DENY_ALL})[0] == 200

    decision = login(ask)

    assert (decision["outcome"], decision["policy"]["rule"]) == ("deny", "nobody")


def test_decisions_are_made_at_the_time_that_is_set(ask: Ask) -> None:
    assert ask("PUT", "/sandbox/clock", {"now": "2030-05-06T07:08:09Z"})[1] == {"now": "2030-05-06T07:08:09Z"}

    assert login(ask)["decided_at"].startswith("2030-05-06T07:08:")


def test_the_clock_can_be_moved_on(ask: Ask) -> None:
    ask("PUT", "/sandbox/clock", {"now": "2030-05-06T07:00:00Z"})

    status, answer = ask("PUT", "/sandbox/clock", {"advance_seconds": 601})

    assert status == 200
    assert answer["now"].startswith("2030-05-06T07:10:0")


def test_networks_stand_in_for_the_geo_databases(ask: Ask) -> None:
    berlin = {"country": "DE", "city": "Berlin", "lat": 52.5, "lon": 13.4, "timezone": "Europe/Berlin"}
    network = {"cidr": "198.51.100.0/24", **berlin, "asn": 3320, "as_org": "Example", "kind": "residential"}
    assert ask("PUT", "/sandbox/networks", [network])[0] == 204

    found = signals(ask, login(ask, "198.51.100.7"))

    values = {name: found[name].get("value") for name in ("geo.country", "geo.city", "network.asn", "network.kind")}
    assert values == {"geo.country": "DE", "geo.city": "Berlin", "network.asn": 3320, "network.kind": "residential"}


def test_networks_replace_those_before(ask: Ask) -> None:
    ask("PUT", "/sandbox/networks", [{"cidr": "198.51.100.0/24", "country": "DE"}])
    ask("PUT", "/sandbox/networks", [])

    assert signals(ask, login(ask, "198.51.100.7"))["geo.country"]["state"] == "unknown"


def test_a_tor_network_is_anonymous(ask: Ask) -> None:
    ask("PUT", "/sandbox/networks", [{"cidr": "2001:db8::/32", "kind": "tor"}])

    assert signals(ask, login(ask, "2001:db8::7"))["network.anonymous"]["value"] is True


def test_the_outbox_begins_empty_and_can_be_emptied(ask: Ask) -> None:
    assert ask("GET", "/sandbox/outbox") == (200, [])
    assert ask("DELETE", "/sandbox/outbox") == (204, None)


def test_a_message_and_an_event_can_be_read_once_the_answer_is_there(ask: Ask) -> None:
    ask("PUT", "/sandbox/policy", {"text": DENY_ALL.replace("deny\n", "{deny: {}, notify: true}\n")})
    anna = {"id": "u-1", "contacts": [{"channel": "email", "address": "anna@example.org"}]}
    decision = login(ask, subject=anna)

    (mail,) = ask("GET", "/sandbox/outbox")[1]
    (event,) = ask("GET", "/sandbox/outbox?channel=webhook")[1]

    assert (mail["channel"], mail["to"], mail["code"]) == ("email", "anna@example.org", None)
    assert "/was-this-you/wty_" in mail["body"]
    assert json.loads(event["body"])["data"]["decision"] == decision["id"]


def test_the_link_of_a_message_leads_to_a_page_of_the_sandbox(sandbox: Any, ask: Ask, fetch: Fetch) -> None:
    ask("PUT", "/sandbox/policy", {"text": DENY_ALL.replace("deny\n", "{deny: {}, notify: true}\n")})
    login(ask, subject={"id": "u-1", "contacts": [{"channel": "email", "address": "anna@example.org"}]})
    link = ask("GET", "/sandbox/outbox")[1][0]["body"].partition("/was-this-you/")[2].split()[0]

    status, page = fetch(f"{sandbox.url()}/was-this-you/{link}/no", method="POST")

    assert status == 200
    assert "Thank you" in page
    assert ask("GET", "/sandbox/outbox")[1][-1]["subject"].endswith("You told us of an attempt that was not yours")


def test_a_reset_forgets_everything(ask: Ask) -> None:
    ask("PUT", "/sandbox/clock", {"now": "2030-05-06T07:08:09Z"})
    ask("PUT", "/sandbox/networks", [{"cidr": "198.51.100.0/24", "country": "DE"}])
    ask("PUT", "/sandbox/policy", {"text": DENY_ALL})
    decision = login(ask)

    assert ask("POST", "/sandbox/reset", {})[0] == 204

    assert ask("GET", f"/v1/decisions/{decision['id']}")[0] == 404
    after = login(ask, "198.51.100.7")
    assert after["policy"]["rule"] != "nobody"
    assert after["decided_at"].startswith(time.strftime("%Y-%m", time.gmtime()))
    assert signals(ask, after)["geo.country"]["state"] == "unknown"


def test_a_reset_needs_no_body(sandbox: Any, fetch: Fetch) -> None:
    assert fetch(sandbox.url() + "/sandbox/reset", method="POST")[0] == 204


def test_it_listens_on_loopback_alone(sandbox: Any) -> None:
    assert sandbox.url().startswith("http://127.0.0.1:")


def test_its_paths_stand_in_its_own_document(ask: Ask, fetch: Fetch) -> None:
    _, document = ask("GET", "/openapi.json")

    assert "/sandbox/clock" in document["paths"]


def test_a_code_by_sms_is_read_from_the_outbox_and_passes(ask: Ask) -> None:
    path = "/v1/subjects/u-1/authenticators"
    made = ask("POST", path, {"type": "sms", "phone": "+4915112345678"})[1]
    ask("POST", f"{path}/{made['id']}/confirm", {"code": ask("GET", "/sandbox/outbox")[1][-1]["code"]})
    asked = login(ask, kind="action", action={"name": "account.export"}, session={"id": "s-1", "amr": ["pwd"]})
    challenge = f"/v1/challenges/{asked['challenge']['id']}"

    ask("POST", f"{challenge}/begin", {"authenticator": made["id"]})
    message = ask("GET", "/sandbox/outbox")[1][-1]
    body = {"authenticator": made["id"], "response": {"code": message["code"]}}
    passed = ask("POST", f"{challenge}/verify", body)[1]

    assert (message["channel"], message["to"]) == ("sms", "+4915112345678")
    assert passed["status"] == "passed"
