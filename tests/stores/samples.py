"""What the tests of the stores put in: small, valid, and changed by keyword."""

from dataclasses import replace
from typing import Any

from doorward.core import ring
from doorward.ports import ApiKeyRow, ChallengeRow, DeviceRecord, Keys, ListEntry, Observation, RecordRow, Tally

NOW = 1_700_000_000.0
HOUR = 3600.0
DAY = 86_400.0

TENANT = "acme"
OTHER_TENANT = "globex"
SUBJECT = b"subject-of-acme1"
ADDRESS = b"address-of-acme1"
PREFIX = b"prefix-of-acme-1"
DEVICE = b"device-of-acme-1"
SESSION = b"session-of-acme1"

KEYS = Keys(
    tenant=TENANT,
    subject=SUBJECT,
    address=ADDRESS,
    prefix=PREFIX,
    device=DEVICE,
    session=SESSION,
    device_id="dev_1",
)


def observation(**changes: Any) -> Observation:
    plain = Observation(attempt=0, flags=ring.ATTEMPT, subject_mark=11, address_mark=22, country="NO")
    return plain._replace(**changes)


def record(**changes: Any) -> RecordRow:
    plain = RecordRow("dec_1", TENANT, SUBJECT, NOW, "allow", "familiar", b"sealed record", NOW + 30 * DAY)
    return plain._replace(**changes)


def device(**changes: Any) -> DeviceRecord:
    plain = DeviceRecord("dev_1", b"h" * 32, NOW, NOW + DAY, b"p" * 32, NOW + 60, True, False)
    return plain._replace(**changes)


def challenge(**changes: Any) -> ChallengeRow:
    plain = ChallengeRow("chl_1", TENANT, SUBJECT, "dec_1", "pending", b"sealed challenge", NOW, NOW + 600)
    return replace(plain, **changes)


def api_key(**changes: Any) -> ApiKeyRow:
    plain = ApiKeyRow("key_1", TENANT, b"d" * 32, ("decide", "challenge"), "the shop", NOW, NOW + DAY, None, b"m" * 16)
    return replace(plain, **changes)


def proof(name: str = "jti-1") -> str:
    """Return a proof as a store keeps it: some text."""
    return f'5f3a.[1.0,{{"jti":"{name}"}}]'


def list_entry(**changes: Any) -> ListEntry:
    plain = ListEntry("blocked", b"entry-of-acme--1", b"sealed entry", NOW + HOUR, NOW)
    return replace(plain, **changes)


def tally(**changes: Any) -> Tally:
    return Tally("country", 47, 0, 1.5, 0.5)._replace(**changes)


def marks(held: bytes) -> list[int]:
    """Return the marks of the other parties in a ring, oldest first."""
    return [entry.other for entry in ring.entries(held)]
