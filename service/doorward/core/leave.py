"""Who may change what a subject has bound: pure rules over a leave that was checked before.

A new authenticator needs as much as the subject could show, or as the new one is worth, whichever is less (SP
800-63B-4, section 4.1.2.1). Whoever merely holds the password must not bind where something is bound already.
"""

from dataclasses import dataclass, field

from doorward.core.assurance import AUTHENTICATOR_TYPES, AuthenticatorType
from doorward.core.enrolment import ACTIVE, DISABLED, PENDING, SUSPENDED, Authenticator, Holdings
from doorward.core.errors import Conflict, NotAllowed
from doorward.core.outcome import Proof

# What allowed a change: nothing was bound yet, a proof of the subject's own, an enrol challenge, an administrator,
# or an operator who brought what another system had bound.
FIRST = "first"
PROOF = "proof"
GRANT = "grant"
ADMINISTRATOR = "administrator"
IMPORT = "import"

# SP 800-63B-4, section 3.1.2.1: look-up secrets are handed over on line at AAL 2 alone.
RECOVERY_AAL = 2

_NEEDED = "a proof, a grant or an administrator's reason is needed"


@dataclass(frozen=True, slots=True)
class Leave:
    """What a caller brought along, read and not yet spent.

    *proof* is what an assertion proves. *types* are those that a grant is for, *challenge_id* where it comes from
    and *aal* what was shown for it; *token* names the one use of it. *decision_id* and *session_id* are what it was
    shown for.
    """

    by: str = FIRST
    aal: int = 0
    proof: Proof | None = None
    types: tuple[str, ...] = ()
    challenge_id: str = ""
    token: str = field(default="", repr=False)
    reason: str = ""
    decision_id: str = ""
    session_id: str = ""


def check_binding(leave: Leave, held: Holdings, kind: AuthenticatorType) -> None:
    """Return where *leave* is enough to bind a new authenticator of *kind*; NotAllowed where it is not."""
    if leave.by == GRANT and kind.name not in leave.types:
        raise NotAllowed(f"the grant is for {', '.join(leave.types)}, not for {kind.name}")
    if leave.by == ADMINISTRATOR:
        return
    if not held.active:
        if held.blocked and leave.by != GRANT:
            raise NotAllowed("what the subject has is suspended or disabled; an administrator's reason is needed")
        return
    if leave.by == FIRST:
        raise NotAllowed(f"the subject has authenticators; {_NEEDED}")
    _check_reaches(leave, needed_aal(held, kind))


def needed_aal(held: Holdings, kind: AuthenticatorType) -> int:
    """Return the lesser of what the subject can show and what the new one is worth (N-BND-1)."""
    if kind.name == "recovery_code":
        return RECOVERY_AAL
    return min(highest_aal(held), kind.aal_after_password)


def highest_aal(held: Holdings) -> int:
    """Return the highest level that the subject can reach with what is active; 0 where nothing is."""
    return max((_worth(each) for each in held.active), default=0)


def check_confirming(one: Authenticator, held: Holdings) -> None:
    """Return where *one* may become active now, by the leave that it was made with and what is bound by then.

    The first may only while there is no other; what was shown for another must still reach as much (N-BND-1).
    """
    by, aal = one.bound_from.get("by"), int(one.bound_from.get("aal", 0))
    is_first = by == FIRST and any(each.id != one.id for each in (*held.active, *held.blocked))
    needed = needed_aal(held, AUTHENTICATOR_TYPES[one.type]) if by in (PROOF, GRANT) and held.active else 0
    if is_first or aal < needed:
        raise NotAllowed("another authenticator was bound meanwhile; make this one anew, with a proof")


def check_ending(leave: Leave, held: Holdings, one: Authenticator) -> None:
    """Return where *leave* is enough to revoke *one*; what was never bound needs none."""
    if one.status == PENDING or leave.by == ADMINISTRATOR:
        return
    if leave.by != PROOF or not held.active:
        raise NotAllowed("a proof or an administrator's reason is needed to revoke it")
    _check_reaches(leave, min(highest_aal(held), _worth(one)))


def check_suspending(leave: Leave, one: Authenticator) -> None:
    """Return where *one* may be suspended: to report a loss takes one factor, whichever it is (N-LOS-1)."""
    if leave.by not in (PROOF, ADMINISTRATOR):
        raise NotAllowed("a proof or an administrator's reason is needed to suspend it")
    _check_reaches(leave, 1)
    if one.status not in (ACTIVE, SUSPENDED):
        raise Conflict(f"the authenticator is {one.status}; only one that is active can be suspended")


def check_resuming(leave: Leave, one: Authenticator) -> None:
    """Return where *one* may be used again: with another that is valid and reaches as much, shown since then.

    A proof from before may have been made with the very authenticator that was lost.
    """
    if one.status == DISABLED:
        raise Conflict("the authenticator is disabled: it must be bound again")
    if one.status != SUSPENDED:
        raise Conflict(f"the authenticator is {one.status}, not suspended")
    if leave.by == ADMINISTRATOR:
        return
    if leave.by != PROOF or leave.proof is None:
        raise NotAllowed("a proof or an administrator's reason is needed to resume it")
    if leave.proof.auth_time <= (one.status_at or 0.0):
        raise NotAllowed("the proof is older than the suspension")
    if not shows_authenticator(leave.proof):
        raise NotAllowed("the proof shows no authenticator")
    _check_reaches(leave, _worth(one))


def shows_authenticator(proof: Proof) -> bool:
    """Answer whether *proof* shows more than something known."""
    return bool(proof.types) or bool(set(proof.amr) - {"pwd", "pin", "kba", "mfa"})


def _worth(one: Authenticator) -> int:
    kind = AUTHENTICATOR_TYPES.get(one.type)
    return kind.aal_after_password if kind else one.aal


def _check_reaches(leave: Leave, needed: int) -> None:
    if leave.by != ADMINISTRATOR and leave.aal < needed:
        raise NotAllowed(f"what was shown reaches aal{leave.aal}, and aal{needed} is needed")
