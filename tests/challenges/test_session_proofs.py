"""The proofs of a session as a store keeps them: whose mark does not fit, prove nothing."""

from dataclasses import replace

import pytest

from doorward.core.keyed import KeyedHash
from doorward.core.outcome import Proof
from doorward.session_proofs import SessionProofs

NOW = 1_782_900_000.0
TENANT, SESSION = "acme", b"session-of-acme1"
PROOF = Proof(NOW, 2, ("pwd", "otp", "mfa"), ("totp",), True, "web", "s-9", "sha256:binding", "jti-1")
PROOFS = SessionProofs(KeyedHash(bytes(32)))


def written(**changes):
    return PROOFS.written(TENANT, SESSION, replace(PROOF, **changes), expires_at=NOW + 60)


def read(*kept, tenant=TENANT, session=SESSION, now=NOW):
    return PROOFS.read(tenant, session, kept, now)


def test_a_proof_is_read_as_it_was_written_but_for_its_sessions_id():
    assert read(written()) == (replace(PROOF, session_id=""),)
    assert "s-9" not in written()


def test_a_proof_is_good_for_its_session_and_its_tenant_alone():
    assert read(written(), session=b"session-of-acme2") == ()
    assert read(written(), tenant="globex") == ()
    assert read(written(), session=None) == ()


def test_a_proof_ends_with_what_is_written_in_it():
    assert read(written(), now=NOW + 59) != ()
    assert read(written(), now=NOW + 60) == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"aal":2', '"aal":3'),
        lambda text: text.replace(f"[{NOW + 60}", f"[{NOW + 600}"),
        lambda text: text.partition(".")[2],
        lambda text: "." + text.partition(".")[2],
        lambda text: "ö" + text,
        lambda _: "",
    ],
)
def test_a_proof_that_was_changed_proves_nothing(change):
    assert change(written()) != written()
    assert read(change(written())) == ()


def test_a_proof_under_another_secret_proves_nothing():
    theirs = SessionProofs(KeyedHash(b"k" * 32)).written(TENANT, SESSION, PROOF, expires_at=NOW + 60)

    assert read(theirs) == ()
    assert len(read(theirs, written())) == 1
