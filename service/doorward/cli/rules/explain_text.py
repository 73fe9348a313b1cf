"""An explanation as a person reads it: a tree of rules, their parts, and the signals that these name."""

import json
from collections.abc import Iterator
from typing import Any

import click

from doorward.cli.common import printable

Json = dict[str, Any]

MAX_VALUE = 60
_COLOURS = {
    "matched": "green",
    "satisfied": "cyan",
    "unknown": "yellow",
    "true": "green",
    "false": "red",
    "allow": "green",
    "challenge": "yellow",
    "deny": "red",
}
_STATE_WIDTH = len("not applicable")


def lines(shown: Json, *, candidate: bool) -> Iterator[str]:
    """Yield the lines; with *candidate* its rules follow those of the policy that decides."""
    decision, signals = shown["decision"], shown["signals"]
    policy = decision["policy"]
    if shown.get("id"):
        yield f"{shown['id']}, decided at {shown['decided_at']}"
    yield f"{printable(policy['id'])} {policy['digest']}"
    yield f"  {_ruling(decision['outcome'], policy['rule'])}: {printable(policy['reason'])}"
    yield f"  {_risk(decision['risk'])}"
    if decision["degraded"]:
        yield f"  degraded: {', '.join(decision['degraded'])} could not be read"
    yield from (f"  note: {note}" for note in _replayed(shown.get("replay")))
    yield ""
    yield from _rules(shown["rules"], signals)
    if shown["candidate"]:
        yield from _candidate(shown["candidate"], signals, whole=candidate)


def _candidate(candidate: Json, signals: Json, *, whole: bool) -> Iterator[str]:
    yield ""
    yield f"candidate {printable(candidate['policy'])} {candidate['digest']}"
    yield f"  {_ruling(candidate['outcome'], candidate['rule'])}"
    if candidate["replay"] != "recorded":
        yield f"  note: {candidate['replay']}"
    elif whole:
        own = {"risk.level": {"state": "known", "value": candidate["level"]}}
        yield ""
        yield from _rules(candidate["rules"], signals | own)


def _ruling(outcome: str, rule: str) -> str:
    return f"{_coloured(outcome)} by {printable(rule) if rule else 'no rule'}"


def _risk(risk: Json) -> str:
    score = "no score" if risk["score"] is None else f"score {risk['score']}"
    return f"{score}, level {risk['level']}, confidence {risk['confidence']}"


def _replayed(replay: Json | None) -> list[str]:
    if not replay:
        return []
    return [f"{what}: {replay[what]}" for what in ("policy", "model", "scale") if replay[what] != "recorded"]


def _rules(rules: list[Json], signals: Json) -> Iterator[str]:
    for rule in rules:
        yield _head(rule)
        for part in rule["conditions"]:
            yield f"    {_coloured(part['value'], 7)}  {printable(part['text'])}"
            if part["error"]:
                yield f"             {part['error']}"
            for list_ in (each for each in part["unknown"] if each["signal"].startswith("lists.")):
                yield f"             {list_['signal']} is {_coloured('unknown')}: {list_['reason']}"
        for name in rule["signals"]:
            yield f"             {name} {_value(signals[name])}"


def _head(rule: Json) -> str:
    state = rule["state"].replace("_", " ")
    notes = [f"→ {_coloured(rule['outcome'])}"] if rule["outcome"] else []
    if rule["state"] == "unknown":
        notes.append(f"(on_unknown: {rule['on_unknown'] or 'not said'})")
    if rule["shadow"]:
        notes.append("(shadow: never applied)")
    return " ".join([_coloured(state, _STATE_WIDTH), click.style(printable(rule["rule"]), bold=True), *notes])


def _value(signal: Json) -> str:
    if signal["state"] == "unknown":
        return f"is {_coloured('unknown')}: {printable(signal['reason'])}"
    text = printable(json.dumps(signal["value"], ensure_ascii=False))
    learning = " (learning)" if signal["state"] == "learning" else ""
    return f"= {text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + '…'}{learning}"


def _coloured(word: str, width: int = 0) -> str:
    """Return *word*, padded, in the colour that it always has; `click.echo` takes it away where nobody sees it."""
    return click.style(word.ljust(width), fg=_COLOURS.get(word))
