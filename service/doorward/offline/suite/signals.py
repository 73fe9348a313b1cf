"""The `signals` and `risk` of a case: values that stand in for those that were computed, checked against SIGNALS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.core.signals import SIGNALS, Signals, SignalSpec
from doorward.offline.suite.values import (
    Reader,
    Reading,
    choice,
    flag,
    free,
    instant,
    listed,
    mapped,
    nodes_of,
    number,
    section_of,
    shaped,
    text,
    texts,
    whole,
)
from doorward.policy.findings import START
from doorward.policy.source import Fields, Node, Text
from doorward.risk.floors import FLOORS, LEVELS, UNSCORED, level_of

UNKNOWN = "unknown"
UNKNOWN_BY_TEST = "the test says so"

# What the request states is put into the request, so that all that rests on it changes with it.
STATED = {
    "event.kind": "request.kind",
    "event.time": "now",
    "application.id": "request.application.id",
    "action.name": "request.action.name",
    "action.binding": "request.action.binding",
    "subject.id": "request.subject.id",
    "subject.groups": "request.subject.groups",
    "subject.attributes": "request.subject.attributes",
    "ip.address": "request.client.ip",
    "network.rtt_ms": "request.client.rtt_ms",
    "session.amr": "request.session.amr",
    "credential.result": "request.credential.result",
    "credential.breached": "request.credential.breached",
    "context": "request.context",
}

_READERS: Mapping[str, Reader] = {
    "bool": flag,
    "int": whole,
    "double": number,
    "string": text,
    "timestamp": instant,
    "list(string)": texts,
    "map(string, string)": mapped(text),
    "map(string, dyn)": mapped(free),
}


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a case says of signals: *values* stand in, *unknown* are made unknown, *risk* is laid over the score."""

    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    risk: Mapping[str, Any] = field(default_factory=dict)

    def over(self, computed: Signals, levels: Mapping[str, float]) -> Signals:
        """Return *computed* with everything that the case says laid over."""
        given = {**_risk(self.risk, computed, levels), **self.values}
        if not given and not self.unknown:
            return computed
        unknown = dict(computed.unknown) | dict.fromkeys(self.unknown, UNKNOWN_BY_TEST)
        for name, value in given.items():
            unknown.pop(name, None)
            if value is None:
                unknown[name] = UNKNOWN_BY_TEST
        values = {name: value for name, value in {**computed.values, **given}.items() if name not in unknown}
        return Signals(values, unknown, computed.learning)


def is_unknown(node: Node | None) -> bool:
    return isinstance(node, Text) and not node.quoted and node.value == UNKNOWN


def read_overrides(signals: Node | None, risk: Node | None, at: Reading) -> Overrides:
    """Return the overrides of a case; a value of another type, or a word that the signal never has, is a mistake."""
    values: dict[str, Any] = {}
    unknown: set[str] = set()
    section = section_of(signals or Fields((), START), "signals", at, ())
    for name, node in nodes_of(section).items():
        spec = SIGNALS.get(name)
        if spec is None:
            at.report.unknown_name(section.place_of_key(name), "signal", name, SIGNALS)
        elif not is_unknown(node) or UNKNOWN in _words(spec):
            values[name] = _reader(spec)(node, f"signals.{name}", at)
        elif spec.may_be_unknown:
            unknown.add(name)
        else:
            at.error(node.place, f"the signal '{name}' is always known")
    return Overrides(values, frozenset(unknown), _RISK(risk, "risk", at) if risk else {})


def _reader(spec: SignalSpec) -> Reader:
    words = _words(spec)
    if spec.type == "string" and words:
        return choice(words, also=("",))
    if spec.type == "list(string)" and words:
        return listed(choice(words))
    return _READERS[spec.type]


def _words(spec: SignalSpec) -> tuple[str, ...]:
    """Return the only words that a signal can say, none where it may say anything."""
    if spec.name == "risk.level":
        return (*LEVELS, UNSCORED)
    if spec.name == "risk.floors":
        return tuple(floor.name for floor in FLOORS)
    words = tuple(word.strip() for word in spec.range.split(","))
    return words if spec.type in ("string", "list(string)") and len(words) > 1 else ()


def _score(node: Node, where: str, at: Reading) -> float | None:
    if is_unknown(node):
        return None
    score = number(node, where, at)
    if not 0 <= score <= 100:
        at.error(node.place, f"'{where}' is {score:g}, expected a number from 0 to 100 or unknown")
    return score


_RISK = shaped(
    {
        "score": _score,
        "level": _reader(SIGNALS["risk.level"]),
        "confidence": _reader(SIGNALS["risk.confidence"]),
        "reasons": texts,
        "floors": _reader(SIGNALS["risk.floors"]),
    }
)


def _risk(given: Mapping[str, Any], computed: Signals, levels: Mapping[str, float]) -> dict[str, Any]:
    """Return the `risk.*` signals of *given*: the level follows score and floors, and a level brings its score."""
    out = {f"risk.{name}": list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    level = given.get("level")
    if level is None and ("score" in given or "floors" in given):
        score = given["score"] if "score" in given else computed.values.get("risk.score")
        raised = tuple((floor.name, floor.level) for floor in FLOORS if floor.name in given.get("floors", ()))
        out["risk.level"] = level_of(score, raised, levels)
    elif level is not None and "score" not in given:
        out["risk.score"] = None if level == UNSCORED else levels.get(level, 0.0)
    return out
