"""A challenge: opened and stored with its decision, shown to those who may ask."""

import json
from dataclasses import dataclass
from typing import Any

from doorward.core.assurance import usable
from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id, new_id
from doorward.core.outcome import Enrolled, Requirement
from doorward.core.record import request_to_json
from doorward.core.request import DecisionRequest
from doorward.core.times import rfc3339
from doorward.ports import ChallengeRow, ChallengeStore, Sealer

PURPOSE = "challenge"
PENDING = "pending"
CANCELLED = "cancelled"
EXPIRED = "expired"

# SP 800-63B-4, section 3.1.3.2: out-of-band authentication completes within ten minutes, in all cases.
MAX_LIFE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new challenge is bound to; *tenant* and *subject* as the store keys them."""

    tenant: str
    subject: bytes
    decision_id: str
    request: DecisionRequest
    requirement: Requirement
    max_age: float | None
    bind: bool
    binding: str
    enrol: tuple[str, ...]
    enrolled: tuple[Enrolled, ...]
    level: str


def open_challenge(
    opening: Opening, sealer: Sealer, *, now: float, life_seconds: float
) -> tuple[ChallengeRow, dict[str, Any]]:
    """Return the row to store and the challenge as the decision's answer shows it."""
    expires_at = now + min(life_seconds, MAX_LIFE_SECONDS)
    authenticators = [
        {"type": each.type, "id": each.id, "label": each.label}
        for each in opening.enrolled
        if usable(each.type, opening.requirement)
    ]
    body = {
        "subject": opening.request.subject.id,
        "required": opening.requirement.to_json(),
        "authenticators": authenticators,
        "passed": [],
        "enrol": list(opening.enrol),
        "bind": opening.bind,
        "binding": opening.binding,
        "max_age": opening.max_age,
        "request": request_to_json(opening.request),
        "level": opening.level,
    }
    row = ChallengeRow(
        id=new_id("chl"),
        tenant=opening.tenant,
        subject=opening.subject,
        decision_id=opening.decision_id,
        status=PENDING,
        body=sealer.seal(json.dumps(body).encode(), PURPOSE),
        created_at=now,
        expires_at=expires_at,
    )
    shown: dict[str, Any] = {
        "id": row.id,
        "expires_at": rfc3339(expires_at),
        "required": body["required"],
        "authenticators": authenticators,
    }
    return row, shown | ({"enrol": list(opening.enrol)} if opening.enrol else {})


class ChallengeDesk:
    """Shows challenges."""

    def __init__(self, store: ChallengeStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    def show(self, tenant: str, challenge_id: str, now: float) -> dict[str, Any]:
        row = self._store.challenge(tenant, challenge_id, now) if is_id(challenge_id, "chl") else None
        if row is None:
            raise NotFound("there is no such challenge")
        body = json.loads(self._sealer.open(row.body, PURPOSE))
        return {
            "id": row.id,
            "status": status_at(row, now),
            "subject": body["subject"],
            "expires_at": rfc3339(row.expires_at),
            "required": body["required"],
            "authenticators": body["authenticators"],
            "passed": body["passed"],
        }


def status_at(row: ChallengeRow, now: float) -> str:
    """Return the challenge's status; a pending one is expired once its time is over."""
    return EXPIRED if row.status == PENDING and now >= row.expires_at else row.status
