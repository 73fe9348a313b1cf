"""The `earlier` of a case: sign-ins before it, from which history, velocity and devices are built as in a replay."""

from collections.abc import Iterator
from dataclasses import replace

from doorward.core.facts import AgentFacts, Facts
from doorward.core.request import LOGIN, DecisionRequest
from doorward.facts.networks import Silence
from doorward.offline.event import SignIn
from doorward.offline.past import Past
from doorward.offline.shelf import Shelf
from doorward.offline.suite import starts
from doorward.offline.suite.asked import read_request
from doorward.offline.suite.merging import laid_over, without
from doorward.offline.suite.stated_facts import read_facts
from doorward.offline.suite.values import Reading, section_of
from doorward.policy.findings import START, Report
from doorward.policy.section import Section
from doorward.policy.source import Fields, Items, Node, read

KEYS = ("ago", "times", "every", "request", "facts", "verified")
MAX_TIMES = 500
MAX_EVENTS = 2000

# What a sign-in before does not share with the case: it is no action, and its password was right.
_SIGN_IN = read(f"kind: {LOGIN}\ncredential: {{result: passed}}", Report()) or Fields((), START)
_LOW = "low"


class _Agents:
    """Implements `ports.AgentParser`: says what was found out before, so that a start's browser needs no header."""

    said = AgentFacts()

    def parse(self, user_agent: str | None) -> AgentFacts:
        del user_agent
        return self.said


def remembered(node: Node, request: Node, start: str, asked: DecisionRequest, facts: Facts, at: Reading) -> Facts:
    """Return *facts* with what the sign-ins of *node* have left behind when *asked* comes.

    Each is as *request*, the case's own, from where the start is at home, unless it says otherwise.
    """
    events = [event for each in _items(node, at) for event in _events(each, request, start, at)]
    if len(events) > MAX_EVENTS:
        at.error(node.place, f"'earlier' makes {len(events)} sign-ins, expected {MAX_EVENTS} at most")
        return facts
    agents, shelf = _Agents(), Shelf()
    past = Past(locator=Silence(), agents=agents, shelf=shelf, zone=facts.zone)
    for event, agent in sorted(events, key=lambda each: each[0].at):
        agents.said = agent
        seen = past.see(event)
        if event.verified:
            past.learn(seen, level=_LOW)
    agents.said = facts.agent
    now = past.see(SignIn(at.now, asked, network=facts.network)).facts
    shelf.close()
    return replace(facts, device=now.device, history=now.history, velocity=now.velocity)


def _items(node: Node, at: Reading) -> tuple[Node, ...]:
    if isinstance(node, Items):
        return node.items
    at.error(node.place, "'earlier' is no list, expected sign-ins such as {ago: 2d}")
    return ()


def _events(node: Node, request: Node, start: str, at: Reading) -> Iterator[tuple[SignIn, AgentFacts]]:
    section = section_of(node, "earlier", at, KEYS)
    section.require("ago")
    ago, every, times = section.seconds("ago") or 1, section.seconds("every"), _times(section)
    if times > 1 and every is None:
        section.error(section.place_of_key("times"), "missing-key", "'times' needs 'every', such as every: 1d")
    for number in range(times):
        then = at._replace(now=at.now - ago - number * (every or 0), report=at.report if number == 0 else Report())
        asked = _asked(section, request, then)
        facts = read_facts(section.node("facts"), starts.found(start, asked, then.now), then)
        verified = section.flag("verified", asked.credential.result == "passed")
        event = SignIn(then.now, asked, verified=verified, network=facts.network)
        yield event, facts.agent


def _times(section: Section) -> int:
    return section.whole("times", low=1, high=MAX_TIMES, default=1)


def _asked(section: Section, request: Node, at: Reading) -> DecisionRequest:
    own = section.node("request")
    joined = laid_over(without(request, ("action", "session", "attempt_id"), request), _SIGN_IN)
    return read_request(laid_over(joined, own) if own is not None else joined, at)
