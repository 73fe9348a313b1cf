"""Runs a POST once for each idempotency key, and answers a repetition with the first answer.

The store sees hashes and sealed bytes alone. An answer that holds a secret is sealed under a key that only the
client's next request can derive, so that neither the store nor our own keys open it.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doorward.api.errors import BadParameter, KeyReused, StillRunning
from doorward.api.problems import problem
from doorward.api.reply import Reply
from doorward.core.errors import DoorwardError, Mistake, StoreUnavailable, Unreadable
from doorward.core.purposes import purpose_at
from doorward.ports import Claim
from doorward.services import Services

LIFE_SECONDS = 24 * 3600
SECRET_LIFE_SECONDS = 600
# A worker that dies leaves its claim behind: the key is good again after this.
CLAIM_SECONDS = 60

_KIND = "idempotency"
KEY = re.compile(r'"[\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255}')
_BY_CLIENT, _BY_SERVICE = b"c", b"s"
_NONCE_BYTES = 12
_SECRETS = (
    "assertion",
    "secret",
    "otpauth_uri",
    "pairing_uri",
    "code",
    "codes",
    "recovery_code",
    "number",
    "enrolment_grant",
    "public_key",
)
_NEVER_STORED = frozenset({409, 429})

log = structlog.get_logger("doorward.api")


def once(
    run: Callable[[], Reply],
    *,
    services: Services,
    place: tuple[str, str, str, str],
    secret: tuple[str, str],
    sent: Any,
    now: float,
    answers_without_store: bool,
) -> Reply:
    """Return the answer of *run*, or the stored one where the same key and body were answered before.

    *place* is tenant, API key id, method and path; *secret* the API key and the idempotency key.
    """
    envelope = Envelope(services, place, api_key=secret[0], client_key=client_key(secret[1]))
    try:
        claim = services.idempotency.claim(
            envelope.name, envelope.fingerprint(sent), expires_at=now + CLAIM_SECONDS, now=now
        )
    except StoreUnavailable:
        if not answers_without_store:
            raise
        return _without_store(run())
    if claim.state != "new":
        return _earlier(claim, services, envelope)
    return _first(run, services=services, envelope=envelope, now=now)


def client_key(header: str) -> str:
    """Return the key that the header names; `"abc"` and `abc` are one key."""
    if not KEY.fullmatch(header):
        mistake = Mistake("1 to 255 visible ASCII characters, quoted or not, were expected", "#/Idempotency-Key")
        raise BadParameter([mistake], place="header")
    return header.strip('"')


class Envelope:
    """Names, fingerprints and seals for one idempotency key."""

    def __init__(self, services: Services, place: tuple[str, ...], *, api_key: str, client_key: str) -> None:
        self._sealer = services.sealer
        self._secret = json.dumps((api_key, client_key)).encode()
        self.name = hashlib.sha256(json.dumps((*place, client_key)).encode()).digest()
        self._purpose = purpose_at(_KIND, place[0], self.name)

    def fingerprint(self, sent: Any) -> bytes:
        """Return a keyed hash of the body: whoever reads the store cannot guess bodies."""
        canonical = json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()
        return hmac.digest(self._derived(b"fingerprint"), canonical, hashlib.sha256)

    def seal(self, reply: Reply, *, for_client: bool) -> bytes:
        plain = json.dumps([reply.status, reply.media_type, reply.body]).encode()
        if not for_client:
            return _BY_SERVICE + self._sealer.seal(plain, self._purpose)
        nonce = os.urandom(_NONCE_BYTES)
        return _BY_CLIENT + nonce + AESGCM(self._derived(b"answer")).encrypt(nonce, plain, self.name)

    def open(self, sealed: bytes) -> Reply:
        status, media_type, body = json.loads(self._opened(sealed[:1], sealed[1:]))
        return Reply(body, status, media_type, {"Idempotency-Replayed": "true"})

    def _opened(self, by: bytes, sealed: bytes) -> bytes:
        if by == _BY_SERVICE:
            return self._sealer.open(sealed, self._purpose)
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return AESGCM(self._derived(b"answer")).decrypt(nonce, rest, self.name)
        except InvalidTag:
            raise Unreadable("the stored answer does not open") from None

    def _derived(self, use: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt=self.name, info=b"doorward idempotency " + use).derive(self._secret)


def _earlier(claim: Claim, services: Services, envelope: Envelope) -> Reply:
    if claim.state == "other":
        raise KeyReused("this idempotency key came with another body before")
    if claim.state == "running":
        raise StillRunning("the first request with this idempotency key is still running")
    reply = envelope.open(claim.answer)
    services.meter.replayed()
    return reply


def _first(run: Callable[[], Reply], *, services: Services, envelope: Envelope, now: float) -> Reply:
    kept = False
    try:
        reply = _answered(run)
        if _may_be_stored(reply):
            _keep(reply, services=services, envelope=envelope, now=now)
            kept = True
    finally:
        if not kept:
            _release(services, envelope, now)
    return reply


def _answered(run: Callable[[], Reply]) -> Reply:
    """Return a refusal as a reply too: a 404 or 422 is repeated like any other answer."""
    try:
        return run()
    except DoorwardError as error:
        return problem(error)


def _keep(reply: Reply, *, services: Services, envelope: Envelope, now: float) -> None:
    secret = holds_secret(reply.body)
    sealed = envelope.seal(reply, for_client=secret)
    expires_at = now + (SECRET_LIFE_SECONDS if secret else LIFE_SECONDS)
    try:
        services.idempotency.finish(envelope.name, sealed, expires_at=expires_at, now=now)
    except StoreUnavailable:
        # What was done is done: the caller gets the answer, a repetition 409 until the claim ends.
        log.warning("idempotent_answer_not_kept")


def _release(services: Services, envelope: Envelope, now: float) -> None:
    try:
        services.idempotency.release(envelope.name, now)
    except StoreUnavailable:
        log.warning("idempotency_claim_not_released")


def _may_be_stored(reply: Reply) -> bool:
    degraded = isinstance(reply.body, dict) and bool(reply.body.get("degraded"))
    return reply.status < 500 and reply.status not in _NEVER_STORED and not degraded


def holds_secret(body: Any) -> bool:
    """Answer whether *body* carries a device token, an assertion, or what a new authenticator shows once.

    A confirmation holds the whole answer of a challenge.
    """
    if not isinstance(body, dict):
        return False
    device = body.get("device")
    has_token = isinstance(device, dict) and bool(device.get("token"))
    return has_token or any(body.get(name) for name in _SECRETS) or holds_secret(body.get("challenge"))


def _without_store(reply: Reply) -> Reply:
    if not isinstance(reply.body, dict):
        return reply
    body = reply.body | {"degraded": [*reply.body.get("degraded", []), "idempotency"]}
    return Reply(body, reply.status, reply.media_type, reply.headers)
