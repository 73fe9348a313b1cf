"""Passkeys: every way in which an answer can be for somebody or something else, refused by its own name."""

from dataclasses import replace

import pytest

from doorward.authenticators.passkey import Passkey
from doorward.ceremony import Enrolment, Realm
from doorward.core.errors import ClonedAuthenticator, Conflict, Refused, ReplayedCode

from .contract import CEREMONY, REALM, VerifierContract
from .passkeys import asked, bound, verified
from .soft_passkey import BE, BS, UP, UV, Ed25519, Es256, Rs256, SoftPasskey, unb64

OTHER_SITE = "https://partner.example"


REFUSED = {
    "another origin": ({"client": {"origin": "https://evil.example"}}, "origin that is not the tenant's"),
    "another port": ({"client": {"origin": "https://example.org:8443"}}, "origin that is not the tenant's"),
    "localhost": ({"client": {"origin": "http://localhost:5000"}}, "origin that is not the tenant's"),
    "another RP": ({"rp_id": "evil.example"}, "another RP id"),
    "another challenge": ({"client": {"challenge": "A" * 43}}, "another challenge"),
    "no challenge": ({"client": {"challenge": ""}}, "another challenge"),
    "half a character": ({"client": {"challenge": "\ud800"}}, "another challenge"),
    "a registration's client data": ({"client": {"type": "webauthn.create"}}, "of another kind"),
    "a payment's client data": ({"client": {"type": "payment.get"}}, "of another kind"),
    "a frame": ({"client": {"crossOrigin": True}}, "crossOrigin"),
    "a frame in a named page": ({"client": {"crossOrigin": True, "topOrigin": OTHER_SITE}}, "topOrigin"),
    "a named page alone": ({"client": {"topOrigin": OTHER_SITE}}, "topOrigin"),
    "nobody present": ({"flags": UV}, "present"),
    "backed up but not eligible": ({"flags": UP | UV | BS}, "BS without BE"),
    "eligible all at once": ({"flags": UP | UV | BE}, "BE"),
    "another passkey": ({"id": "AAAA", "rawId": "AAAA"}, "another passkey"),
    "another account": ({"response": {"userHandle": "AAAA"}}, "another account"),
    "another signature": ({"response": {"signature": "AAAA"}}, "signature"),
    "data that was not signed": ({"response": {"authenticatorData": "A" * 52}}, "RP id"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_answer_for_something_else_is_refused_by_name(soft, state, name):
    changes, reason = REFUSED[name]
    options, live = asked(state)

    with pytest.raises(Refused, match=reason) as refused:
        verified(state, live, soft.get(options, **changes))

    assert type(refused.value) is Refused


def test_uv_off_is_refused_where_the_challenge_needs_it(soft, state):
    ceremony = replace(CEREMONY, needs_user_verification=True)
    options, live = asked(state, ceremony)

    with pytest.raises(Refused, match="UV"):
        verified(state, live, soft.get(options, flags=UP), ceremony)

    assert options["userVerification"] == "required"


def test_uv_off_is_told_where_it_is_not_needed(soft, state):
    """N-CRY-2, N-SYN-2: asked for as preferred, and looked at."""
    options, live = asked(state)

    result = verified(state, live, soft.get(options, flags=UP))

    assert options["userVerification"] == "preferred"
    assert not result.user_verified


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_count_that_does_not_grow_is_a_clone(soft, state, count):
    options, live = asked(state)

    with pytest.raises(ClonedAuthenticator):
        verified(state | {"sign_count": 5}, live, soft.get(options, count=count))


def test_a_count_that_falls_to_none_is_a_clone(soft, state):
    options, live = asked(state)

    with pytest.raises(ClonedAuthenticator):
        verified(state | {"sign_count": 5}, live, soft.get(options, count=0))


def test_whoever_has_not_the_key_cannot_make_a_clone_seen(soft, state):
    options, live = asked(state)
    forged = soft.get(options, count=1)
    forged["response"]["signature"] = SoftPasskey().get(options)["response"]["signature"]

    with pytest.raises(Refused) as refused:
        verified(state | {"sign_count": 5}, live, forged)

    assert type(refused.value) is Refused


def test_a_passkey_that_never_counts_is_no_clone():
    soft = SoftPasskey(counts=False, flags=UP | UV | BE | BS)
    state = bound(soft)

    for _ in range(2):
        options, live = asked(state)
        state = verified(state, live, soft.get(options)).state

    assert state["sign_count"] == 0


def test_an_answer_is_accepted_once(soft, state):
    options, live = asked(state)
    answer = soft.get(options)
    after = verified(state, live, answer).state

    with pytest.raises(ReplayedCode):
        verified(after, live, answer)


def test_an_answer_of_another_challenge_is_refused(soft, state):
    options, _ = asked(state)
    _, live = asked(state)

    with pytest.raises(Refused, match="another challenge"):
        verified(state, live, soft.get(options))


def test_an_answer_before_anything_was_begun_is_refused(soft, state):
    options, _ = asked(state)

    with pytest.raises(Refused, match="begun"):
        verified(state, None, soft.get(options))


def test_a_registration_is_no_assertion(soft, state):
    options, live = asked(state)

    with pytest.raises(Refused, match="of another kind"):
        verified(state, live, soft.create(options | {"user": {"id": "AAAA"}}))


def test_two_tabs_can_both_be_answered(soft, state):
    """N-CRY-1: another challenge of 32 random bytes each time."""
    first, live = asked(state)
    second, live = asked(state, live=live)

    assert first["challenge"] != second["challenge"]
    assert len(unb64(first["challenge"])) == 32
    verified(state, live, soft.get(second))
    verified(state, live, soft.get(first, count=9))


def test_only_the_last_few_challenges_are_good(soft, state):
    options, live = asked(state)
    for _ in range(4):
        _, live = asked(state, live=live)

    with pytest.raises(Refused, match="replaced"):
        verified(state, live, soft.get(options))


def test_a_passkey_of_another_rp_id_cannot_be_begun(state):
    moved = replace(CEREMONY, realm=replace(REALM, rp_id="example.net"))

    with pytest.raises(Conflict, match="RP id"):
        asked(state, moved)


def test_what_is_asked_names_the_one_passkey(soft, state):
    options, _ = asked(state)

    assert [unb64(each["id"]) for each in options["allowCredentials"]] == [soft.id]
    assert options["allowCredentials"][0]["transports"] == ["internal", "hybrid"]
    assert options["rpId"] == "example.org"
    assert options["timeout"] == 600_000


@pytest.mark.parametrize("be", [0, BE])
def test_a_passkey_that_can_be_backed_up_is_told_as_synced(be):
    """N-SYN-1: which assurance follows is the table's business."""
    soft = SoftPasskey(flags=UP | UV | be)
    state = bound(soft)
    options, live = asked(state)

    assert verified(state, live, soft.get(options)).synced is bool(be)


def test_a_backup_that_comes_or_goes_changes_nothing_but_its_record():
    soft = SoftPasskey(flags=UP | UV | BE)
    state = bound(soft)
    options, live = asked(state)

    after = verified(state, live, soft.get(options, flags=UP | UV | BE | BS)).state

    assert (state["backed_up"], after["backed_up"]) == (False, True)


@pytest.mark.parametrize("key", [Es256, Ed25519, Rs256])
def test_each_algorithm_that_is_asked_for_is_verified(key):
    soft = SoftPasskey(key=key())
    state = bound(soft)
    options, live = asked(state)

    assert verified(state, live, soft.get(options)).state["sign_count"] == 1


def test_a_frame_in_a_page_that_the_tenant_names_may_answer(soft, state):
    ceremony = replace(CEREMONY, realm=replace(REALM, top_origins=(OTHER_SITE,)))
    options, live = asked(state, ceremony)

    answer = soft.get(options, client={"crossOrigin": True, "topOrigin": OTHER_SITE})

    assert verified(state, live, answer, ceremony).state["sign_count"] == 1


def test_the_sandbox_takes_any_port_of_localhost():
    realm = Realm("default", rp_id="localhost", any_localhost=True)
    ceremony = replace(CEREMONY, realm=realm)
    soft = SoftPasskey(origin="http://localhost:5173", rp_id="localhost")
    state = bound(soft, ceremony=ceremony)
    options, live = asked(state, ceremony)

    assert verified(state, live, soft.get(options), ceremony).state["sign_count"] == 1


class TestPasskey(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return Passkey()

    @pytest.fixture
    def asked(self):
        return {}

    def enrolled(self, verifier, asked):
        self.soft = SoftPasskey()
        return Enrolment(bound(self.soft, verifier=verifier))

    def right(self, enrolment, begun):
        return {"credential": self.soft.get(begun.shown["public_key"])}

    def wrong(self, enrolment, begun):
        return {"credential": SoftPasskey().get(begun.shown["public_key"])}
