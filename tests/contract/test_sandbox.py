"""The sandbox over its port: what it has beside the API is as its document says, and a server changes nothing."""

from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from ..ops.conftest import start_for_all
from .served import config, filter_failure

__all__ = ["start_for_all"]


@pytest.fixture(scope="module")
def sandbox(start_for_all):
    program = start_for_all("-m", "doorward", "sandbox", "--port", "0")
    program.wait_for("API key: sandbox")
    return program


def found(event: Any) -> list[str]:
    """Return what an event tells that it should not."""
    if isinstance(event, events.NonFatalError | events.FatalError):
        return [str(event)]
    if not isinstance(event, events.ScenarioFinished):
        return []
    failures = [check.failure_info for checks in event.recorder.checks.values() for check in checks]
    return [f"{each.failure}\n{each.code_sample}" for each in failures if each is not None]


def test_the_sandbox_is_as_its_document_says(sandbox):
    key = {"Authorization": "Bearer sandbox"}
    whole = schemathesis.openapi.from_url(
        sandbox.url() + "/openapi.json", config=config(headers=key, phases={"stateful": {"enabled": False}})
    )
    schema = whole.include(tag=["sandbox", "health", "assertions"])
    schema.hook(filter_failure)

    told = [each for event in from_schema(schema).execute() for each in found(event)]

    assert told == []
