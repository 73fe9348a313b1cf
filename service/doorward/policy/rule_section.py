"""Reads `rules`: each with its condition compiled, and with what must not be left open in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from doorward.core.outcome import ALLOW, CHALLENGE, Requirement
from doorward.core.request import ACTION, LOGIN
from doorward.policy.conditions import Condition, Environment
from doorward.policy.findings import Place, Report, nearest, quoted
from doorward.policy.model import BOTH, MATCH, SKIP, Effect, Rule
from doorward.policy.requirement_section import EFFECT_KEYS, place_of, read_effect
from doorward.policy.section import Section
from doorward.policy.source import Fields, Items, Node, Text

RULE_KEYS = ("id", "description", "on", "when", "on_unknown", "then", "shadow", "reason")
MAX_RULES = 500

# Nobody reads more at once, and each near name that is looked for costs time.
ENOUGH_FINDINGS = 200

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules may refer to, and where mistakes are told."""

    report: Report
    environment: Environment
    requirements: Mapping[str, Requirement]


def read_rules(node: Node | None, around: Surroundings) -> tuple[Rule, ...]:
    """Return the rules in the order of the file; those that do not pass are reported and left out."""
    if node is None:
        return ()
    if not isinstance(node, Items):
        around.report.error(node.place, "wrong-type", "'rules' is not a list of rules")
        return ()
    if not node.items:
        around.report.error(node.place, "no-rules", "'rules' is empty, expected at least one rule")
    if len(node.items) > MAX_RULES:
        around.report.error(node.place, "too-many", f"expected at most {MAX_RULES} rules, found {len(node.items)}")
    _report_duplicate_ids(node.items, around.report)
    read: list[Rule | None] = []
    for each in node.items[:MAX_RULES]:
        if len(around.report) >= ENOUGH_FINDINGS:
            message = f"more than {ENOUGH_FINDINGS} findings: the rules from here on were not read"
            around.report.error(each.place, "too-many", message)
            break
        read.append(_rule(each, around))
    return tuple(rule for rule in read if rule is not None)


def _rule(node: Node, around: Surroundings) -> Rule | None:
    if not isinstance(node, Fields):
        around.report.error(node.place, "wrong-type", "expected a rule with id, when and then")
        return None
    scalar = _id_of(node)
    rule_id = scalar.value if scalar else ""
    section = Section(node, around.report, known=(*RULE_KEYS, *_AT_THE_RULE), what="rule", rule=rule_id)
    _refuse_misplaced(section)
    section.require("id", "when", "then")
    if "id" in section and not _ID.match(rule_id):
        expected = "letters, digits, - _ or ., at most 64"
        section.error(
            place_of(section.node("id"), node.place), "bad-name", f"the id {quoted(rule_id)}: expected {expected}"
        )
    condition = _condition(section, around.environment)
    then, reason = _then(section, around)
    on_unknown = _on_unknown(section, around, condition=condition, then=then)
    on = section.choice("on", (BOTH, LOGIN, ACTION), BOTH)
    _check_bind(section, then, on)
    rest = {"description": section.text("description"), "reason": section.text("reason") or reason, "on": on}
    shadow = section.flag("shadow")
    if condition is None or then is None or not rule_id:
        return None
    place = place_of(section.node("id"), node.place)
    written = section.scalar("when")
    return Rule(rule_id, condition, then, on_unknown, shadow=shadow, place=place, written=written, **rest)


# Written at the rule by mistake, these belong under `then`; knowing them gives a better message than «unknown key».
_AT_THE_RULE = tuple(key for key in EFFECT_KEYS if key not in RULE_KEYS)


def _refuse_misplaced(section: Section) -> None:
    for key in _AT_THE_RULE:
        if key in section:
            section.error(
                section.place_of_key(key), "misplaced-key", f"'{key}' belongs under 'then'", f"then: {{{key}: …}}"
            )


def _id_of(node: Fields) -> Text | None:
    return next((value for key, value in node.fields if key.value == "id" and isinstance(value, Text)), None)


def _condition(section: Section, environment: Environment) -> Condition | None:
    scalar = section.scalar("when")
    if scalar is None:
        return None
    compiled = environment.compile(scalar.value)
    if isinstance(compiled, Condition):
        return compiled
    for each in compiled:
        section.error(scalar.place_of(each.offset), each.code, each.message, each.suggestion)
    return None


def _then(section: Section, around: Surroundings) -> tuple[Effect | None, str]:
    node = section.node("then")
    if node is None:
        return None, ""
    return read_effect(node, around.report, around.requirements, rule=section.rule)


def _on_unknown(
    section: Section, around: Surroundings, *, condition: Condition | None, then: Effect | None
) -> str | Effect | None:
    node = section.node("on_unknown")
    if node is None:
        if condition is not None and condition.can_be_unknown:
            message = f"the condition can stay unknown{_because(condition)}, expected on_unknown: {_WAYS}"
            section.error(place_of(section.node("when"), section.place), "missing-on-unknown", message)
        return None
    if isinstance(node, Text) and node.value in (SKIP, MATCH):
        if node.value == MATCH and then is not None and then.outcome == ALLOW:
            message = "what is not known must not allow: expected on_unknown: skip, deny or {challenge: name}"
            section.error(node.place, "match-on-allow", message)
        return node.value
    return _instead(node, section, around, then)


_WAYS = "skip, match, deny or {challenge: name}"


def _because(condition: Condition) -> str:
    names = sorted(condition.signals)
    return f" ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})" if names else ""


def _instead(node: Node, section: Section, around: Surroundings, then: Effect | None) -> Effect | None:
    if isinstance(node, Text) and node.value != "deny":
        words = (SKIP, MATCH, "deny")
        message = f"'on_unknown' is {quoted(node.value)}, expected {_WAYS}"
        section.error(node.place, "bad-value", message, nearest(node.value, words))
        return None
    effect, _ = read_effect(node, around.report, around.requirements, rule=section.rule, where="on_unknown")
    if effect is not None and effect.outcome == ALLOW:
        section.error(node.place, "bad-value", f"'on_unknown' must not allow, expected {_WAYS}")
        return None
    return _as_strict(effect, then)


def _as_strict(effect: Effect | None, then: Effect | None) -> Effect | None:
    """A challenge for what is unknown is as fresh, bound and told as the one for what is known."""
    if effect is None or then is None or effect.outcome != CHALLENGE or then.outcome != CHALLENGE:
        return effect
    return replace(
        effect,
        max_age_seconds=effect.max_age_seconds or then.max_age_seconds,
        bind=effect.bind or then.bind,
        notify=effect.notify or then.notify,
    )


def _check_bind(section: Section, then: Effect | None, on: str) -> None:
    if then is not None and then.bind and on == LOGIN:
        place = place_of(section.node("then"), section.place)
        message = "'bind' makes no sense at a login: there is no action to bind to"
        section.error(place, "bad-outcome", message)


def _report_duplicate_ids(nodes: Iterable[Node], report: Report) -> None:
    first: dict[str, Place] = {}
    for node in nodes:
        scalar = _id_of(node) if isinstance(node, Fields) else None
        if scalar is None:
            continue
        if scalar.value in first:
            message = f"the id {quoted(scalar.value)} is already that of the rule in line {first[scalar.value].line}"
            report.error(scalar.place, "duplicate-id", message, rule=scalar.value)
        first.setdefault(scalar.value, scalar.place)
