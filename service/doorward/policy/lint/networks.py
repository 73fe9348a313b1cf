"""Checks of lists of networks: entries that say nothing new, and entries that are never asked for."""

from collections.abc import Iterator, Sequence

from doorward.core.outcome import ALLOW, DENY
from doorward.core.request import ACTION, LOGIN
from doorward.policy import tree
from doorward.policy.findings import Report
from doorward.policy.lint.check import REST, place_of
from doorward.policy.lists import NetworkTable, Prefix
from doorward.policy.model import FIRST_MATCH, Policy, Rule
from doorward.policy.tree import Branch

# Of the longest lists only the first are compared with each other: it takes a microsecond for each network.
MAX_LOOKED_UP = 300_000

_FIRST = "{id: a, when: 'in_network(ip.address, lists.one)', on_unknown: skip, then: allow}"
_SECOND = "{id: b, when: 'in_network(ip.address, lists.two)', on_unknown: skip, then: deny}"


def _first(found: Sequence[object], first: str) -> str:
    return first + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")


def _lies_within(found: Sequence[tuple[Prefix, Prefix]]) -> str:
    inside, around = min(found)
    return _first(found, f"{inside} lies within {around}")


class OverlappingNetworks:
    """A network stands in its list twice, or lies within another one: taking one of them out changes nothing."""

    code = "overlapping-networks"
    bad = f"lists: {{one: {{cidr: [10.0.0.0/8, 10.1.0.0/16]}}}}\nrules: [{_FIRST}, {REST}]"
    good = f"lists: {{one: {{cidr: [10.0.0.0/16, 10.1.0.0/16]}}}}\nrules: [{_FIRST}, {REST}]"

    def look(self, policy: Policy, report: Report) -> None:
        for name, named in policy.lists.items():
            if not isinstance(named, NetworkTable):
                continue
            inner = named.covered_by(named)
            twice = named.repeated
            found = [_lies_within(inner)] if inner else []
            found += [_first(twice, f"{twice[0]} stands there twice")] if twice else []
            for each in found:
                report.warning(place_of(policy, "lists", name), self.code, f"in the list '{name}' {each}")


class CoveredNetworks:
    """A network that a later rule asks for lies within one that an earlier rule has decided by then.

    An exception goes above the rule that it is an exception to.
    """

    code = "covered-networks"
    bad = f"lists: {{one: {{cidr: [10.0.0.0/8]}}, two: {{cidr: [10.1.0.0/16]}}}}\nrules: [{_FIRST}, {_SECOND}, {REST}]"
    good = f"lists: {{one: {{cidr: [10.0.0.0/8]}}, two: {{cidr: [10.1.0.0/16]}}}}\nrules: [{_SECOND}, {_FIRST}, {REST}]"

    def look(self, policy: Policy, report: Report) -> None:
        looked_up = 0
        for rule, name, before, other in _in_turn(policy):
            ours, theirs = policy.lists[name], policy.lists[other]
            if not (isinstance(ours, NetworkTable) and isinstance(theirs, NetworkTable)):
                continue
            looked_up += len(ours)
            if looked_up > MAX_LOOKED_UP:
                return
            covered = ours.covered_by(theirs)
            if covered:
                message = f"in '{name}' {_lies_within(covered)} of '{other}', for which '{before.id}' decides before it"
                report.warning(rule.place, self.code, message, rule=rule.id)


def _in_turn(policy: Policy) -> Iterator[tuple[Rule, str, Rule, str]]:
    """Yield each rule that asks for one list alone, and each that has decided for another list before it."""
    if policy.combine != FIRST_MATCH:
        return
    earlier: list[tuple[Rule, str]] = []
    for rule in policy.rules:
        name = _asked_alone(rule.condition.tree)
        if name is None or rule.shadow:
            continue
        for before, other in earlier:
            if other != name and _is_for_all_of(before, rule):
                yield rule, name, before, other
        if rule.then.outcome in (ALLOW, DENY):
            earlier.append((rule, name))


def _asked_alone(root: Branch) -> str | None:
    """Return the list of a condition that is `in_network(signal, list)` and nothing else."""
    if root.kind != tree.CALL or root.name != "in_network" or any(each.kind != tree.NAME for each in root.children):
        return None
    address, named = root.children
    return named.name.removeprefix("lists.") if address.name == "ip.address" else None


def _is_for_all_of(before: Rule, rule: Rule) -> bool:
    return all(before.applies_to(kind) for kind in (LOGIN, ACTION) if rule.applies_to(kind))
