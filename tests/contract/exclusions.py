"""What Schemathesis may find and we stand by: each row with its reason. Everything else fails the test."""

from collections.abc import Callable
from typing import Any, NamedTuple

from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.openapi.checks import RejectedPositiveData

Json = dict[str, Any]


class Exclusion(NamedTuple):
    """A failure that is right as it is, where *fits* says so of the problem document."""

    failure: type[Failure]
    fits: Callable[[Json], bool]
    reason: str


def kind(name: str) -> Callable[[Json], bool]:
    """Answer whether the problem is of the kind *name*."""
    return lambda problem: problem["type"] == f"urn:doorward:problem:{name}"


def about(*pointers: str) -> Callable[[Json], bool]:
    """Answer whether every mistake in the input stands at one of *pointers*."""
    return lambda problem: {each["pointer"] for each in problem.get("errors", [{"pointer": ""}])} <= set(pointers)


def within(pointer: str) -> Callable[[Json], bool]:
    """Answer whether every mistake in the input stands within the object at *pointer*."""

    def fits(problem: Json) -> bool:
        return all(each["pointer"].startswith(f"{pointer}/") for each in problem.get("errors", [{"pointer": ""}]))

    return fits


def said(*beginnings: str) -> Callable[[Json], bool]:
    """Answer whether every mistake in the input is told in one of these words."""
    return lambda problem: all(
        each["detail"].startswith(beginnings) for each in problem.get("errors", [{"detail": ""}])
    )


VALID, INVALID = RejectedPositiveData, AcceptedNegativeData

# The fields of a new authenticator that one type wants and another refuses.
OF_A_TYPE = ["type", "algorithm", "digits", "period", "counter", "secret", "questions", "account_name"]
OF_A_TYPE += ["phone", "address"]

EXCLUSIONS = (
    Exclusion(VALID, kind("idempotency-key-reused"), "a key names one body; which one, the store knows"),
    Exclusion(VALID, kind("invalid-assertion"), "whether an assertion proves anything is in its signature"),
    Exclusion(VALID, kind("too-large"), "64 KiB bound a body as a whole; a schema bounds its parts"),
    Exclusion(INVALID, kind("too-large"), "413 refuses a body before its fields are looked at"),
    Exclusion(VALID, about("#/at", "#/auth_time", "#/until"), "before or after now: a schema knows no clock"),
    Exclusion(VALID, said("nested deeper than 8"), "a schema would need a level for each level of free JSON"),
    Exclusion(
        VALID,
        said("a network", "expected a network", "expected a time zone", "expected one line", "'lat' and 'lon' belong"),
        "no format of JSON Schema says network, time zone or printable, and none that two nulls go together",
    ),
    Exclusion(VALID, about("#/cursor"), "a cursor is good where a page gave it"),
    Exclusion(VALID, about("#/text"), "the language of policies is not JSON Schema's"),
    Exclusion(VALID, within("#/public_key"), "whether a JWK is a key that is taken is in its numbers"),
    Exclusion(VALID, within("#/response"), "what answers a challenge depends on the authenticator's type"),
    Exclusion(VALID, about("#/code", "#/credential"), "what confirms an authenticator depends on its type"),
    Exclusion(VALID, about("#/authenticator"), "a challenge says which authenticators it takes"),
    Exclusion(
        VALID,
        about(*[f"#/{name}" for name in OF_A_TYPE]),
        "what an authenticator is made of, and whether it can be, depends on its type",
    ),
    Exclusion(VALID, about("#/entry"), "the policy says what a list holds: addresses, subjects or devices"),
)


def stands(failure: Failure, problem: Json) -> bool:
    """Answer whether *failure* is one of EXCLUSIONS."""
    return any(isinstance(failure, each.failure) and each.fits(problem) for each in EXCLUSIONS)
