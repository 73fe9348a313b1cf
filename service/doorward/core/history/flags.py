"""What was raised about a subject, each with an end of its own."""

from doorward.core.history.codec import FLAGS, Profile, decode, encode

CREDENTIAL_CHANGED_SECONDS = 72 * 3600

NOT_ME = "not_me"
RECOVERY_USED = "recovery_used"
CREDENTIAL_CHANGED = "credential_changed"

_LATEST = 0xFFFFFFFF


def raise_flag(profile: bytes | None, flag: str, *, until: float) -> bytes:
    """Return the history with *flag* raised until then, whatever its end was before; a past end lowers it."""
    return encode(_raised(decode(profile), flag, until))


def credential_changed(profile: bytes | None, at: float) -> bytes:
    """Return the history that knows of the change, and flags it for 72 hours; an older change alters nothing."""
    before = decode(profile)
    if at < before.credential_changed_at:
        return encode(before)
    changed = before._replace(credential_changed_at=_seconds(at))
    return encode(_raised(changed, CREDENTIAL_CHANGED, at + CREDENTIAL_CHANGED_SECONDS))


def _raised(profile: Profile, flag: str, until: float) -> Profile:
    if flag not in FLAGS:
        raise ValueError(f"unknown flag {flag!r}, expected one of {', '.join(FLAGS)}")
    ends = dict(zip(FLAGS, profile.flag_ends, strict=False)) | {flag: _seconds(until)}
    return profile._replace(flag_ends=(ends[NOT_ME], ends[RECOVERY_USED], ends[CREDENTIAL_CHANGED], 0))


def _seconds(at: float) -> int:
    return max(0, min(int(at), _LATEST))
