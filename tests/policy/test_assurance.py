"""AAL is derived from what was shown, by one table; nothing that is merely claimed adds to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.assurance import AUTHENTICATOR_TYPES, can_meet, combine, first_factors, meets, stated, usable
from doorward.core.outcome import Proof, Requirement
from doorward.core.request import DecisionRequest, Session, Subject

from .conftest import NOW

PASSWORD = ("pwd",)
TYPES = st.lists(st.sampled_from(sorted(AUTHENTICATOR_TYPES)), max_size=4)
REQUIREMENTS = st.builds(
    Requirement,
    any_of=st.lists(st.sampled_from(sorted(AUTHENTICATOR_TYPES)), max_size=4, unique=True).map(tuple),
    count=st.integers(1, 3),
    aal=st.integers(0, 3),
    phishing_resistant=st.booleans(),
)


@pytest.mark.parametrize(
    ("types", "first_factor", "aal", "amr"),
    [
        ((), True, 1, ("pwd",)),
        ((), False, 0, ()),
        (("totp",), True, 2, ("pwd", "otp", "mfa")),
        (("totp",), False, 1, ("otp",)),
        (("hotp",), True, 2, ("pwd", "otp", "mfa")),
        (("sms",), True, 2, ("pwd", "sms", "mfa")),
        (("voice",), True, 2, ("pwd", "tel", "mfa")),
        (("push",), True, 2, ("pwd", "swk", "mca", "mfa")),
        (("recovery_code",), True, 2, ("pwd", "otp", "mfa")),
        (("email",), True, 1, ("pwd", "otp", "email")),
        (("email",), False, 0, ("otp", "email")),
        (("knowledge",), True, 1, ("pwd", "kba")),
        (("knowledge",), False, 0, ("kba",)),
        (("email", "knowledge"), True, 1, ("pwd", "otp", "email", "kba")),
        (("totp", "sms"), False, 1, ("otp", "sms")),
        (("passkey",), False, 2, ("hwk", "user", "pop", "mfa")),
        (("passkey",), True, 2, ("pwd", "hwk", "user", "pop", "mfa")),
    ],
)
def test_types_add_up_by_the_table(types, first_factor, aal, amr):
    reached = combine(types, first=PASSWORD if first_factor else ())

    assert (reached.aal, reached.amr, reached.acr) == (aal, amr, f"aal{aal}")


def test_a_passkey_without_user_verification_is_one_factor():
    alone = combine(["passkey"], user_verified=False, synced=True)
    after_password = combine(["passkey"], first=PASSWORD, user_verified=False)

    assert (alone.aal, alone.amr) == (1, ("swk", "pop"))
    assert (after_password.aal, after_password.amr) == (2, ("pwd", "hwk", "pop", "mfa"))


@pytest.mark.parametrize(
    ("first", "types", "aal", "amr"),
    [
        (("otp",), ("totp",), 1, ("otp",)),
        (("pwd", "otp"), ("totp",), 2, ("pwd", "otp", "mfa")),
        (("pin",), ("totp",), 2, ("pin", "otp", "mfa")),
        (("pwd", "otp"), ("email",), 1, ("pwd", "otp", "email")),
        (("pwd", "otp"), (), 1, ("pwd", "otp")),
    ],
)
def test_what_is_stated_counts_by_the_factor_it_names_and_only_beside_what_was_shown(first, types, aal, amr):
    reached = combine(types, first=first)

    assert (reached.aal, reached.amr) == (aal, amr)


@pytest.mark.parametrize(
    ("age", "max_age", "first"),
    [
        (12 * 3600, None, ("pwd",)),
        (12 * 3600 + 1, None, ()),
        (900, 900, ("pwd",)),
        (901, 900, ()),
        (-60, 900, ("pwd",)),
        (-61, 900, ()),
    ],
)
def test_what_a_session_states_counts_as_long_as_a_proof_would(age, max_age, first):
    request = DecisionRequest("action", Subject("u-1"), session=Session(amr=("pwd", "rba"), auth_time=NOW - age))

    assert first_factors(request, now=NOW, max_age=max_age) == first


@given(TYPES, st.booleans())
def test_no_combination_reaches_aal_3(types, first_factor):
    assert combine(types, first=PASSWORD if first_factor else ()).aal <= 2


@given(TYPES, st.sampled_from(sorted(AUTHENTICATOR_TYPES)), st.booleans())
def test_one_authenticator_more_never_lowers_the_level(types, another, first_factor):
    before = combine(types, first=PASSWORD if first_factor else ()).aal

    assert combine([*types, another], first=PASSWORD if first_factor else ()).aal >= before


@pytest.mark.parametrize(
    ("amr", "aal"),
    [
        (("otp",), 1),
        (("pwd", "otp"), 2),
        (("mfa",), 0),
        (("pwd", "mfa"), 1),
        (("pwd", "otp", "email"), 1),
        (("hwk", "user"), 1),
        (("hwk", "user", "pop", "mfa"), 1),
        (("hwk", "fpt"), 2),
        (("face",), 0),
        (("pwd", "kba"), 1),
        (("pwd", "rba", "geo"), 1),
    ],
)
def test_what_a_caller_states_is_worth_the_factors_it_names(amr, aal):
    assert stated(amr).aal == aal


def test_the_stated_first_factor_counts_with_a_stated_challenge():
    assert stated(["otp"], first=PASSWORD).amr == ("pwd", "otp", "mfa")


@given(TYPES, st.booleans())
def test_what_we_state_ourselves_is_never_worth_more_when_read_back(types, first_factor):
    reached = combine(types, first=PASSWORD if first_factor else ())

    assert stated(reached.amr).aal <= reached.aal


MFA = Requirement(any_of=("passkey", "totp", "sms", "email"), aal=2)


@pytest.mark.parametrize(
    ("requirement", "enrolled", "expected"),
    [
        (MFA, ("totp",), True),
        (MFA, ("email",), False),
        (MFA, ("push",), False),
        (MFA, (), False),
        (Requirement(phishing_resistant=True), ("totp",), False),
        (Requirement(phishing_resistant=True), ("passkey",), True),
        (Requirement(count=2), ("totp", "totp"), False),
        (Requirement(count=2), ("totp", "email"), False),
        (Requirement(count=2), ("totp", "sms"), True),
        (Requirement(count=2), ("totp", "knowledge"), False),
        (Requirement(aal=3), ("passkey",), False),
        (Requirement(), ("email",), True),
        (Requirement(), ("abacus",), False),
    ],
)
def test_who_can_meet_a_requirement(requirement, enrolled, expected):
    assert can_meet(requirement, enrolled, first_factor=True) is expected


def test_without_a_first_factor_an_otp_cannot_reach_aal_2_and_a_passkey_can():
    assert not can_meet(MFA, ["totp"], first_factor=False)
    assert can_meet(MFA, ["passkey"], first_factor=False)


@given(REQUIREMENTS, TYPES)
def test_whoever_can_meet_a_requirement_meets_it_by_showing_everything(requirement, types):
    reached = combine(types, first=PASSWORD)
    proof = Proof(0.0, reached.aal, reached.amr, types=tuple(types), phishing_resistant="passkey" in types)

    if can_meet(requirement, types, first_factor=True):
        assert meets(requirement, proof)


@pytest.mark.parametrize(
    ("any_of", "amr", "expected"),
    [
        (("totp",), ("otp",), True),
        (("sms",), ("otp",), False),
        (("push",), ("swk", "mca"), True),
        (("passkey",), ("swk", "mca"), False),
        (("totp",), ("otp", "email"), False),
        (("email",), ("otp", "email"), True),
        (("passkey", "push", "totp", "hotp"), ("pwd", "sms", "otp", "mfa"), False),
        (("passkey", "push", "totp", "hotp"), ("pwd", "tel", "otp", "mfa"), False),
        (("sms",), ("pwd", "sms", "otp", "mfa"), True),
        ((), ("pwd",), False),
    ],
)
def test_a_stated_proof_meets_the_types_that_its_values_stand_for(any_of, amr, expected):
    assert meets(Requirement(any_of=any_of), Proof(0.0, 2, amr)) is expected


@pytest.mark.parametrize("weak", ["email", "knowledge"])
def test_where_two_are_asked_for_what_proves_nothing_is_none_of_them(weak):
    two = Requirement(count=2, aal=2)
    ours = Proof(0.0, 2, ("pwd", "otp", "mfa"), types=("totp", weak))
    stated_so = Proof(0.0, 2, ("pwd", "swk", "mca", *AUTHENTICATOR_TYPES[weak].amr, "mfa"))

    assert not meets(two, ours)
    assert not meets(two, stated_so)


@pytest.mark.parametrize("channel", ["sms", "tel"])
def test_a_code_and_how_it_came_are_one_authenticator(channel):
    assert not meets(Requirement(count=2), Proof(0.0, 2, ("pwd", channel, "otp", "mfa")))


def test_a_stated_proof_is_never_phishing_resistant_by_itself():
    assert not meets(Requirement(phishing_resistant=True), Proof(0.0, 2, ("hwk", "user", "pop")))


def test_only_types_that_can_help_are_offered():
    assert usable("totp", MFA)
    assert not usable("email", MFA)
    assert not usable("push", MFA)
    assert not usable("totp", Requirement(phishing_resistant=True))
    assert usable("email", Requirement(aal=1))
    assert not usable("email", Requirement(count=2, aal=2))
    assert not usable("knowledge", Requirement(count=2))
