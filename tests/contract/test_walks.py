"""The document's links, walked: from a decision to its challenge, its outcome and its record, and whatever follows.

Every walk that the links allow is taken, up to MOST_STEPS, each in a service without a past. Each answer passes all of
Schemathesis' checks, those included that look back: what was deleted is gone, what was made is there.
"""

from collections.abc import Iterator
from typing import Any

from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.specs.openapi.stateful.links import OpenApiLink

from .place import BODIES, PLACE, SHORT_POLICY, STARTS
from .served import schema

MOST_STEPS = 4


class Walk:
    """One walk: steps that were taken, and what the last answer leads to."""

    def __init__(self) -> None:
        PLACE.begin_anew(SHORT_POLICY)
        self.recorder = ScenarioRecorder(label="walk")
        self.last: StepOutput | None = None

    def begin(self, operation_id: str, parts: dict[str, Any]) -> None:
        operation = schema.find_operation_by_id(operation_id)
        self._take(operation, parts, None)

    def follow(self, link: OpenApiLink) -> None:
        """Take the step that *link* says, as Schemathesis reads it."""
        transition = link.extract(self.last)
        taken = {where: plain(values) for where, values in transition.parameters.items()}
        make = BODIES.get(operation_id(link.target))
        body = make(self.last.response.json()) if make else NOT_SET
        if transition.request_body is not None:
            body = transition.request_body.value.ok()
        self._take(link.target, {**taken, "body": body}, transition)

    def links(self) -> Iterator[OpenApiLink]:
        """Yield what the last answer leads to; a link into a null leads nowhere."""
        case, status = self.last.case, self.last.response.status_code
        answer = case.operation.responses.find_by_status_code(status)
        for name, declared in answer.iter_links():
            link = OpenApiLink(name, str(status), declared, case.operation)
            transition = link.extract(self.last)
            found = [each for values in transition.parameters.values() for each in values.values()]
            found += [transition.request_body] if transition.request_body is not None else []
            if all(leads(each.value) for each in found):
                yield link

    def _take(self, operation: Any, parts: dict[str, Any], transition: Any) -> None:
        case = operation.Case(**parts, media_type=None if parts.get("body", NOT_SET) is NOT_SET else "application/json")
        parent = transition.parent_id if transition is not None else None
        self.recorder.record_case(case=case, parent_id=parent, transition=transition, is_transition_applied=True)
        key = {"Authorization": f"Bearer {PLACE.house().key}"}
        response = case.call(headers=key)
        self.recorder.record_response(case_id=case.id, response=response)
        case.validate_response(response, headers=key, recorder=self.recorder)
        self.last = StepOutput(response=response, case=case)


def leads(value: Any) -> bool:
    found = value.ok() if isinstance(value, Ok) else None
    return all(found.values()) if isinstance(found, dict) else found is not None


def plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: each.value.ok() for name, each in values.items()}


def operation_id(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def walked(start: tuple[str, dict[str, Any]], names: tuple[str, ...]) -> Walk:
    """Return the walk that begins with *start* and follows the links *names*, one after the other."""
    walk = Walk()
    walk.begin(*start)
    for name in names:
        walk.follow(next(link for link in walk.links() if link.name == name))
    return walk


def declared_links() -> set[tuple[str, str]]:
    """Return each link of the document: the operation that it leads from, and the one it leads to."""
    return {
        (operation["operationId"], link["operationId"])
        for item in schema.raw_schema["paths"].values()
        for operation in item.values()
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }


def test_every_walk_along_the_links_finds_what_the_document_says():
    waiting: list[Any] = [((name, parts), ()) for name, requests in STARTS.items() for parts in requests]
    followed: set[tuple[str, str]] = set()

    while waiting:
        start, names = waiting.pop()
        walk = walked(start, names)
        for link in walk.links() if len(names) < MOST_STEPS - 1 else ():
            followed.add((operation_id(link.source), operation_id(link.target)))
            waiting.append((start, (*names, link.name)))

    assert declared_links() - followed == set()
