"""An application on small use-cases in memory, and callers of it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from doorward.api.app import create_app
from doorward.services import Services

from .desks import Clock, small_services

Json = dict[str, Any]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(clock: Clock) -> Services:
    return small_services(clock)


@pytest.fixture
def observed() -> list[tuple[str, str, int, float]]:
    return []


@pytest.fixture
def app(services: Services, observed: list[tuple[str, str, int, float]]) -> Flask:
    return create_app(services, observe=lambda *seen: observed.append(seen))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that presents an API key with every scope."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer dwk_admin"
    return client


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A client that presents no API key."""
    return app.test_client()


@pytest.fixture
def login() -> Json:
    """The body of a decision with every field that the contract has."""
    return {
        "kind": "login",
        "attempt_id": "a-77",
        "application": {"id": "web"},
        "action": {"name": "payments.transfer", "binding": {"amount": "950.00"}, "display": "Pay 950.00 EUR"},
        "subject": {
            "id": "u-123",
            "groups": ["admins"],
            "attributes": {"plan": "gold"},
            "created_at": "2024-01-02T00:00:00Z",
            "contacts": [{"channel": "email", "address": "a@example.org"}],
        },
        "client": {
            "ip": "203.0.113.7",
            "user_agent": "Mozilla/5.0",
            "device_token": "dvt_x",
            "fingerprint": "f-1",
            "accept_language": "de-DE,de;q=0.9",
            "timezone": "Europe/Berlin",
            "rtt_ms": 37,
        },
        "session": {
            "id": "s-9",
            "amr": ["pwd"],
            "acr": "aal1",
            "auth_time": "2026-11-22T09:58:00Z",
            "assertion": "a.b.c",
        },
        "credential": {"result": "passed", "breached": False},
        "context": {"channel": "web", "partner_score": 0.2},
    }
