"""Reads `requirements`, and what a rule does: deny, challenge with one of the requirements, allow."""

import re
from collections.abc import Mapping

from doorward.core.assurance import NAMED_TYPES
from doorward.core.outcome import ALLOW, CHALLENGE, DENY, Requirement
from doorward.policy.findings import Place, Report, nearest, one_of, quoted
from doorward.policy.model import Effect
from doorward.policy.section import Section, shape
from doorward.policy.source import Fields, Node, Text

OUTCOMES = (ALLOW, CHALLENGE, DENY)
REQUIREMENT_KEYS = ("any_of", "count", "aal", "phishing_resistant")
EFFECT_KEYS = (*OUTCOMES, "max_age", "bind", "notify", "retry_after", "reason")
MAX_REQUIREMENTS = 64

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}\Z", re.ASCII)


def read_requirements(node: Node | None, report: Report) -> dict[str, Requirement]:
    """Return every requirement by its name."""
    if node is None:
        return {}
    if not isinstance(node, Fields):
        report.error(node.place, "wrong-type", "'requirements' is not a mapping of names to requirements")
        return {}
    section = Section(node, report, known=(), what="requirements")
    names = list(section.names())
    if len(names) > MAX_REQUIREMENTS:
        report.error(node.place, "too-many", f"expected at most {MAX_REQUIREMENTS} requirements, found {len(names)}")
    return {name: _requirement(name, section) for name in names[:MAX_REQUIREMENTS]}


def _requirement(name: str, section: Section) -> Requirement:
    node = section.node(name)
    if not _NAME.match(name):
        section.error(section.place_of_key(name), "bad-name", f"the requirement {quoted(name)}: expected a plain name")
    if not isinstance(node, Fields):
        place = node.place if node else section.place
        section.error(
            place, "wrong-type", f"the requirement '{name}': expected a mapping such as {{any_of: [passkey]}}"
        )
        return Requirement(name=name)
    own = Section(node, section.report, known=REQUIREMENT_KEYS, what="requirement")
    return Requirement(
        name=name,
        any_of=_types(own),
        count=own.whole("count", low=1, high=3, default=1),
        aal=own.whole("aal", low=0, high=3, default=0),
        phishing_resistant=own.flag("phishing_resistant"),
    )


def _types(section: Section) -> tuple[str, ...]:
    found = section.texts("any_of")
    if "any_of" in section and not found:
        section.error(section.place_of_key("any_of"), "bad-value", "'any_of' is empty, expected authenticator types")
    for each in found:
        if each.value not in NAMED_TYPES:
            section.report.unknown_name(each.place, "authenticator type", each.value, NAMED_TYPES)
    return tuple(dict.fromkeys(each.value for each in found if each.value in NAMED_TYPES))


def read_effect(
    node: Node, report: Report, requirements: Mapping[str, Requirement], *, rule: str = "", where: str = "then"
) -> tuple[Effect | None, str]:
    """Return what *node* says to do and the reason it gives; None where it makes no sense."""
    if isinstance(node, Text):
        return _bare(node, report, rule=rule, where=where), ""
    if not isinstance(node, Fields):
        report.error(node.place, "wrong-type", f"'{where}' is a {shape(node)}, expected an outcome", rule=rule)
        return None, ""
    before = len(report)
    section = Section(node, report, known=EFFECT_KEYS, what="outcome", rule=rule)
    named = [each for each in OUTCOMES if each in section]
    if len(named) != 1:
        # An outcome that is mistyped past recognition is already told as an unknown key.
        if named or len(report) == before:
            message = f"'{where}' names {one_of(named) if named else 'no outcome'}, expected one of {one_of(OUTCOMES)}"
            report.error(node.place, "bad-outcome", message, rule=rule)
        return None, section.text("reason")
    return _effect(named[0], section, requirements), section.text("reason")


def _bare(node: Text, report: Report, *, rule: str, where: str) -> Effect | None:
    if node.value in (ALLOW, DENY):
        return Effect(node.value)
    if node.value == CHALLENGE:
        report.error(
            node.place, "bad-outcome", f"'{where}' challenges with nothing, expected {{challenge: name}}", rule=rule
        )
        return None
    suggestion = nearest(node.value, OUTCOMES)
    meant = f" (did you mean '{suggestion}'?)" if suggestion else ""
    message = f"unknown outcome {quoted(node.value)}{meant}, expected {one_of(OUTCOMES)}"
    report.error(node.place, "unknown-outcome", message, rule=rule, suggestion=suggestion)
    return None


def _effect(outcome: str, section: Section, requirements: Mapping[str, Requirement]) -> Effect | None:
    for key in ("max_age", "bind"):
        if key in section and outcome != CHALLENGE:
            section.error(section.place_of_key(key), "bad-outcome", f"'{key}' makes no sense with {outcome}")
    if "retry_after" in section and outcome != DENY:
        section.error(
            section.place_of_key("retry_after"), "bad-outcome", f"'retry_after' makes no sense with {outcome}"
        )
    _check_own_value(section, outcome)
    requirement = None
    if outcome == CHALLENGE:
        requirement = _named(section, requirements)
        if requirement is None:
            return None
    return Effect(
        outcome,
        requirement,
        max_age_seconds=section.seconds("max_age"),
        bind=section.flag("bind"),
        notify=section.flag("notify"),
        retry_after_seconds=_retry_after(section) if outcome == DENY else None,
    )


_NOTHING = ("", "null", "~", "true")


def _check_own_value(section: Section, outcome: str) -> None:
    """`allow` and `deny` take nothing of their own, but for a deny's `retry_after`."""
    node = section.node(outcome)
    if outcome == CHALLENGE or node is None or (isinstance(node, Text) and node.value in _NOTHING):
        return
    if not isinstance(node, Fields) or (outcome == ALLOW and node.fields):
        section.error(node.place, "bad-outcome", f"'{outcome}' takes no value of its own, expected {{{outcome}: {{}}}}")


def _named(section: Section, requirements: Mapping[str, Requirement]) -> Requirement | None:
    name = section.scalar(CHALLENGE)
    if name is None:
        return None
    if name.value not in requirements:
        section.report.unknown_name(name.place, "requirement", name.value, requirements, rule=section.rule)
    return requirements.get(name.value)


def _retry_after(section: Section) -> int | None:
    node = section.node(DENY)
    if isinstance(node, Fields):
        if node.fields and "retry_after" in section:
            place = section.place_of_key("retry_after")
            section.error(place, "duplicate-key", "'retry_after' is said twice: under 'deny' and beside it")
        inner = Section(node, section.report, known=("retry_after",), what="deny", rule=section.rule)
        return inner.seconds("retry_after") or section.seconds("retry_after")
    return section.seconds("retry_after")


def place_of(node: Node | None, default: Place) -> Place:
    return node.place if node is not None else default
