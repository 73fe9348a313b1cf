"""Schemathesis against the real service: the document says what is checked, and every answer is as the document says.

Every check of Schemathesis is on, for every operation that the document has; what we stand by is in `exclusions.py`.
"""

from typing import Any

from .place import GIVEN, GIVEN_IN_BODY, PLACE
from .served import schema


def reaching_something(case: Any) -> None:
    """Give what fits the document identifiers that were given out, and no idempotency key of another request."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    case.path_parameters.update({name: give() for name, give in GIVEN.items() if name in case.path_parameters})
    if isinstance(case.body, dict):
        case.body |= {name: give() for name, give in GIVEN_IN_BODY.items() if name in case.body}
    request = [case.operation.label, case.path_parameters, case.body]
    if PLACE.used_before(case.headers.get("Idempotency-Key", ""), request):
        del case.headers["Idempotency-Key"]


@schema.parametrize()
def test_an_operation_is_as_the_document_says(case):
    reaching_something(case)

    case.call_and_validate()
