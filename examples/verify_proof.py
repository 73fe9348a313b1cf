"""Check a Doorward proof in a relying application: copy this file, it needs PyJWT and cryptography alone.

`ProofVerifier.check` is done off line, with the tenant's public keys. It cannot know whether a proof was spent: only
the service does. A proof that is *bound* to an action therefore counts once it was redeemed: `ProofVerifier.redeem`.

As a program it reads a proof from standard input and prints its claims, or says why not and ends with status 1:

    python examples/verify_proof.py --url http://127.0.0.1:8089 --application web --subject u-1 < proof.txt
    python examples/verify_proof.py --url … --application bank --action payments.transfer \\
        --binding amount=950.00 --binding to=DE02… --redeem --key dwk_… < proof.txt
"""

import argparse
import base64
import hashlib
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from jwt import PyJWK, PyJWS
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import PyJWTError

TYPE = "doorward-proof+jwt"
ALGORITHMS = ("ES256", "Ed25519")
CLOCK_SKEW_SECONDS = 60
# A new key is published five minutes before it signs, so that keys kept no longer than this always hold it.
KEYS_FRESH_SECONDS = 300
# Anybody can write a `kid`: the keys are not fetched for each that is unknown.
KEYS_REST_SECONDS = 10

Claims = dict[str, Any]


class ProofRefused(Exception):
    """The proof does not prove what it should; the message says why, for a log and not for the person."""


def binding_digest(application: str, action: str, binding: Mapping[str, str]) -> str:
    """Return what a bound proof carries: the SHA-256 of the RFC 8785 form of application, action and binding.

    The values must be text, as they were sent with the decision: «950.00» and «950.0» are two amounts.
    """
    if not all(isinstance(value, str) for value in binding.values()):
        raise ProofRefused("the values of a binding must be text")
    inner = {name: binding[name] for name in sorted(binding, key=lambda name: name.encode("utf-16-be"))}
    bound = {"action": action, "application": application, "binding": inner}
    digest = hashlib.sha256(json.dumps(bound, ensure_ascii=False, separators=(",", ":")).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class ProofVerifier:
    """Checks proofs of one tenant for one application; its keys are fetched once and kept for a while."""

    def __init__(
        self,
        url: str,
        *,
        application: str,
        tenant: str = "default",
        issuer: str = "doorward",
        key: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url.rstrip("/")
        self._application = application
        self._tenant = tenant
        self._issuer = f"{issuer.rstrip('/')}/{quote(tenant, safe='')}"
        self._key = key
        self._clock = clock
        self._keys: dict[str, dict[str, Any]] = {}
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()
        # It knows these algorithms and no other, so that neither `none` nor an HMAC can be asked for.
        self._jws = PyJWS(algorithms=["ES256"])
        self._jws.register_algorithm("Ed25519", OKPAlgorithm())

    def check(
        self,
        proof: str,
        *,
        subject: str,
        session: str = "",
        action: str = "",
        binding: Mapping[str, str] | None = None,
        aal: int = 1,
        max_age: float = 300,
    ) -> Claims:
        """Return the claims of *proof*; ProofRefused where it is not this person's, for this application, now.

        With a *binding* it must be bound to exactly that; without, it must not be bound at all. *max_age* counts from
        when the person authenticated, *aal* is the least level. A good answer for a bound proof does not say that it
        was not used before: redeem it.
        """
        claims, now = self._signed_claims(proof), self._clock()
        _require(claims.get("iss") == self._issuer, "it was issued for another tenant")
        _require(claims.get("aud") == self._application, "it was issued for another application")
        _require(claims.get("sub") == subject, "it was issued for another person")
        _require(not session or claims.get("sid", session) == session, "it was issued for another session")
        _require(_number(claims, "iat") <= now + CLOCK_SKEW_SECONDS, "it was issued in the future")
        _require(now < _number(claims, "exp"), "it has expired")
        _require(now - _number(claims, "auth_time") <= max_age, "the person authenticated too long ago")
        _require(_level(claims) >= aal, f"it does not reach aal{aal}")
        if binding is None:
            _require("binding" not in claims, "it is bound to one action, and good for nothing else")
            return claims
        _require("binding" in claims, "it is not bound to any action, and this one must be confirmed by itself")
        wanted = binding_digest(self._application, action, binding)
        _require(claims["binding"] == wanted, "it is bound to another action, or to other values")
        return claims

    def redeem(self, proof: str, **wanted: Any) -> Claims:
        """Check *proof* as `check` does, then spend it at the service; ProofRefused where it was used before."""
        self.check(proof, **wanted)
        body = json.dumps({"assertion": proof}).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._url}/v1/assertions/redeem", body, headers)  # noqa: S310
        try:
            return _fetched(request)
        except urllib.error.HTTPError as refused:
            if refused.code not in (401, 403, 409, 422):
                raise  # Not known, which is not the same as refused: the same proof may be tried again.
            raise ProofRefused(json.load(refused).get("detail", f"status {refused.code}")) from None

    def _signed_claims(self, proof: str) -> Claims:
        """Return the claims as a key of the tenant signed them."""
        try:
            header = self._jws.get_unverified_header(proof)
            _require(header.get("typ") == TYPE, "it is no proof of Doorward")
            key = self._public_key(str(header.get("kid")))
            _require(header.get("alg") == key["alg"] and key["alg"] in ALGORITHMS, "its algorithm is not its key's")
            name = "EdDSA" if key["alg"] == "Ed25519" else key["alg"]  # PyJWK knows the older name alone
            payload = self._jws.decode(proof, PyJWK(key, name).key, algorithms=[key["alg"]])
            claims = json.loads(payload)
        except (PyJWTError, ValueError) as broken:
            raise ProofRefused("its signature does not verify") from broken
        _require(isinstance(claims, dict), "it holds no claims")
        return dict(claims)

    def _public_key(self, kid: str) -> dict[str, Any]:
        """Return the tenant's key *kid*; one that is not known yet may have been made just now."""
        with self._lock:
            age = time.monotonic() - self._fetched_at
            if age > KEYS_FRESH_SECONDS or (kid not in self._keys and age > KEYS_REST_SECONDS):
                document = _fetched(f"{self._url}/.well-known/jwks.json?tenant={quote(self._tenant, safe='')}")
                self._keys = {each["kid"]: each for each in document["keys"]}
                self._fetched_at = time.monotonic()
            found = self._keys.get(kid)
        if found is None:
            raise ProofRefused("its key is not one of this tenant's")
        return found


def _require(fact: bool, otherwise: str) -> None:
    if not fact:
        raise ProofRefused(otherwise)


def _number(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProofRefused(f"its claim {name} is missing")
    return float(value)


def _level(claims: Claims) -> int:
    level = str(claims.get("acr", "")).removeprefix("aal")
    return int(level) if level in ("1", "2", "3") else 0


def _fetched(request: urllib.request.Request | str) -> dict[str, Any]:
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return dict(json.load(answer))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a proof that is read from standard input.")
    parser.add_argument("--url", required=True, help="where Doorward is")
    parser.add_argument("--tenant", default="default")
    parser.add_argument("--issuer", default="doorward", help="what DOORWARD_ISSUER is there")
    parser.add_argument("--application", required=True, help="who is asking: the proof's aud")
    parser.add_argument("--subject", required=True, help="whose proof it must be")
    parser.add_argument("--session", default="")
    parser.add_argument("--action", default="")
    parser.add_argument("--binding", action="append", metavar="NAME=VALUE", help="what it must be bound to")
    parser.add_argument("--aal", type=int, default=1)
    parser.add_argument("--max-age", type=float, default=300)
    parser.add_argument("--redeem", action="store_true", help="spend it as well")
    parser.add_argument("--key", default="", help="an API key, to redeem with")
    return parser.parse_args()


def main() -> None:
    asked = _arguments()
    verifier = ProofVerifier(
        asked.url, application=asked.application, tenant=asked.tenant, issuer=asked.issuer, key=asked.key
    )
    bound = asked.binding is not None
    verify = verifier.redeem if asked.redeem else verifier.check
    try:
        claims = verify(
            sys.stdin.read().strip(),
            subject=asked.subject,
            session=asked.session,
            action=asked.action,
            binding=dict(each.split("=", 1) for each in asked.binding) if bound else None,
            aal=asked.aal,
            max_age=asked.max_age,
        )
    except ProofRefused as refused:
        sys.exit(f"refused: {refused}")
    print(json.dumps(claims, indent=2))
    if bound and not asked.redeem:
        print("Bound, and perhaps used before: it counts once it was redeemed (--redeem).", file=sys.stderr)


if __name__ == "__main__":
    main()
