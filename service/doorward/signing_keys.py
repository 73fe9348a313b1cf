"""A tenant's signing keys: made when first needed, kept sealed, published by their public halves."""

import base64
import hashlib
import json
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
    """One key pair; *kid* is the RFC 7638 thumbprint of *public*, which is the JWK that anybody may see."""

    kid: str
    algorithm: str
    private: PrivateKey
    public: Jwk


class SigningKeys:
    """The keys of every tenant. The first of the chosen algorithm signs; all that are kept verify.

    A stored list holds one key today and leaves room for a successor: put in front it signs, left behind it still
    verifies what it signed.
    """

    def __init__(self, secrets: SecretStore, sealer: Sealer, *, algorithm: str = "ES256") -> None:
        if algorithm not in ALGORITHMS:
            raise ValueError(f"unknown signing algorithm {algorithm!r} (one of {', '.join(ALGORITHMS)})")
        self._secrets = secrets
        self._sealer = sealer
        self._algorithm = algorithm
        self._remembered: OrderedDict[str, tuple[SigningKey, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def signer(self, tenant: str) -> SigningKey:
        """Return the key that signs for *tenant*, and make it where there is none: all racing workers get the same."""
        return self._signer_among(self._recall(tenant)) or self._signer_among(self._load(tenant)) or self._make(tenant)

    def find(self, tenant: str, kid: str) -> SigningKey | None:
        """Return the tenant's key *kid*; another worker may have made it, so the store is asked before saying no."""
        return _named(kid, self._recall(tenant)) or _named(kid, self._load(tenant))

    def public(self, tenant: str) -> list[Jwk]:
        """Return the tenant's keys for everyone to see. Makes none: the name is anybody's guess."""
        return [key.public for key in self._load(tenant)]

    def _signer_among(self, keys: tuple[SigningKey, ...]) -> SigningKey | None:
        return next((key for key in keys if key.algorithm == self._algorithm), None)

    def _make(self, tenant: str) -> SigningKey:
        purpose = _purpose(tenant, self._algorithm)
        fresh = json.dumps([_private_jwk(ALGORITHMS[self._algorithm].new_key(), self._algorithm)]).encode()
        kept = self._secrets.put_secret_if_absent(tenant, _name(self._algorithm), self._sealer.seal(fresh, purpose))
        return _opened(self._sealer.open(kept, purpose), self._algorithm)[0]

    def _load(self, tenant: str) -> tuple[SigningKey, ...]:
        found: list[SigningKey] = []
        for algorithm in ALGORITHMS:
            sealed = self._secrets.secret(tenant, _name(algorithm))
            if sealed is not None:
                found += _opened(self._sealer.open(sealed, _purpose(tenant, algorithm)), algorithm)
        return self._remember(tenant, tuple(found))

    def _recall(self, tenant: str) -> tuple[SigningKey, ...]:
        with self._lock:
            if tenant not in self._remembered:
                return ()
            self._remembered.move_to_end(tenant)
            return self._remembered[tenant]

    def _remember(self, tenant: str, keys: tuple[SigningKey, ...]) -> tuple[SigningKey, ...]:
        """Keep what is there, never that nothing is: the next worker may make it at any time."""
        if keys:
            with self._lock:
                self._remembered[tenant] = keys
                self._remembered.move_to_end(tenant)
                while len(self._remembered) > REMEMBERED_TENANTS:
                    self._remembered.popitem(last=False)
        return keys


def _name(algorithm: str) -> str:
    return f"signing-keys/{algorithm}"


def _purpose(tenant: str, algorithm: str) -> str:
    # The tenant is part of it, so that a row copied to another tenant does not open.
    return f"signing-keys/{algorithm}/{tenant}"


def _named(kid: str, keys: tuple[SigningKey, ...]) -> SigningKey | None:
    return next((key for key in keys if key.kid == kid), None)


def _opened(plain: bytes, algorithm: str) -> list[SigningKey]:
    return [_signing_key(jwk, algorithm) for jwk in json.loads(plain)]


def _signing_key(jwk: Jwk, algorithm: str) -> SigningKey:
    implementation = ALGORITHMS[algorithm].implementation
    private = implementation.from_jwk(jwk)
    public = implementation.to_jwk(private.public_key(), as_dict=True)
    kid = _thumbprint(public)
    return SigningKey(kid, algorithm, private, public | {"kid": kid, "alg": algorithm, "use": "sig"})


def _private_jwk(key: PrivateKey, algorithm: str) -> Jwk:
    return ALGORITHMS[algorithm].implementation.to_jwk(key, as_dict=True)


def _thumbprint(public: Jwk) -> str:
    """Return the name of a key that follows from the key alone (RFC 7638, section 3)."""
    required = {name: public[name] for name in ("crv", "kty", "x", "y") if name in public}
    digest = hashlib.sha256(canonical_json(required)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
