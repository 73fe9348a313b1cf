"""A passkey bound, asked and verified, as a ceremony does."""

from doorward.authenticators.passkey import Passkey
from doorward.core.enrolment import ACTIVE, Authenticator

from .contract import CEREMONY


def bound(soft, *, verifier=None, ceremony=CEREMONY, held=(), **changes):
    """Return the state of a passkey that was bound as *soft* answers."""
    verifier = verifier or Passkey()
    enrolment = verifier.enrol({}, held, ceremony)
    answer = verifier.read({"credential": soft.create(enrolment.shown["public_key"], **changes)})
    prepared = verifier.prepare(enrolment.state, answer)
    return verifier.confirm(enrolment.state, enrolment.live, prepared, ceremony).state


def asked(state, ceremony=CEREMONY, live=None):
    """Return what the browser is asked, and what the challenge keeps of it."""
    begun = Passkey().begin(Authenticator("fac_1", "passkey", state, status=ACTIVE), live, ceremony)
    return begun.shown["public_key"], begun.live


def verified(state, live, credential, ceremony=CEREMONY):
    verifier = Passkey()
    answer = verifier.read({"credential": credential})
    return verifier.verify(state, live, verifier.prepare(state, answer), ceremony)
