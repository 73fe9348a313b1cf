"""The `expect` of a case: what is not named is not checked. ASPECTS is the table of all that can be expected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorward.core.assurance import NAMED_TYPES
from doorward.core.outcome import ALLOW, CHALLENGE, DENY, Requirement
from doorward.core.signals import Signals
from doorward.offline.suite.signals import UNKNOWN
from doorward.offline.suite.values import (
    Reader,
    Reading,
    choice,
    flag,
    is_null,
    listed,
    mapped,
    nodes_of,
    section_of,
    shaped,
    text,
    texts,
    whole,
)
from doorward.policy.engine import DEGRADED_RULE, NO_RULE
from doorward.policy.findings import Place, hint, nearest, quoted
from doorward.policy.model import ANY_AUTHENTICATOR, Policy
from doorward.policy.ruling import Ruling
from doorward.policy.section import Section
from doorward.policy.source import Fields, Items, Node, Text
from doorward.risk.floors import LEVELS, UNSCORED

NONE = "none"


class Came(NamedTuple):
    """What came out: the ruling, and the signals that it rests on."""

    ruling: Ruling
    signals: Signals


@dataclass(frozen=True, slots=True)
class Expectation:
    """One aspect of the answer that a case names, and what it should be."""

    aspect: str
    wanted: Any


class Difference(NamedTuple):
    """An expectation that was not met, in words."""

    aspect: str
    wanted: str
    came: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """One row of ASPECTS: how it is written, where it is found in what came, and when the two agree."""

    read: Reader
    found: Callable[[Came], Any]
    agree: Callable[[Any, Any], bool] = lambda wanted, came: bool(wanted == came)


def read_expectations(node: Node, policy: Policy, at: Reading) -> tuple[Expectation, ...]:
    """Return what is expected; nothing at all, or a rule that the policy does not have, is a mistake."""
    section = section_of(node, "expect", at, tuple(ASPECTS))
    nodes = nodes_of(section)
    if not nodes:
        at.error(node.place, "the case expects nothing, so it can never fail")
    found = tuple(Expectation(name, ASPECTS[name].read(each, f"expect.{name}", at)) for name, each in nodes.items())
    for each in found:
        _check_names(each, nodes[each.aspect].place, policy, at)
    return found


def differences(expected: tuple[Expectation, ...], came: Came) -> tuple[Difference, ...]:
    """Return every expectation that what *came* does not meet."""
    pairs = ((each, ASPECTS[each.aspect].found(came)) for each in expected)
    return tuple(
        Difference(each.aspect, _said(each.aspect, each.wanted), _said(each.aspect, value))
        for each, value in pairs
        if not ASPECTS[each.aspect].agree(each.wanted, value)
    )


def rules_named(expected: tuple[Expectation, ...]) -> tuple[str, ...]:
    """Return the rules that the expectations name, those in shadow as well."""
    names: list[str] = []
    for each in expected:
        if each.aspect == "rule":
            names.append(each.wanted)
        if each.aspect == "shadow":
            names += each.wanted
    return tuple(names)


def _check_names(each: Expectation, place: Place, policy: Policy, at: Reading) -> None:
    rules = [rule.id for rule in policy.rules]
    named = (each.wanted,) if each.aspect == "rule" else tuple(each.wanted) if each.aspect == "shadow" else ()
    for name in named:
        if name not in (*rules, NO_RULE, DEGRADED_RULE):
            suggestion = nearest(name, rules)
            at.error(place, f"the policy has no rule {quoted(name)}{hint(suggestion)}", suggestion)
    if each.aspect == "requirement" and isinstance(each.wanted, str):
        known = (*policy.requirements, ANY_AUTHENTICATOR.name, NONE)
        if each.wanted not in known:
            suggestion = nearest(each.wanted, known)
            at.error(place, f"the policy has no requirement {quoted(each.wanted)}{hint(suggestion)}", suggestion)


def _duration(node: Node, where: str, at: Reading) -> int | None:
    """Read a duration in seconds, `none` as None."""
    if is_null(node) or text(node, where, at) == NONE:
        return None
    name = where.rpartition(".")[2]
    return Section(Fields(((Text(name, node.place), node),), node.place), at.report, known=(), what="expect").seconds(
        name
    )


def _rule(node: Node, where: str, at: Reading) -> str:
    name = text(node, where, at)
    return NO_RULE if name == NONE else name


def _reasons(node: Node, where: str, at: Reading) -> tuple[str, ...]:
    if isinstance(node, Items) and not node.items:
        at.error(node.place, f"'{where}' is empty, and no reasons are among any: expected at least one")
    return texts(node, where, at)


def _requirement(node: Node, where: str, at: Reading) -> Any:
    if not isinstance(node, Fields):
        return text(node, where, at)
    if not node.fields:
        at.error(node.place, f"'{where}' is empty, so any would do: expected its name or parts")
    return _REQUIREMENT(node, where, at)


_REQUIREMENT = shaped(
    {
        "any_of": listed(choice(NAMED_TYPES)),
        "count": whole,
        "aal": whole,
        "phishing_resistant": flag,
    }
)


def _shadow(node: Node, where: str, at: Reading) -> dict[str, str]:
    """Read `[rule, …]` or `{rule: outcome}`; an outcome that is not given is empty, and not checked."""
    if isinstance(node, Items) or not isinstance(node, Fields):
        return dict.fromkeys(texts(node, where, at), "")
    outcomes: dict[str, str] = mapped(choice((ALLOW, CHALLENGE, DENY)))(node, where, at)
    return outcomes


def _meets(wanted: Any, came: Requirement | None) -> bool:
    if isinstance(wanted, str):
        return wanted == (came.name if came else NONE)
    if came is None:
        return False
    return all(_plain(getattr(came, name)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> Any:
    return set(value) if isinstance(value, tuple) else value


def _same_shadow(wanted: Mapping[str, str], came: Mapping[str, str]) -> bool:
    return wanted.keys() == came.keys() and all(came[rule] == each for rule, each in wanted.items() if each)


ASPECTS: Mapping[str, Aspect] = {
    "outcome": Aspect(choice((ALLOW, CHALLENGE, DENY)), lambda came: came.ruling.outcome),
    "rule": Aspect(_rule, lambda came: came.ruling.rule),
    "reason": Aspect(text, lambda came: came.ruling.reason),
    "reasons": Aspect(
        _reasons,
        lambda came: tuple(came.signals.values.get("risk.reasons", ())),
        lambda wanted, came: set(wanted) <= set(came),
    ),
    "requirement": Aspect(_requirement, lambda came: came.ruling.requirement, _meets),
    "max_age": Aspect(_duration, lambda came: came.ruling.max_age),
    "bind": Aspect(flag, lambda came: came.ruling.bind),
    "notify": Aspect(flag, lambda came: came.ruling.notify),
    "retry_after": Aspect(_duration, lambda came: came.ruling.retry_after_seconds),
    "unenrolled": Aspect(flag, lambda came: came.ruling.unenrolled),
    "enrol": Aspect(listed(choice(NAMED_TYPES)), lambda came: came.ruling.enrol, lambda a, b: set(a) == set(b)),
    "level": Aspect(choice((*LEVELS, UNSCORED)), lambda came: came.signals.values.get("risk.level", UNKNOWN)),
    "shadow": Aspect(_shadow, lambda came: {each.rule: each.outcome for each in came.ruling.shadow}, _same_shadow),
}


_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def _said(aspect: str, value: Any) -> str:
    """Return the value of an aspect as a test file would write it."""
    if value in (None, ""):
        return NONE
    if aspect in ("max_age", "retry_after"):
        unit, size = next((unit, size) for unit, size in _UNITS if value % size == 0)
        return f"{value // size:g}{unit}"
    if isinstance(value, Requirement):
        return f"{value.name} {_flow(value.to_json())}".strip()
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_flow(each)}' if each != '' else str(name) for name, each in value.items())}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
