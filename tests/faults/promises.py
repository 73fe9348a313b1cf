"""Whether answers keep what the contract promises, whatever happens to the store.

A decision is *unsafe* where it is less strict than the policy's `degraded` entry (under the default policy: where it
allows) although it says that history or record are missing; where it names neither although its risk is unknown or all
of the store was away; and where it lets in whom a run-time list blocks. One that names neither is *full*: it must be
found in the store afterwards.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import Draft202012Validator

from .load import Answer
from .traffic import BLOCKED

STRICTNESS = ("allow", "challenge", "deny")
DEGRADED_ENTRY = "challenge"
LET_IN = "let in who is blocked"
UNREAD = "the history cannot be read now"
GOOD = {"outcome": 200, "record": 200, "page": 200, "event": 202, "list": 200}
_TEMPLATES = (
    (r"^/v1/decisions/[^/]+/outcome$", "/v1/decisions/{decision_id}/outcome"),
    (r"^/v1/decisions/[^/]+$", "/v1/decisions/{decision_id}"),
    (r"^/v1/lists/.*$", "/v1/lists/{name}/{entry}"),
    (r"\?.*$", ""),
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken promise, and the answer that broke it."""

    answer: Answer
    what: str

    def __str__(self) -> str:
        return f"{self.answer.sent.kind}: {self.what}"


class Contract:
    """The document that the service itself serves, as a judge of what it answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._judges: dict[tuple[str, str, int], Draft202012Validator] = {}

    def breaches(self, answer: Answer) -> list[str]:
        """Return where the body does not fit its schema."""
        path = answer.sent.path
        for pattern, template in _TEMPLATES:
            path = re.sub(pattern, template, path)
        key = (answer.sent.method.lower(), path, answer.status)
        if key not in self._judges:
            self._judges[key] = self._judge(*key)
        error = next(self._judges[key].iter_errors(answer.body), None)
        return [f"{key}: {str(error)[:200]}"] if error else []

    def _judge(self, method: str, path: str, status: int) -> Draft202012Validator:
        response = self._document["paths"][path][method]["responses"][str(status)]
        if "$ref" in response:
            response = self._document["components"]["responses"][response["$ref"].rsplit("/", 1)[-1]]
        ((_, content),) = response["content"].items()
        return Draft202012Validator(content["schema"] | {"components": self._document["components"]})


def lacks(answer: Answer) -> set[str]:
    """Return what a decision says it was made without; a repetition that cannot be recognised is none of it."""
    return set(answer.degraded) & {"history", "record"}


def unsafe(answer: Answer, *, store_away: bool) -> list[str]:
    """Return why the decision in *answer* is unsafe; *store_away* where nothing of the store answered throughout."""
    body, found = answer.body, []
    if lacks(answer):
        if STRICTNESS.index(body["outcome"]) < STRICTNESS.index(DEGRADED_ENTRY):
            found.append("allowed without history or record")
        if body["challenge"] or body["device"]:
            found.append("opened a challenge or handed out a device that cannot be kept")
    else:
        if store_away:
            found.append("looked full while the store was away")
        if body["risk"]["score"] is None or any(each["reason"] == UNREAD for each in body["unknown"]):
            found.append("looked full though its risk is unknown")
    if body["outcome"] == "challenge" and not body["step_up"]:
        found.append("challenged without saying how")
    if answer.sent.body and answer.sent.body["subject"]["id"] == BLOCKED and body["outcome"] != "deny":
        found.append(LET_IN)
    return found


def refused_badly(answer: Answer) -> list[str]:
    """Return what is wrong with an answer to anything but a decision: it is given, or 503 with a time to come back."""
    if answer.status == GOOD[answer.sent.kind]:
        return []
    if answer.status == 503 and int(answer.headers.get("retry-after", "0")) >= 1:
        return []
    return [f"status {answer.status}: {answer.body}"]


def broken(answers: Iterable[Answer], contract: Contract, away: Sequence[tuple[float, float]] = ()) -> list[Breach]:
    """Return every broken promise; *away* is when nothing of the store answered."""
    found = []
    for answer in answers:
        gone = any(since <= answer.began and answer.ended <= until for since, until in away)
        if answer.status == 0:
            wrong = [f"the connection broke: {answer.body}"]
        elif not answer.sent.decides:
            wrong = refused_badly(answer) + contract.breaches(answer)
        elif answer.status == 200:
            wrong = unsafe(answer, store_away=gone) + contract.breaches(answer)
        else:
            wrong = [f"status {answer.status}: {answer.body}"]
        found += [Breach(answer, each) for each in wrong]
    return found
