"""A tenant's signing keys: made when first needed, kept sealed, published by their public halves."""

import base64
import hashlib
import json
import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm

from doorward.core.canonical import canonical_json
from doorward.ports import Sealer, SecretStore

REMEMBERED_TENANTS = 1024

# What was read is believed for so long, so that a rotation reaches every worker.
FRESH_SECONDS = 60.0
# A new key is published before it signs, for whoever keeps the tenant's keys in a cache.
ANNOUNCED_SECONDS = 300.0
# A key verifies for so long after its successor signs; assertions live far shorter.
RETIRED_SECONDS = 86_400.0
# Whoever goes back to an algorithm signs by its old key for so long, and then by a new one: what is signed must not
# outlive its key, and two versions that sign side by side must not make a key each time.
PASSED_OVER_SECONDS = RETIRED_SECONDS / 2

# A member of a kept key that is never published.
_SIGNS_FROM = "signs_from"

PrivateKey = EllipticCurvePrivateKey | Ed25519PrivateKey
Jwk = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SigningAlgorithm:
    """One row of ALGORITHMS: how its keys are made and how it signs."""

    new_key: Callable[[], PrivateKey]
    implementation: Algorithm


# Ed25519 is the name that RFC 9864 gives to what libraries used to call EdDSA.
ALGORITHMS: dict[str, SigningAlgorithm] = {
    "ES256": SigningAlgorithm(lambda: generate_private_key(SECP256R1()), ECAlgorithm(ECAlgorithm.SHA256, SECP256R1)),
    "Ed25519": SigningAlgorithm(Ed25519PrivateKey.generate, OKPAlgorithm()),
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; *kid* is the RFC 7638 thumbprint of *public*, which is the JWK that anybody may see.

    It signs from *signs_from* on, until the next one does.
    """

    kid: str
    algorithm: str
    private: PrivateKey
    public: Jwk
    signs_from: float = 0.0


class SigningKeys:
    """The keys of every tenant. The newest of the algorithm whose time has come signs.

    All verify until a successor, of whichever algorithm, has signed for RETIRED_SECONDS.
    """

    def __init__(self, secrets: SecretStore, sealer: Sealer, *, algorithm: str = "ES256") -> None:
        if algorithm not in ALGORITHMS:
            raise ValueError(f"unknown signing algorithm {algorithm!r} (one of {', '.join(ALGORITHMS)})")
        self._secrets = secrets
        self._sealer = sealer
        self._algorithm = algorithm
        self._remembered: OrderedDict[str, tuple[float, tuple[SigningKey, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def signer(self, tenant: str, now: float) -> SigningKey:
        """Return the key that signs for *tenant*, and make it where there is none: all racing workers get the same."""
        known = self._signer_among(self._recall(tenant, now), now) or self._signer_among(self._load(tenant, now), now)
        return known or self._make(tenant, now)

    def find(self, tenant: str, kid: str, now: float) -> SigningKey | None:
        """Return the tenant's key *kid*; another worker may have made it, so the store is asked before saying no."""
        return _named(kid, self._recall(tenant, now)) or _named(kid, self._load(tenant, now))

    def rotate(self, tenant: str, now: float) -> SigningKey:
        """Return a new key that is published now and signs in five minutes; those that are long replaced go."""
        fresh = self._fresh()

        def add(held: list[Jwk]) -> list[Jwk]:
            signs_from = now + ANNOUNCED_SECONDS if held else now
            return [fresh | {_SIGNS_FROM: signs_from}, *_still_needed(held, now)]

        self._rewrite(tenant, add)
        return _signing_key(fresh, self._algorithm)

    def replace(self, tenant: str, now: float) -> SigningKey:
        """Return a new key that signs now; every other one goes, and whoever has just read it believes it a minute.

        SpendNotKept where a fail-over could bring them back.
        """
        fresh = self._fresh() | {_SIGNS_FROM: now}
        sealed = self._sealer.seal(json.dumps([fresh]).encode(), _purpose(tenant, self._algorithm))
        self._secrets.rewrite_lasting_secret(tenant, _name(self._algorithm), lambda _: sealed)
        for algorithm in ALGORITHMS.keys() - {self._algorithm}:
            self._secrets.rewrite_lasting_secret(tenant, _name(algorithm), lambda _: None)
        return _signing_key(fresh, self._algorithm)

    def public(self, tenant: str, now: float) -> list[Jwk]:
        """Return the tenant's keys for everyone to see. Makes none: the name is anybody's guess."""
        return [key.public for key in self._read(tenant, now)]

    def _signer_among(self, keys: tuple[SigningKey, ...], now: float) -> SigningKey | None:
        """Return the first whose time has come: the newest stands first. A clock set back must not leave none."""
        ours = [key for key in keys if key.algorithm == self._algorithm]
        signer = next((key for key in ours if key.signs_from <= now), ours[-1] if ours else None)
        others = [key.signs_from for key in keys if key.algorithm != self._algorithm]
        if signer and any(signer.signs_from < start <= now - PASSED_OVER_SECONDS for start in others):
            return None
        return signer

    def _make(self, tenant: str, now: float) -> SigningKey:
        """Return a new key that signs now, or the one that another worker has just made."""
        fresh = self._fresh() | {_SIGNS_FROM: now}
        others = [key for key in self._read(tenant, now) if key.algorithm != self._algorithm]
        kept: list[SigningKey] = []

        def add(held: list[Jwk]) -> list[Jwk]:
            ours = [_signing_key(jwk, self._algorithm) for jwk in held]
            known = self._signer_among((*ours, *others), now)
            kept[:] = [known or _signing_key(fresh, self._algorithm)]
            return held if known else [fresh, *held]

        self._rewrite(tenant, add)
        return kept[0]

    def _fresh(self) -> Jwk:
        return _private_jwk(ALGORITHMS[self._algorithm].new_key(), self._algorithm)

    def _rewrite(self, tenant: str, change: Callable[[list[Jwk]], list[Jwk]]) -> None:
        """Replace the tenant's keys of the algorithm atomically; *change* may run twice."""
        purpose = _purpose(tenant, self._algorithm)

        def rewrite(sealed: bytes | None) -> bytes:
            held = json.loads(self._sealer.open(sealed, purpose)) if sealed is not None else []
            return self._sealer.seal(json.dumps(change(held)).encode(), purpose)

        self._secrets.rewrite_secret(tenant, _name(self._algorithm), rewrite)

    def _load(self, tenant: str, now: float) -> tuple[SigningKey, ...]:
        return self._remember(tenant, self._read(tenant, now), now)

    def _read(self, tenant: str, now: float) -> tuple[SigningKey, ...]:
        """Return the keys that verify at *now*, by algorithm, the newest first."""
        held: dict[str, list[Jwk]] = {}
        for algorithm in ALGORITHMS:
            sealed = self._secrets.secret(tenant, _name(algorithm))
            if sealed is not None:
                held[algorithm] = json.loads(self._sealer.open(sealed, _purpose(tenant, algorithm)))
        return tuple(
            _signing_key(jwk, algorithm)
            for algorithm, kept in held.items()
            for jwk in _still_needed(kept, now)
            if not _is_passed_over(jwk, [other for name, other in held.items() if name != algorithm], now)
        )

    def _recall(self, tenant: str, now: float) -> tuple[SigningKey, ...]:
        with self._lock:
            read_at, keys = self._remembered.get(tenant, (0.0, ()))
            if not keys or not 0 <= now - read_at < FRESH_SECONDS:
                return ()
            self._remembered.move_to_end(tenant)
            return keys

    def _remember(self, tenant: str, keys: tuple[SigningKey, ...], now: float) -> tuple[SigningKey, ...]:
        """Keep what is there, never that nothing is: the next worker may make it at any time."""
        if keys:
            with self._lock:
                self._remembered[tenant] = (now, keys)
                self._remembered.move_to_end(tenant)
                while len(self._remembered) > REMEMBERED_TENANTS:
                    self._remembered.popitem(last=False)
        return keys


def _name(algorithm: str) -> str:
    return f"signing-keys/{algorithm}"


def _purpose(tenant: str, algorithm: str) -> str:
    # The tenant is part of it, so that a row copied to another tenant does not open.
    return f"signing-keys/{algorithm}/{tenant}"


def purpose_of(tenant: str, name: str) -> str:
    """Return for what the secret *name* is sealed; empty where it holds no signing keys."""
    return next((_purpose(tenant, algorithm) for algorithm in ALGORITHMS if name == _name(algorithm)), "")


def _named(kid: str, keys: tuple[SigningKey, ...]) -> SigningKey | None:
    return next((key for key in keys if key.kid == kid), None)


def _signing_key(jwk: Jwk, algorithm: str) -> SigningKey:
    implementation = ALGORITHMS[algorithm].implementation
    private = implementation.from_jwk({name: value for name, value in jwk.items() if name != _SIGNS_FROM})
    public = implementation.to_jwk(private.public_key(), as_dict=True)
    kid = _thumbprint(public)
    published = public | {"kid": kid, "alg": algorithm, "use": "sig"}
    return SigningKey(kid, algorithm, private, published, _signs_from(jwk))


def _signs_from(jwk: Jwk) -> float:
    return float(jwk.get(_SIGNS_FROM, 0.0))


def _still_needed(held: list[Jwk], now: float) -> list[Jwk]:
    """Return the keys whose successor does not sign for a day yet; the newest stands first."""
    kept, successor = [], math.inf
    for jwk in held:
        if successor > now - RETIRED_SECONDS:
            kept.append(jwk)
        successor = _signs_from(jwk)
    return kept


def _is_passed_over(jwk: Jwk, others: list[list[Jwk]], now: float) -> bool:
    """Answer whether a key of another algorithm began later and has signed for a day."""
    starts = (_signs_from(other) for kept in others for other in kept)
    return any(_signs_from(jwk) < start <= now - RETIRED_SECONDS for start in starts)


def _private_jwk(key: PrivateKey, algorithm: str) -> Jwk:
    return ALGORITHMS[algorithm].implementation.to_jwk(key, as_dict=True)


def _thumbprint(public: Jwk) -> str:
    """Return the name of a key that follows from the key alone (RFC 7638, section 3)."""
    required = {name: public[name] for name in ("crv", "kty", "x", "y") if name in public}
    digest = hashlib.sha256(canonical_json(required)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
