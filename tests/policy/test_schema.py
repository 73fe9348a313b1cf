"""The schema for editors: it takes whatever the compiler takes, and refuses what no policy can be."""

import copy
import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from doorward.cli import main
from doorward.core.signals import SIGNALS
from doorward.policy.compiler import compile_policy
from doorward.policy.schema import schema

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(schema())

WHOLE = {
    "version": 1,
    "id": "x",
    "description": "everything there is",
    "lists": {
        "words": ["NO", "SE"],
        "numbers": [1, 2],
        "office": {"cidr": ["10.0.0.0/8"]},
        "home": {"area": {"lat": 52.52, "lon": 13.4, "km": 5}},
        "blocked": {"runtime": "address"},
    },
    "levels": {"medium": 95.0, "high": 99},
    "requirements": {
        "mfa": {"any_of": ["passkey", "totp"], "aal": 2, "count": 1},
        "strong": {"any_of": "passkey", "phishing_resistant": True},
    },
    "rules": [
        {"id": "a", "when": "new.ip", "on_unknown": "skip", "then": "deny", "on": "login", "shadow": False},
        {"id": "b", "when": "new.ip", "on_unknown": {"challenge": "mfa"}, "then": {"deny": {"retry_after": "15m"}}},
        {
            "id": "c",
            "when": "new.ip",
            "on_unknown": "match",
            "then": {"challenge": "mfa", "max_age": "5m", "bind": True},
        },
        {"id": "d", "when": True, "then": {"allow": {}, "notify": True, "reason": "why"}, "description": "last"},
    ],
    "combine": "first_match",
    "unenrolled": {"login": "enrol", "login_high_risk": "deny", "action": "deny"},
    "pending": "tell",
    "degraded": {"challenge": "mfa", "max_age": "5m"},
}
OTHER_KEYS = {"challenge", "allow", "deny", "retry_after", "notify", "cidr", "file", "area", "max_age", "true", "x y"}
RULES, REQUIREMENTS = WHOLE["rules"], WHOLE["requirements"].values()
KEYS = sorted({key for spec in (WHOLE, *RULES, *REQUIREMENTS) for key in spec} | OTHER_KEYS)
VALUES = st.sampled_from(
    [
        *(None, True, False, 0, 1, 2, 3, 4, -1, 0.5, 95, "", "true", "false", "null", "~", "1", "2", "two", "15m"),
        *("allow", "deny", "challenge", "skip", "match", "mfa", "passkey", "knowledge", "login", "enrol", "strictest"),
        *([], ["passkey"], ["passkey", "passkey"], {}, {"retry_after": "1h"}, {"allow": None}, {"deny": True}),
        *({"challenge": "mfa"}, {"cidr": "10.0.0.1"}, {"area": []}, {"runtime": "device"}, {"any_of": ["sms"]}, [[1]]),
    ]
)

SCALARS = [None, True, False, 0, 12, 0.5, "", "a", "1"]
# What may well fit, so that many of the documents are policies.
LIKELY = {
    **dict.fromkeys(("description", "reason", "id"), SCALARS),
    **{key: [True, False, "true", "false", None] for key in ("shadow", "notify", "bind", "phishing_resistant")},
    **{key: [0, 1, 2, 3, 4, "2", "02", "x"] for key in ("aal", "count")},
    **{key: [0, 1, 50.5, 99.5, "7", "7.25", "1e1", 200] for key in ("lat", "lon", "km", "medium", "high")},
    **{key: [None, "x", 7, [], [1.5, 2], [None, True], ["a", "b"], {"file": 1}] for key in ("words", "numbers")},
    **{key: ["10.0.0.0/8", [], ["192.0.2.1", "2001:db8::/32"], {"cidr": []}] for key in ("cidr", "office")},
    "any_of": ["passkey", ["passkey", "passkey"], ["totp", "knowledge"], ["bypass_code"]],
    "then": [
        "allow",
        "deny",
        {"allow": None},
        {"deny": {}},
        {"deny": "true", "retry_after": "1h"},
        {"challenge": "mfa"},
    ],
    "on_unknown": ["skip", "match", "deny", {"deny": True, "notify": False}, {"challenge": "mfa", "bind": False}],
    "degraded": ["allow", "deny", {"challenge": "strong", "bind": False}, {"deny": {"retry_after": "1d"}}],
    "deny": [None, True, "", "~", {}, {"retry_after": "7d"}, "x"],
    "max_age": ["1s", "366d", "15m", "0s", 15],
    "version": [1, "1", 1.0, "01"],
    "levels": [{}, {"high": 99.5}, {"medium": "12.5"}],
    "unenrolled": [{}, {"login": "allow"}],
    "lists": [{}],
}


def placed(document):
    """Yield every mapping and list of the document."""
    if isinstance(document, dict | list):
        yield document
        for each in document.values() if isinstance(document, dict) else document:
            yield from placed(each)


@st.composite
def documents(draw):
    """A policy with one or two of its parts changed, taken out or added to."""
    document = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(list(placed(document))))
        if isinstance(place, dict):
            key = draw(st.sampled_from([*place, *place, *KEYS]))
            if key in place and draw(st.integers(0, 3)) == 0:
                del place[key]
            else:
                likely = st.sampled_from(LIKELY[key]) if key in LIKELY else VALUES
                place[key] = copy.deepcopy(draw(likely | likely | VALUES))
        elif place:
            place[draw(st.integers(0, len(place) - 1))] = copy.deepcopy(draw(VALUES))
    return document


@settings(max_examples=150)
@given(documents())
def test_what_the_compiler_takes_is_never_refused(document):
    made = compile_policy(json.dumps(document), signals=SIGNALS)

    assert made.policy is None or [error.message for error in VALIDATOR.iter_errors(document)] == []


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema())


def test_the_whole_language_is_taken():
    assert compile_policy(json.dumps(WHOLE), signals=SIGNALS).errors == ()
    assert VALIDATOR.is_valid(WHOLE)


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2: only true and false are flags, so that `on` is a key and `NO` a country."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(("bool", "timestamp"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


AsEditorsRead.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


@pytest.mark.parametrize("path", sorted((ROOT / "rules").rglob("policy.yaml")), ids=lambda path: path.parent.name)
def test_every_policy_that_ships_is_taken(path):
    document = yaml.load(path.read_text(encoding="utf-8"), AsEditorsRead)

    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


WRONG = [
    {"version": 2},
    {"rules": []},
    {"rules": {}},
    {"ruless": []},
    {"lists": {"Words": ["a"]}},
    {"lists": {"a": {"cidr": ["10.0.0.0/8"], "file": "x"}}},
    {"lists": {"a": {"runtime": "network"}}},
    {"lists": {"a": {"area": {"lat": 91, "lon": 0, "km": 1}}}},
    {"levels": {"medium": 101}},
    {"levels": {"low": 1}},
    {"requirements": {"mfa": {"any_of": ["topt"]}}},
    {"requirements": {"mfa": {"any_of": []}}},
    {"requirements": {"mfa": {"aal": 4}}},
    {"requirements": {"mfa": {"count": 1.5}}},
    {"requirements": {"mfa": None}},
    {"combine": "last_match"},
    {"unenrolled": {"login": "ask"}},
    {"pending": "ask"},
    {"degraded": "challenge"},
    {"degraded": {"deny": None, "allow": None}},
]
WRONG_RULES = [
    {"then": None},
    {"then": "challenge"},
    {"then": "denny"},
    {"then": {}},
    {"then": {"allow": None, "max_age": "5m"}},
    {"then": {"challenge": "mfa", "retry_after": "5m"}},
    {"then": {"challenge": "mfa", "max_age": 300}},
    {"then": {"challenge": "mfa", "max_age": "0s"}},
    {"then": {"deny": {"retry_afer": "5m"}}},
    {"on_unknown": "allow"},
    {"on_unknown": {"allow": None}},
    {"on": "logout"},
    {"shadow": "yes"},
    {"when": ["true"]},
    {"when": "x" * 4097},
    {"id": "a b"},
    {"bind": True},
]


@pytest.mark.parametrize("change", WRONG + [{"rules": [WHOLE["rules"][0] | each]} for each in WRONG_RULES])
def test_what_no_policy_can_be_is_refused(change):
    document = WHOLE | change

    assert compile_policy(json.dumps(document), signals=SIGNALS).policy is None
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("key", ["version", "id", "rules"])
def test_what_must_be_there_is_asked_for(key):
    assert not VALIDATOR.is_valid({name: value for name, value in WHOLE.items() if name != key})


def test_editors_can_show_every_signal():
    about = schema()["properties"]["rules"]["items"]["properties"]["when"]["description"]

    assert [name for name in SIGNALS if f"`{name}`" not in about] == []


def test_the_file_in_the_docs_is_what_the_command_prints():
    printed = CliRunner().invoke(main, ["rules", "schema"]).stdout

    assert json.loads(printed) == schema()
    assert (ROOT / "docs" / "policy.schema.json").read_text(encoding="utf-8") == printed, "run `make docs`"
