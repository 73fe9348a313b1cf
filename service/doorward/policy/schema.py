"""A JSON Schema (draft 2020-12) of the policy file, for editors: made from the tables that the compiler reads by.

An editor reads YAML's plain `2`, `true` and `null` as such, the compiler as the texts that they are: both are taken
here. Nothing that the compiler takes is refused; what it says of names, conditions and lists goes beyond a schema.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.core.assurance import NAMED_TYPES
from doorward.core.outcome import ALLOW, CHALLENGE, DENY
from doorward.core.request import ACTION, LOGIN
from doorward.core.signals import SIGNALS
from doorward.policy.compiler import KEYS, VERSION
from doorward.policy.conditions import MAX_CONDITION_CHARACTERS
from doorward.policy.functions import FUNCTIONS
from doorward.policy.list_section import HOLDS, KINDS, MAX_INLINE_WORDS, MAX_LISTS
from doorward.policy.model import (
    BOTH,
    DEFAULT_LEVELS,
    DEFAULT_UNENROLLED,
    ENROL,
    FIRST_MATCH,
    MATCH,
    SKIP,
    STRICTEST,
    TELL,
)
from doorward.policy.requirement_section import MAX_REQUIREMENTS, REQUIREMENT_KEYS
from doorward.policy.rule_section import MAX_RULES, RULE_KEYS

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "urn:doorward:policy:1"

_ABOUT = {
    "version": "The version of the language: 1.",
    "id": "The policy's name in decisions, 1 to 64 characters.",
    "description": "For people.",
    "lists": "What rules read as `lists.<name>`: words, numbers, networks, areas, files, or filled at run time.",
    "levels": "From which score on the risk is `medium` and `high`; medium below high.",
    "requirements": "What a challenge may ask for, by name.",
    "rules": "The rules, in the order in which they are looked at.",
    "combine": "`first_match`: the first rule that applies decides. `strictest`: deny over challenge over allow.",
    "unenrolled": "What happens to a subject that has nothing to meet a requirement with.",
    "pending": "Before the password was checked: `tell` the outcome, or open the `challenge`.",
    "degraded": "The least that is asked when history or the store cannot be read.",
}
_ABOUT_RULES = {
    "id": "Unique; in the decision, the metrics and the records.",
    "description": "For people.",
    "on": "What the rule is for: `login`, `action` or `both`.",
    "on_unknown": "What to do where the condition is not known; needed where it can stay unknown.",
    "then": "What to do where the condition holds.",
    "shadow": "`true`: evaluated and recorded wherever the rule stands, never applied.",
    "reason": "What the decision says as its reason.",
}
_ABOUT_REQUIREMENTS = {
    "any_of": "The authenticator types that are taken; any where left out.",
    "count": "How many authenticators of different types.",
    "aal": "The assurance level that they reach with the first factor.",
    "phishing_resistant": "Whether one of them must resist phishing.",
}
_ABOUT_OUTCOMES = {
    ALLOW: "Let it happen.",
    DENY: "Refuse; `{retry_after: 15m}` says when to come again.",
    CHALLENGE: "The name of a requirement that a proof must meet.",
    "max_age": "How old a proof may be; 12 hours where left out.",
    "bind": "The proof is good for this one action with these values, once.",
    "notify": "The owner is told.",
    "retry_after": "When to come again.",
    "reason": "What the decision says as its reason.",
}

_SCALAR: Json = {"type": ["string", "number", "boolean", "null"]}
_FLAG: Json = {"enum": [True, False, "true", "false"]}
_DURATION: Json = {"type": "string", "pattern": "^[1-9][0-9]{0,6}[smhd]$", "examples": ["30s", "15m", "24h", "7d"]}
# What may stand behind `allow:` and `deny:`.
_NOTHING: Json = {"enum": [None, True, "", "null", "~", "true", {}]}


def schema() -> Json:
    """Return the whole schema."""
    return {
        "$schema": DIALECT,
        "$id": NAME,
        "title": "A policy of Doorward",
        **_mapping(_described(_sections(), _ABOUT, KEYS), required=("version", "id", "rules")),
        "$defs": {
            "outcome": _outcome(ALLOW, DENY, CHALLENGE),
            "unknown": _outcome(DENY, CHALLENGE, words=(SKIP, MATCH)),
        },
    }


def _sections() -> Json:
    level = _number(0, 100)
    without = {"enum": [ENROL, DENY, ALLOW]}
    return {
        "version": {"enum": [int(VERSION), VERSION]},
        "id": _SCALAR | {"minLength": 1, "maxLength": 64},
        "description": _SCALAR,
        "lists": _named("^[a-z][a-z0-9_]{0,39}$", _list(), MAX_LISTS),
        "levels": _mapping({name: level | {"default": usual} for name, usual in DEFAULT_LEVELS.items()}),
        "requirements": _named("^[A-Za-z][A-Za-z0-9_-]{0,63}$", _requirement(), MAX_REQUIREMENTS),
        "rules": {"type": "array", "minItems": 1, "maxItems": MAX_RULES, "items": _rule()},
        "combine": {"enum": [FIRST_MATCH, STRICTEST], "default": FIRST_MATCH},
        "unenrolled": _mapping({name: without | {"default": usual} for name, usual in DEFAULT_UNENROLLED.items()}),
        "pending": {"enum": [TELL, CHALLENGE], "default": TELL},
        "degraded": {"$ref": "#/$defs/outcome"},
    }


def _rule() -> Json:
    fields = {
        "id": _SCALAR | {"pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},
        "description": _SCALAR,
        "on": {"enum": [BOTH, LOGIN, ACTION], "default": BOTH},
        "when": _SCALAR | {"maxLength": MAX_CONDITION_CHARACTERS},
        "on_unknown": {"$ref": "#/$defs/unknown"},
        "then": {"$ref": "#/$defs/outcome"},
        "shadow": _FLAG,
        "reason": _SCALAR,
    }
    about = _ABOUT_RULES | {"when": _about_conditions()}
    return _mapping(_described(fields, about, RULE_KEYS), required=("id", "when", "then"))


def _about_conditions() -> str:
    signals = (f"`{name}` ({spec.type}{', ?' if spec.may_be_unknown else ''})" for name, spec in SIGNALS.items())
    functions = (f"`{spec.signature}`" for spec in FUNCTIONS.values())
    return (
        "The condition, in CEL. Counts are int, ratios, distances and the score double: `risk.score >= 95.0`. "
        f"Signals (those with ? can be unknown): {', '.join(signals)}. "
        f"Functions besides CEL's own: {', '.join(functions)}."
    )


def _requirement() -> Json:
    kind = {"enum": list(NAMED_TYPES)}
    fields = {
        "any_of": {"anyOf": [kind, {"type": "array", "minItems": 1, "items": kind}]},
        "count": _whole(1, 3) | {"default": 1},
        "aal": _whole(0, 3) | {"default": 0},
        "phishing_resistant": _FLAG,
    }
    return _mapping(_described(fields, _ABOUT_REQUIREMENTS, REQUIREMENT_KEYS))


def _list() -> Json:
    texts = {"type": "array", "items": _SCALAR}
    area = _mapping({"lat": _number(-90, 90), "lon": _number(-180, 180), "km": _number(0.001, 20_100)}, required=None)
    read = {
        "cidr": {"anyOf": [_SCALAR, texts]},
        "cidr_file": _SCALAR,
        "area": {"anyOf": [area, {"type": "array", "items": area}]},
        "file": _SCALAR,
        "runtime": {"enum": list(HOLDS)},
    }
    kinds = [_mapping({kind: read[kind]}, required=(kind,)) for kind in KINDS]
    return {"anyOf": [_SCALAR, texts | {"maxItems": MAX_INLINE_WORDS}, *kinds]}


def _outcome(*outcomes: str, words: Sequence[str] = ()) -> Json:
    plain = {"enum": [*words, *(each for each in outcomes if each != CHALLENGE)]}
    return {"anyOf": [plain, *(_OUTCOMES[each] for each in outcomes)]}


def _one_outcome(outcome: str, value: Json, **more: Json) -> Json:
    fields = {outcome: value, "notify": _FLAG, "reason": _SCALAR} | more
    return _mapping(_described(fields, _ABOUT_OUTCOMES, tuple(fields)), required=(outcome,))


def _mapping(fields: Json, *, required: Sequence[str] | None = ()) -> Json:
    """Return a mapping of these keys and no others; all are *required* where that is None."""
    needed = list(fields) if required is None else list(required)
    whole: Json = {"type": "object", "properties": fields, "additionalProperties": False}
    return whole | ({"required": needed} if needed else {})


def _named(pattern: str, each: Json, most: int) -> Json:
    return {
        "type": "object",
        "patternProperties": {pattern: each},
        "additionalProperties": False,
        "maxProperties": most,
    }


def _described(fields: Json, about: Mapping[str, str], keys: Sequence[str]) -> Json:
    """Return the fields in the order of the table that they are from, each with its description."""
    return {key: {"description": about[key]} | fields[key] for key in keys}


def _number(low: float, high: float) -> Json:
    text = {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$"}
    return {"anyOf": [{"type": "number", "minimum": low, "maximum": high}, text]}


def _whole(low: int, high: int) -> Json:
    text = {"type": "string", "pattern": "^-?[0-9]{1,9}$"}
    return {"anyOf": [{"type": "integer", "minimum": low, "maximum": high}, text]}


_OUTCOMES: Mapping[str, Json] = {
    ALLOW: _one_outcome(ALLOW, _NOTHING),
    DENY: _one_outcome(DENY, {"anyOf": [_NOTHING, _mapping({"retry_after": _DURATION})]}, retry_after=_DURATION),
    CHALLENGE: _one_outcome(CHALLENGE, _SCALAR, max_age=_DURATION, bind=_FLAG),
}
