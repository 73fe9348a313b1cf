"""A store in memory and a sealer that is real encryption, so that the desk is tested on the ports alone."""

import threading
from dataclasses import dataclass, field

import pytest

from doorward.assertions import AssertionDesk
from doorward.core.outcome import Proof

from ..sealer import Seal

NOW = 1_790_000_000.0


@dataclass
class Shelf:
    """The secrets and the spent set of a store, as its port promises them."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)
    spent: dict[tuple[str, str], float] = field(default_factory=dict)
    reads: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def secret(self, tenant: str, name: str) -> bytes | None:
        self.reads += 1
        return self.kept.get((tenant, name))

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        with self.lock:
            return self.kept.setdefault((tenant, name), value)

    def rewrite_secret(self, tenant: str, name: str, rewrite) -> None:
        with self.lock:
            value = rewrite(self.kept.pop((tenant, name), None))
            if value is not None:
                self.kept[tenant, name] = value

    rewrite_lasting_secret = rewrite_secret

    def is_spent(self, tenant: str, jti: str, now: float) -> bool:
        return self.spent.get((tenant, jti), 0.0) > now

    def spend(self, tenant: str, jti: str, *, expires_at: float, now: float) -> bool:
        with self.lock:
            if self.is_spent(tenant, jti, now):
                return False
            self.spent[tenant, jti] = expires_at
            return True


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def sealer():
    return Seal()


@pytest.fixture
def new_desk(shelf, sealer):
    """Another worker on the same store."""

    def open_desk(algorithm="ES256", store=shelf, issuer="https://doorward.example.org/", codes_from=0.0):
        return AssertionDesk(store, store, sealer, issuer, algorithm=algorithm, codes_from=lambda: codes_from)

    return open_desk


@pytest.fixture
def desk(new_desk):
    return new_desk()


@pytest.fixture
def proof(now):
    return Proof(auth_time=now - 10, aal=2, amr=("pwd", "otp", "mfa"), types=("totp",), jti="prf_one")


@pytest.fixture
def sign(proof, now):
    """Have any desk sign a proof that is good in every respect, but for what a test changes."""

    def sign_one(desk, **changes):
        stated = {
            "tenant": "acme",
            "application_id": "web",
            "subject_id": "alice",
            "proof": proof,
            "decision_id": "dec_1",
            "session_id": "s-9",
            "action_name": "payments.transfer",
            "now": now,
        }
        stated |= changes
        return desk.mint(stated.pop("tenant"), **stated)

    return sign_one


@pytest.fixture
def mint(desk, sign):
    """Have the desk of the test sign."""
    return lambda **changes: sign(desk, **changes)
