"""Authenticator types, and the assurance that they add up to: AAL is derived from what was shown, never claimed.

AAL by NIST SP 800-63B-4, `amr` by RFC 8176. AAL 3 needs verified attestation and so cannot be reached here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from doorward.core.outcome import Proof, Requirement
from doorward.core.request import DecisionRequest

POSSESSION = "possession"
KNOWLEDGE = "knowledge"
INHERENCE = "inherence"
NOTHING = "nothing"

PASSWORD_AMR = "pwd"  # noqa: S105  # the amr value of RFC 8176, no secret
MULTI_FACTOR_AMR = "mfa"
EMAIL_AMR = "email"

# SP 800-63B-4 wants AAL 2 renewed after 24 hours at most; half of it where a rule does not say.
DEFAULT_MAX_AGE_SECONDS = 12 * 3600

# What was shown may seem to come from the near future where two machines' clocks differ.
CLOCK_SKEW_SECONDS = 60

# A code that an administrator gives stands in for whatever type is asked for, but never for what resists phishing.
BYPASS = "bypass_code"


@dataclass(frozen=True, slots=True)
class AuthenticatorType:
    """One row of the table: what a type proves by itself, and the `amr` values that say so.

    *aal* is what it reaches alone, *aal_after_password* with the first factor that the caller states.
    """

    name: str
    factor: str
    aal: int
    aal_after_password: int
    amr: tuple[str, ...]
    phishing_resistant: bool = False
    restricted: bool = False


def _possession(name: str, *amr: str, restricted: bool = False) -> AuthenticatorType:
    return AuthenticatorType(name, POSSESSION, 1, 2, amr, restricted=restricted)


# E-mail has no value in RFC 8176: `otp` says what was done, our own `email` says that it proves no possession.
AUTHENTICATOR_TYPES: Mapping[str, AuthenticatorType] = {
    each.name: each
    for each in (
        AuthenticatorType("passkey", POSSESSION, 2, 2, ("hwk", "user", "pop"), phishing_resistant=True),
        _possession("push", "swk", "mca"),
        _possession("totp", "otp"),
        _possession("hotp", "otp"),
        _possession("sms", "sms", restricted=True),
        _possession("voice", "tel", restricted=True),
        _possession("recovery_code", "otp"),
        _possession(BYPASS, "otp"),
        AuthenticatorType("email", NOTHING, 0, 1, ("otp", EMAIL_AMR)),
        AuthenticatorType("knowledge", NOTHING, 0, 1, ("kba",)),
    )
}

# What a policy may name and a subject may bind by itself.
NAMED_TYPES: Mapping[str, AuthenticatorType] = {
    name: kind for name, kind in AUTHENTICATOR_TYPES.items() if name != BYPASS
}


@dataclass(frozen=True, slots=True)
class Assurance:
    """What was reached: the level, how (RFC 8176), and the class reference that a caller may ask for."""

    aal: int
    amr: tuple[str, ...]

    @property
    def acr(self) -> str:
        return f"aal{self.aal}"


def combine(
    types: Iterable[str], *, first: Iterable[str] = (), user_verified: bool = True, synced: bool = False
) -> Assurance:
    """Return what the verified *types* add up to with *first*, the factors that the caller states as `amr` values.

    *user_verified* and *synced* are the flags UV and BE of a passkey: without UV it proves possession alone.
    """
    amr: list[str] = []
    shown: set[str] = set()
    for name in types:
        kind = AUTHENTICATOR_TYPES[name]
        shown.add(kind.factor)
        if name == "passkey":
            amr += _passkey_amr(user_verified=user_verified, synced=synced)
            shown |= {INHERENCE} if user_verified else set()
        else:
            amr += kind.amr
    return _assurance(shown - {NOTHING}, amr, first)


def _passkey_amr(*, user_verified: bool, synced: bool) -> list[str]:
    key = "swk" if synced else "hwk"
    return [key, "user", "pop"] if user_verified else [key, "pop"]


def _assurance(shown: Collection[str], amr: Iterable[str], first: Iterable[str]) -> Assurance:
    """A biometric or a PIN counts only with the possession that it unlocks, and what is stated only beside *shown*."""
    before = list(first)
    factors = {*shown, *_factors_of(before)}
    several = bool(shown) and POSSESSION in factors and len(factors) > 1
    single = POSSESSION in factors or KNOWLEDGE in factors
    names = [name for name in dict.fromkeys([*before, *amr]) if name != MULTI_FACTOR_AMR]
    return Assurance(2 if several else int(single), tuple([*names, MULTI_FACTOR_AMR] if several else names))


# Which factor an `amr` value speaks for; the others say how strong it was, and count for nothing by themselves. `user`
# is one of those: RFC 8176 has it for the presence of somebody, which a touch shows.
_STATED_FACTORS = {
    "pwd": KNOWLEDGE,
    "pin": KNOWLEDGE,
    "otp": POSSESSION,
    "sms": POSSESSION,
    "tel": POSSESSION,
    "hwk": POSSESSION,
    "swk": POSSESSION,
    "mca": POSSESSION,
    "sc": POSSESSION,
    "face": INHERENCE,
    "fpt": INHERENCE,
    "iris": INHERENCE,
    "retina": INHERENCE,
    "vbm": INHERENCE,
}
_STATED_TYPES: Mapping[str, tuple[str, ...]] = {
    "otp": ("totp", "hotp"),
    "sms": ("sms",),
    "tel": ("voice",),
    "mca": ("push",),
    "hwk": ("passkey",),
    "swk": ("passkey",),
    EMAIL_AMR: ("email",),
    "kba": ("knowledge",),
}


def stated(amr: Iterable[str], *, first: Iterable[str] = ()) -> Assurance:
    """Return what a caller's own challenge is worth: by the factors it names, a bare `mfa` names none."""
    names = list(amr)
    return _assurance(_factors_of(names), names, first)


def first_factors(request: DecisionRequest, *, now: float, max_age: float | None) -> tuple[str, ...]:
    """Return the `amr` values of the factors that the caller states: a credential that passed, and its session's.

    Those of a session count as long as a proof would: for *max_age* seconds, 12 hours where that is None. One that does
    not say how old it is is taken at its word, for most callers say nothing, and a code alone would never be enough.
    """
    session = request.session
    passed = (PASSWORD_AMR,) if request.credential.result == "passed" else ()
    if session.auth_time is not None and not is_fresh(session.auth_time, now=now, max_age=max_age):
        return passed
    return tuple(dict.fromkeys([*passed, *_counted(session.amr)]))


def adds_to_possession(first: Iterable[str]) -> bool:
    """Answer whether *first* names a factor that makes two with an authenticator that somebody has."""
    return bool(_factors_of(first) - {POSSESSION})


def is_fresh(auth_time: float, *, now: float, max_age: float | None) -> bool:
    """Answer whether what was shown at *auth_time* is no older than *max_age*, and not of the future."""
    return -CLOCK_SKEW_SECONDS <= now - auth_time <= (max_age or DEFAULT_MAX_AGE_SECONDS)


def _counted(amr: Iterable[str]) -> list[str]:
    """Return the values among *amr* that speak for a factor; a code by mail is an `otp` that proves no possession."""
    names = list(amr)
    return [name for name in names if name in _STATED_FACTORS and not (name == "otp" and EMAIL_AMR in names)]


def _factors_of(amr: Iterable[str]) -> set[str]:
    return {_STATED_FACTORS[name] for name in _counted(amr)}


def can_meet(requirement: Requirement, enrolled_types: Iterable[str], *, first_factor: bool) -> bool:
    """Answer whether someone with *enrolled_types* could meet *requirement* at all."""
    offered = _offered(requirement, enrolled_types)
    if len(_countable(offered, requirement)) < requirement.count:
        return False
    if requirement.phishing_resistant and not any(AUTHENTICATOR_TYPES[name].phishing_resistant for name in offered):
        return False
    return combine(offered, first=(PASSWORD_AMR,) if first_factor else ()).aal >= requirement.aal


def meets(requirement: Requirement, proof: Proof) -> bool:
    """Answer whether *proof* shows what *requirement* asks; its age and binding are the rule's to judge."""
    if proof.aal < requirement.aal or (requirement.phishing_resistant and not proof.phishing_resistant):
        return False
    if proof.types:
        return len(_countable(_offered(requirement, proof.types), requirement)) >= requirement.count
    return _stated_count(requirement, proof.amr) >= requirement.count


def usable(type_name: str, requirement: Requirement) -> bool:
    """Answer whether an authenticator of this type may take part in meeting *requirement*, alone or with others."""
    kind = AUTHENTICATOR_TYPES.get(type_name)
    if kind is None or not _is_offered(type_name, requirement):
        return False
    if requirement.count > 1:
        return kind.factor != NOTHING
    if requirement.phishing_resistant and not kind.phishing_resistant:
        return False
    return kind.aal_after_password >= requirement.aal


def _offered(requirement: Requirement, types: Iterable[str]) -> list[str]:
    """Return the known types among *types* that *requirement* takes, each once."""
    taken = [name for name in dict.fromkeys(types) if name in AUTHENTICATOR_TYPES]
    return [name for name in taken if _is_offered(name, requirement)]


def _is_offered(type_name: str, requirement: Requirement) -> bool:
    if type_name == BYPASS:
        return not requirement.phishing_resistant
    return not requirement.any_of or type_name in requirement.any_of


def _countable(types: Collection[str], requirement: Requirement) -> list[str]:
    """E-mail and questions of knowledge are no authenticators: where two are asked for they are none of them."""
    return [name for name in types if requirement.count == 1 or AUTHENTICATOR_TYPES[name].factor != NOTHING]


def _stated_count(requirement: Requirement, amr: Iterable[str]) -> int:
    names = set(amr)
    if names & {EMAIL_AMR, "sms", "tel"}:
        # How the code came is said beside it; it is no second one.
        names.discard("otp")
    if "mca" in names:
        names -= {"hwk", "swk"}
    groups = {_STATED_TYPES[name] for name in names if name in _STATED_TYPES}
    return sum(bool(_countable(_offered(requirement, types), requirement)) for types in groups)
