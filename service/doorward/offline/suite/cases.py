"""One case of a test file, after defaults and matrix: read into what is judged and what is expected."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from doorward.core.assurance import AUTHENTICATOR_TYPES, NAMED_TYPES, PASSWORD_AMR, combine
from doorward.core.facts import EnrolmentFacts, Facts
from doorward.core.outcome import Proof
from doorward.core.request import ACTION, LOGIN, DecisionRequest
from doorward.judge import Case
from doorward.offline.suite import starts
from doorward.offline.suite.asked import read_request
from doorward.offline.suite.earlier import remembered
from doorward.offline.suite.expected import read_expectations
from doorward.offline.suite.merging import child, laid_over, nested, without
from doorward.offline.suite.model import RuleCase
from doorward.offline.suite.signals import STATED, Overrides, is_unknown, read_overrides
from doorward.offline.suite.stated_facts import read_facts
from doorward.offline.suite.values import (
    Reading,
    choice,
    flag,
    instant,
    is_null,
    listed,
    nodes_of,
    section_of,
    texts,
)
from doorward.policy.findings import Place, Report
from doorward.policy.lists import RuntimeEntries, RuntimeList, network_table
from doorward.policy.model import Policy
from doorward.policy.section import Section
from doorward.policy.source import Fields, Node, Text

# A Wednesday morning; in Oslo, where those who are familiar live, it is eleven.
DEFAULT_NOW = 1_772_618_400.0  # 2026-03-04T10:00:00Z

# The keys that defaults may hold as well.
SITUATION_KEYS = ("start", "request", "facts", "signals", "risk", "lists", "proofs", "earlier", "now", "degraded")
UNREADABLE_LIST = "unreadable"
DEFAULT_AGE_SECONDS = 60

_start = choice(starts.STARTS)
_kind = choice((LOGIN, ACTION))


def read_case(name: str, node: Fields, place: Place, policy: Policy, report: Report) -> RuleCase | None:
    """Return the case that *node* says, None where anything in it is wrong; the mistakes are in *report*."""
    before = len(report)
    node = _with_stated_signals(node)
    at = Reading(report, _now(child(node, "now"), report))
    case, overrides = _situation(node, policy, at)
    expect = child(node, "expect")
    if expect is None:
        at.report.error(place, "missing-key", f"the case '{name}' has no 'expect'")
        return None
    expected = read_expectations(expect, policy, at)
    return RuleCase(name, place, case, overrides, expected) if len(report) == before else None


def _with_stated_signals(node: Fields) -> Fields:
    """Move signals that the request states into the request: what else rests on it must agree."""
    signals = child(node, "signals")
    moved = [name for name in STATED if (value := child(signals, name)) is not None and not is_unknown(value)]
    if not moved:
        return node
    for name in moved:
        node = _fields(laid_over(node, nested(STATED[name], _present(child(signals, name), node))))
    return _fields(laid_over(without(node, ("signals",), node), nested("signals", without(signals, moved, node))))


def _fields(node: Node) -> Fields:
    return node if isinstance(node, Fields) else Fields((), node.place)


def _present(node: Node | None, otherwise: Node) -> Node:
    return node if node is not None else otherwise


def _now(node: Node | None, report: Report) -> float:
    return instant(node, "now", Reading(report, DEFAULT_NOW)) if node is not None else DEFAULT_NOW


def _situation(node: Fields, policy: Policy, at: Reading) -> tuple[Case, Overrides]:
    start = _read(_start, node, "start", at, starts.FAMILIAR)
    degraded = _read(flag, node, "degraded", at, False)
    asked = child(node, "request")
    kind = child(asked, "kind")
    ground = starts.stated(start, _kind(kind, "request.kind", Reading(Report(), at.now)) if kind else LOGIN)
    whole = laid_over(ground, asked) if asked is not None else ground
    request = read_request(whole, at)
    overrides = read_overrides(child(node, "signals"), child(node, "risk"), at)
    facts = _facts(node, start, whole, request, at)
    if degraded:
        facts = starts.unreadable(facts)
    runtime = _lists(child(node, "lists"), policy, at)
    case = Case(request, _enrolled(facts, overrides), at.now, runtime=runtime, degraded=degraded)
    return case._replace(proofs=_proofs(child(node, "proofs"), case, at)), overrides


def _facts(node: Fields, start: str, asked: Node, request: DecisionRequest, at: Reading) -> Facts:
    """Return the facts of the start, those that earlier sign-ins have left, and over both what the case states."""
    stated, earlier = child(node, "facts"), child(node, "earlier")
    facts = read_facts(stated, starts.found(start, request, at.now), at)
    if earlier is None:
        return facts
    facts = remembered(earlier, asked, start, request, facts, at)
    return read_facts(stated, facts, at._replace(report=Report()))


def _read(reader: Any, node: Fields, name: str, at: Reading, default: Any) -> Any:
    found = child(node, name)
    return default if found is None else reader(found, name, at)


def _enrolled(facts: Facts, overrides: Overrides) -> Facts:
    """Let the enrolment follow the signal `subject.authenticators`, for challenges are judged by it."""
    name = "subject.authenticators"
    if name in overrides.unknown:
        return replace(facts, enrolment=EnrolmentFacts(readable=False, reason=starts.UNREADABLE))
    if name in overrides.values:
        return replace(facts, enrolment=EnrolmentFacts(types=tuple(overrides.values[name])))
    return facts


def _lists(node: Node | None, policy: Policy, at: Reading) -> Mapping[str, RuntimeEntries | None]:
    """Return what the run-time lists hold: entries, nothing, or None for one that could not be read."""
    if node is None:
        return {}
    filled = {name: named for name, named in policy.lists.items() if isinstance(named, RuntimeList)}
    found: dict[str, RuntimeEntries | None] = {}
    section = section_of(node, "lists", at, ())
    for name, value in nodes_of(section).items():
        if name not in filled:
            at.report.unknown_name(section.place_of_key(name), "run-time list", name, filled)
        elif is_null(value) or (isinstance(value, Text) and value.value == UNREADABLE_LIST and not value.quoted):
            found[name] = None
        else:
            found[name] = _entries(filled[name], value, name, at)
    return found


def _entries(named: RuntimeList, node: Node, name: str, at: Reading) -> RuntimeEntries:
    entries = texts(node, f"lists.{name}", at)
    if named.holds != "address":
        return frozenset(entries)
    try:
        return network_table(entries)
    except ValueError as wrong:
        at.error(node.place, f"'lists.{name}': {wrong}")
        return frozenset()


_PROOF_KEYS = ("authenticators", "age", "aal", "bound", "first_factor")
_types = listed(choice((*NAMED_TYPES, "bypass_code")))


def _proofs(node: Node | None, case: Case, at: Reading) -> tuple[Proof, ...]:
    if node is None:
        return ()

    def one(each: Node, where: str, reading: Reading) -> Proof:
        return _proof(each, where, case, reading)

    return tuple(listed(one)(node, "proofs", at))


def _proof(node: Node, where: str, case: Case, at: Reading) -> Proof:
    """Return a passed challenge; its level and methods follow from the authenticators, as in the service."""
    section: Section = section_of(node, where, at, _PROOF_KEYS)
    section.require("authenticators")
    named = section.node("authenticators")
    types = _types(named, f"{where}.authenticators", at) if named is not None else ()
    first = (PASSWORD_AMR,) if section.flag("first_factor", case.first_factor) else ()
    reached = combine(types, first=first)
    bound = section.flag("bound")
    if bound and not case.binding:
        at.error(section.place_of_key("bound"), "only a proof for an action can be bound")
    return Proof(
        auth_time=at.now - (section.seconds("age") or DEFAULT_AGE_SECONDS),
        aal=section.whole("aal", low=0, high=3, default=reached.aal),
        amr=reached.amr,
        types=types,
        phishing_resistant=bool(types) and all(AUTHENTICATOR_TYPES[each].phishing_resistant for each in types),
        application_id=case.request.application_id,
        session_id=case.request.session.id,
        binding=case.binding if bound else "",
        jti=f"{where}-{section.place.line}",
    )
