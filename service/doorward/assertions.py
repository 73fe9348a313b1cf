"""The signed assertion: the proof of a passed challenge, which a caller may check by itself and redeem once.

A JWS in compact form (RFC 7515), `typ: doorward-proof+jwt`, signed with a key of the tenant. Its five minutes are
those of its transport; how old the proof itself may be is the rule's `max_age` against `auth_time`. A claim that does
not apply is left out: `aud` without an application, `sid` without a session, `binding` for a proof that is not bound.
Beside the claims of RFC 9068 and the contract there are `types` and `phishing_resistant`, which `amr` cannot tell.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from jwt import PyJWS
from jwt.exceptions import PyJWTError

from doorward.core.canonical import canonical_json
from doorward.core.errors import InvalidAssertion
from doorward.core.identifiers import new_id
from doorward.core.outcome import Proof
from doorward.ports import SPENT_SECONDS, DecisionStore, Sealer, SecretStore
from doorward.signing_keys import ALGORITHMS, SigningKey, SigningKeys

TYPE = "doorward-proof+jwt"
TRANSPORT_SECONDS = 300
CLOCK_SKEW_SECONDS = 5  # between two machines that sign and check for one tenant
MAX_CHARACTERS = 8192

Claims = Mapping[str, Any]

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_HEADER = {"alg", "kid", "typ"}
_REQUIRED: dict[str, type] = {
    "iss": str,
    "sub": str,
    "jti": str,
    "iat": int,
    "exp": int,
    "auth_time": int,
    "amr": list,
    "types": list,
}


class AssertionDesk:
    """Signs, checks, spends and publishes; implements `services.Assertions`.

    *codes_from* answers since when no use of a proof can have been forgotten, *proofs_from* since when what a subject
    has shown counts: something that it had bound was lost then.
    """

    def __init__(
        self,
        secrets: SecretStore,
        decisions: DecisionStore,
        sealer: Sealer,
        issuer: str,
        *,
        algorithm: str = "ES256",
        codes_from: Callable[[], float] = float,
        proofs_from: Callable[[str, str, float], float] = lambda tenant, subject_id, now: 0.0,  # noqa: ARG005
    ) -> None:
        self._keys = SigningKeys(secrets, sealer, algorithm=algorithm)
        self._decisions = decisions
        self._issuer = issuer.rstrip("/")
        self._codes_from = codes_from
        self._proofs_from = proofs_from

    def mint(
        self,
        tenant: str,
        *,
        application_id: str,
        subject_id: str,
        proof: Proof,
        decision_id: str,
        session_id: str,
        action_name: str,
        now: float,
    ) -> str:
        """Return *proof* as a signed assertion; it is spent under `proof.jti`, or a name of its own without one."""
        claims = {
            "iss": self._issuer_of(tenant),
            "aud": application_id,
            "sub": subject_id,
            "dec": decision_id,
            "sid": session_id,
            "action": action_name,
        }
        return self._signed(tenant, claims | _lifetime(now) | _proof_claims(proof), now)

    def read(
        self,
        tenant: str,
        assertion: str,
        *,
        now: float,
        application_id: str | None = None,
        subject_id: str | None = None,
        session_id: str | None = None,
    ) -> tuple[Claims, Proof]:
        """Return what *assertion* proves, without spending it; what is None is not compared."""
        claims, proof = self._read(tenant, assertion, now)
        _require(application_id in (None, claims.get("aud", "")), "it was issued for another application")
        _require(subject_id in (None, claims["sub"]), "it was issued for another subject")
        _require(session_id in (None, claims.get("sid", "")), "it was issued for another session")
        # Asked of the store first: what it answers may tell that it has forgotten something.
        _require(not self._decisions.is_spent(tenant, proof.jti, now), "it was used before")
        self._check_not_forgotten(claims)
        return claims, proof

    def _read(self, tenant: str, assertion: str, now: float) -> tuple[Claims, Proof]:
        claims = self._verified(tenant, assertion, now)
        _require(claims["iss"] == self._issuer_of(tenant), "it was issued for another tenant")
        _require(claims["iat"] <= now + CLOCK_SKEW_SECONDS, "it was issued in the future")
        _require(now < claims["exp"], "it has expired")
        return claims, _proof(claims)

    def redeem(self, tenant: str, assertion: str, now: float) -> dict[str, Any]:
        """Return the claims and spend the assertion; of many racing calls exactly one succeeds."""
        claims, proof = self._read(tenant, assertion, now)
        since = self._proofs_from(tenant, claims["sub"], now)
        _require(proof.auth_time >= since, "the subject's authenticators changed since then")
        self.spend(tenant, proof.jti, now=now)
        self._check_not_forgotten(claims)
        return dict(claims)

    def spend(self, tenant: str, jti: str, *, now: float) -> None:
        """Spend the proof *jti*; InvalidAssertion where it was spent before, here or by a decision."""
        first = self._decisions.spend(tenant, jti, expires_at=now + SPENT_SECONDS, now=now)
        _require(first, "it was used before")

    def _check_not_forgotten(self, claims: Claims) -> None:
        _require(claims["iat"] >= self._codes_from(), "it is older than what the store remembers for sure")

    def jwks(self, tenant: str, now: float) -> dict[str, Any]:
        """Return the tenant's public keys (RFC 7517); a tenant that never signed, or does not exist, has none."""
        return {"keys": self._keys.public(tenant, now)}

    def _issuer_of(self, tenant: str) -> str:
        return f"{self._issuer}/{quote(tenant, safe='')}"

    def _signed(self, tenant: str, claims: Claims, now: float) -> str:
        key = self._keys.signer(tenant, now)
        payload = canonical_json({name: value for name, value in claims.items() if value != ""})
        return _JWS.encode(payload, key.private, key.algorithm, headers={"typ": TYPE, "kid": key.kid})

    def _verified(self, tenant: str, assertion: str, now: float) -> Claims:
        """Return the claims as the tenant's key signed them; whether they fit is not yet judged."""
        _require(len(assertion) <= MAX_CHARACTERS, "it is too long")
        _require(_COMPACT.match(assertion) is not None, "it is no signed assertion")
        key = self._keys.find(tenant, _key_id(assertion), now)
        if key is None:
            raise InvalidAssertion("the assertion is not accepted: its key is not one of this tenant's")
        return _payload(assertion, key)


def _require(fact: bool, otherwise: str) -> None:
    if not fact:
        raise InvalidAssertion(f"the assertion is not accepted: {otherwise}")


def _algorithms() -> PyJWS:
    """Return a JWS that knows our algorithms and no other: neither `none` nor an HMAC can be asked for."""
    jws = PyJWS(algorithms=[])
    for name, algorithm in ALGORITHMS.items():
        jws.register_algorithm(name, algorithm.implementation)
    return jws


_JWS = _algorithms()


def _key_id(assertion: str) -> str:
    """Return the `kid` of a header that holds what we write and nothing else: no jku, x5u, jwk, crit or b64."""
    try:
        header = _JWS.get_unverified_header(assertion)
    except PyJWTError:
        raise InvalidAssertion("the assertion is not accepted: it is no signed assertion") from None
    _require(header.keys() == _HEADER and header["typ"] == TYPE, "its header is not one of ours")
    return str(header["kid"])


def _payload(assertion: str, key: SigningKey) -> Claims:
    try:
        payload = _JWS.decode(assertion, key.private.public_key(), algorithms=[key.algorithm])
    except PyJWTError:
        raise InvalidAssertion("the assertion is not accepted: its signature does not verify") from None
    claims: Claims = json.loads(payload)
    _require(all(isinstance(claims.get(name), kind) for name, kind in _REQUIRED.items()), "a claim is missing")
    return claims


def _lifetime(now: float) -> dict[str, Any]:
    return {"iat": int(now), "exp": int(now) + TRANSPORT_SECONDS}


def _proof_claims(proof: Proof) -> dict[str, Any]:
    return {
        "jti": proof.jti or new_id("prf"),
        "auth_time": int(proof.auth_time),  # rounded down: a proof may look older than it is, never younger
        "amr": list(proof.amr),
        "acr": f"aal{proof.aal}" if proof.aal else "",
        "types": list(proof.types),
        "phishing_resistant": proof.phishing_resistant,
        "binding": proof.binding,
    }


def _proof(claims: Claims) -> Proof:
    return Proof(
        auth_time=float(claims["auth_time"]),
        aal=int(claims.get("acr", "aal0").removeprefix("aal")),
        amr=tuple(claims["amr"]),
        types=tuple(claims["types"]),
        phishing_resistant=claims.get("phishing_resistant") is True,
        application_id=claims.get("aud", ""),
        session_id=claims.get("sid", ""),
        binding=claims.get("binding", ""),
        jti=claims["jti"],
    )
