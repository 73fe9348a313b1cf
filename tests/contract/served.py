"""The document as Schemathesis reads it, with the real service behind it."""

import copy
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig

from doorward.api.app import RESOURCES
from doorward.api.openapi import document

from .exclusions import stands
from .place import FUZZ_EXAMPLES, PLACE, WORDS


def config(**more: Any) -> SchemathesisConfig:
    """Return how far to go: the same few requests every time, or many more and others each time for `make fuzz`."""
    return SchemathesisConfig.from_dict(
        {
            "generation": {"max-examples": FUZZ_EXAMPLES or 10, "deterministic": not FUZZ_EXAMPLES, "database": "none"},
            "phases": {"coverage": {"generate-duplicate-query-parameters": True}},
            "dictionaries": {place: {"values": list(words)} for place, words in WORDS.items()},
            "parameters": {place: {"dictionary": place, "probability": 0.5} for place in WORDS},
            # Words of our own source make other requests whenever it changes.
            "analysis": {"constants": {"enabled": bool(FUZZ_EXAMPLES)}},
            "output": {"sanitization": {"enabled": False}},
            **({} if FUZZ_EXAMPLES else {"seed": 1}),
            **more,
        }
    )


def closed(served: dict[str, Any]) -> dict[str, Any]:
    """Return the document with every answer closed: a field that it does not describe may come later, but not now."""
    made = copy.deepcopy(served)
    for each in made["components"]["schemas"].values():
        if each.get("additionalProperties") is True:
            each["additionalProperties"] = False
    return made


schema = schemathesis.openapi.from_dict(closed(document(RESOURCES)), config=config())
schema.app = PLACE


@schema.auth(refresh_interval=None)
class Key:
    """The API key that every request carries, unless a check takes it away."""

    def get(self, case: Any, context: Any) -> str:
        return PLACE.house().key

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers["Authorization"] = f"Bearer {data}"


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep what is not excluded."""
    media_type = response.headers.get("content-type", [""])[0]
    return media_type != "application/problem+json" or not stands(failure, response.json())


schema.hook(filter_failure)
