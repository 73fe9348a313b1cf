"""`doorward rules explain`: every rule, what its conditions came to, and why."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import prepared_settings
from doorward.cli.errors import RulesRefused
from doorward.cli.rules.explain_text import lines
from doorward.cli.rules.files import PolicyFile
from doorward.core.errors import BadInput, Mistake
from doorward.core.request import DecisionRequest
from doorward.core.times import written
from doorward.policies import Loaded
from doorward.settings import load

MAX_BYTES = 1024 * 1024
_KEYS = ("request", "facts", "now")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a request, facts that are laid over those found, and when; *now* None for now."""

    request: DecisionRequest
    facts: Mapping[str, Any] = field(default_factory=dict)
    now: float | None = None


@click.command()
@click.argument("what", metavar="REQUEST.json|dec_…")
@click.option("--tenant", default="default", show_default=True, help="Whose rules.")
@click.option("--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Not the one in force.")
@click.option("--candidate", is_flag=True, help="Show the candidate's rules as well.")
@click.option("--no-store", is_flag=True, help="Ask no store: history and run-time lists are unknown.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(what: str, tenant: str, policy: Path | None, candidate: bool, no_store: bool, form: str) -> None:
    """Show what every rule comes to: for a decision that was made, or for a request.

    REQUEST.json (`-` for standard input) holds the body of POST /v1/decisions, or {"request": that body,
    "facts": {what is to be taken instead of what is found}, "now": an RFC 3339 time}. Nothing is counted or kept.
    """
    if what.startswith("dec_"):
        if no_store or policy:
            raise BadInput(
                [Mistake("a decision that was made is explained from its record, by the policy that made it")]
            )
        shown = _recorded(what, tenant)
    else:
        with _placed():
            shown = _asked(read_question(_content(what)), tenant, policy, no_store=no_store)
    if form == "json":
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    for line in lines(shown, candidate=candidate):
        click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


def read_question(content: bytes) -> Question:
    """Read a request, or one with facts and a time; BadInput with every mistake and where it stands."""
    # Flask's stack is worth its time only where a body is checked as the service checks it.
    from doorward.api.body import strict_json
    from doorward.api.errors import BadJson
    from doorward.api.requests import to_request

    try:
        data = strict_json(content)
    except BadJson as wrong:
        raise BadInput([Mistake(f"not readable as JSON: {wrong}")]) from None
    if not isinstance(data, Mapping) or "request" not in data:
        return Question(to_request(data))
    unknown = [name for name in data if name not in _KEYS]
    if unknown:
        raise BadInput([Mistake(f"unknown key '{name}', expected {', '.join(_KEYS)}") for name in unknown])
    facts = data.get("facts", {})
    if not isinstance(facts, Mapping):
        raise BadInput([Mistake("facts: expected an object")])
    return Question(to_request(data["request"]), facts, _instant(data.get("now")))


@contextmanager
def _placed() -> Iterator[None]:
    """Let each mistake that has a place in the input begin with it."""
    try:
        yield
    except BadInput as wrong:
        raise BadInput([Mistake(_with_place(each)) for each in wrong.mistakes]) from None


def _with_place(mistake: Mistake) -> str:
    return mistake.detail if mistake.pointer in ("", "#") else f"{mistake.pointer}: {mistake.detail}"


def _instant(text: Any) -> float | None:
    if text is None:
        return None
    try:
        at = written(text)
    except (AttributeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise BadInput([Mistake("now: expected an RFC 3339 time such as 2027-01-31T12:00:00Z")])
    return at.timestamp()


def _content(what: str) -> bytes:
    try:
        if what == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(what).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise BadInput([Mistake(f"'{what}' cannot be read: {wrong.strerror}")]) from None
    if len(content) > MAX_BYTES:
        raise BadInput([Mistake(f"'{what}' is larger than {MAX_BYTES // 1024} KiB")])
    return content


def _recorded(decision_id: str, tenant: str) -> Json:
    from doorward.cli.records import open_records

    with open_records() as found:
        return found.show(tenant, decision_id, time.time())


def _asked(question: Question, tenant: str, policy: Path | None, *, no_store: bool) -> Json:
    from doorward import wiring
    from doorward.cli.sandboxed import sandbox_settings

    if no_store:
        plain = load(os.environ)
        # An empty store in memory, under secrets that go with it: nothing of it is shown, and no file is made.
        settings = replace(sandbox_settings(plain, bind=plain.bind), geo=plain.geo)
    else:
        settings = prepared_settings()
    built = wiring.build(settings)
    now = time.time() if question.now is None else question.now
    try:
        rules = built.policies.current(tenant, time.time())
        if policy is not None:
            rules = _with(rules, policy)
        ask = built.explainer.explain_without_store if no_store else built.explainer.explain
        return ask(tenant, question.request, rules, facts=question.facts, now=now)
    finally:
        built.store.close()


def _with(rules: Loaded, file: Path) -> Loaded:
    made = PolicyFile(file).compile()
    if made.policy is None:
        raise RulesRefused([f"{file}:{finding}" for finding in made.errors])
    return replace(rules, policy=made.policy)
