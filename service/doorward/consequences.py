"""What a ruling entails: a challenge to open, a device token to hand out, a sign-in to learn, a record to keep."""

from dataclasses import dataclass
from typing import Any

from doorward import kept
from doorward.answer import Extras, answer, as_kept
from doorward.challenge_rows import new_row
from doorward.core.challenges import MAX_LIFE_SECONDS, Challenge
from doorward.core.history import PASSWORD_ONLY_WEIGHT
from doorward.core.outcome import ALLOW, CHALLENGE, Requirement
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.core.times import rfc3339
from doorward.device_tokens import Issued, issue, rotate
from doorward.gather import Found
from doorward.judge import Case, Judgement
from doorward.learning import (
    AWAITING_OUTCOME,
    NONE,
    PROFILE_LIFE_SECONDS,
    QUARANTINED,
    SECOND_FACTOR_AAL,
    Lesson,
    standing,
)
from doorward.offering import offer_of
from doorward.policies import Loaded
from doorward.policy.model import Policy
from doorward.ports import ChallengeRow, Changes, DeviceRecord, RecordRow, Sealer
from doorward.record_text import to_bytes

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lives:
    """How long things are kept, in seconds."""

    record: float = 90 * 86_400
    device: float = 180 * 86_400
    challenge: float = 600


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is needed to keep things: the sealer, the key that device tokens derive from, and the lives.

    *channels* are those that a code can be sent on.
    """

    sealer: Sealer
    device_key: bytes
    lives: Lives = Lives()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Consequences:
    """One decision's answer and everything that it writes."""

    shown: Json
    changes: Changes
    lesson: Lesson | None = None


def consequences(
    keeping: Keeping, decision_id: str, case: Case, judgement: Judgement, found: Found, rules: Loaded
) -> Consequences:
    """Work out the whole of a decision; nothing is written here."""
    verified = is_verified(case, judgement)
    # Where a copy of a token was found, what is written of the device is its end.
    hands_out = verified and not found.presented.is_copy
    issued = hand_out(keeping, case.request.client.device_token, found, case.now) if hands_out else None
    lesson = _lesson(decision_id, case, judgement, found, issued) if verified else None
    row, challenge = _challenge(keeping, decision_id, case, judgement, found, rules)
    extras = Extras(
        challenge=challenge,
        device=device_json(issued) if issued else None,
        learning=_learning(case, judgement, lesson),
        degraded=found.degraded,
        remarks=found.remarks,
    )
    policy = {"id": rules.policy.id, "digest": rules.policy.digest}
    candidate = rules.candidate.id if rules.candidate else ""
    shown = answer(decision_id, judgement, policy, candidate=candidate, extras=extras, now=case.now)
    record = _record(shown, decision_id, case, judgement, found, rules, issued, lesson)
    changes = Changes(
        record=record_row(keeping, found.keys.tenant, found.keys.subject, record),
        profile_key=(found.keys.tenant, found.keys.subject) if lesson else None,
        rewrite_profile=lesson.rewrite if lesson else None,
        profile_expires_at=case.now + PROFILE_LIFE_SECONDS,
        device=_device_change(found, issued),
        challenge=row,
        spend=judgement.ruling.satisfied_by,
    )
    return Consequences(shown, changes, lesson)


def is_verified(case: Case, judgement: Judgement) -> bool:
    """Answer whether this decision itself ends in a verified success: an allowed login whose credential passed."""
    request = case.request
    return request.kind == LOGIN and judgement.ruling.outcome == ALLOW and request.credential.result == "passed"


def hand_out(keeping: Keeping, token: str | None, found: Found, now: float) -> Issued:
    """Return the successor of a valid token, or a new device's first."""
    life = keeping.lives.device
    if token and found.presented.state == "valid" and found.presented.record is not None:
        return rotate(token, found.presented.record, key=keeping.device_key, now=now, life_seconds=life)
    return issue(now=now, life_seconds=life)


def device_json(issued: Issued) -> Json:
    return {"id": issued.record.id, "token": issued.token, "expires_at": rfc3339(issued.record.expires_at)}


def _lesson(decision_id: str, case: Case, judgement: Judgement, found: Found, issued: Issued | None) -> Lesson:
    second = judgement.ruling.satisfied_aal >= SECOND_FACTOR_AAL
    kind = standing(case.facts.history, level=judgement.level, second_factor=second)
    return Lesson(
        event_id=decision_id,
        at=case.now,
        sight=found.sight._replace(device_id=issued.record.id if issued else ""),
        weight=PASSWORD_ONLY_WEIGHT,
        quarantined=kind == QUARANTINED,
        model=judgement.assessment.model,
        log_odds=judgement.scored_log_odds,
    )


def _learning(case: Case, judgement: Judgement, lesson: Lesson | None) -> str:
    if lesson is not None:
        return QUARANTINED if lesson.quarantined else "applied"
    waits = judgement.ruling.outcome in (ALLOW, CHALLENGE) and case.request.credential.result != "failed"
    return AWAITING_OUTCOME if case.request.kind == LOGIN and waits else NONE


def _challenge(
    keeping: Keeping, decision_id: str, case: Case, judgement: Judgement, found: Found, rules: Loaded
) -> tuple[ChallengeRow | None, Json | None]:
    ruling = judgement.ruling
    if ruling.outcome != CHALLENGE or found.degraded or not _may_open(case.request.credential.result, rules.policy):
        return None, None
    requirement = ruling.requirement or Requirement()
    offer = offer_of(ruling, found.enrolled, found.vouched, keeping.channels)
    challenge = Challenge(
        request=case.request,
        required=requirement,
        offered=offer.offered,
        enrol=offer.enrol,
        vouched=offer.vouched,
        bind=ruling.bind,
        binding=case.binding if ruling.bind else "",
        max_age=ruling.max_age,
        level=judgement.level,
        expires_at=case.now + min(keeping.lives.challenge, MAX_LIFE_SECONDS),
        lane=case.facts.device.device_id if case.facts.device.known else "",
    )
    row = new_row(
        challenge,
        keeping.sealer,
        tenant=found.keys.tenant,
        subject=found.keys.subject,
        decision_id=decision_id,
        now=case.now,
    )
    return row, _shown(row.id, challenge, unenrolled=ruling.unenrolled)


def _shown(challenge_id: str, challenge: Challenge, *, unenrolled: bool) -> Json:
    shown: Json = {
        "id": challenge_id,
        "expires_at": rfc3339(challenge.expires_at),
        "required": challenge.required.to_json(),
        "authenticators": [{"type": each.type, "id": each.id, "label": each.label} for each in challenge.offered],
    }
    return shown | ({"enrol": list(challenge.enrol)} if unenrolled else {})


def _may_open(result: str, policy: Policy) -> bool:
    """Answer whether a challenge may follow; never a failed credential, or whoever guesses could have codes sent."""
    return result != "failed" and (result != "pending" or policy.pending == CHALLENGE)


def _record(
    shown: Json,
    decision_id: str,
    case: Case,
    judgement: Judgement,
    found: Found,
    rules: Loaded,
    issued: Issued | None,
    lesson: Lesson | None,
) -> DecisionRecord:
    return DecisionRecord(
        id=decision_id,
        at=case.now,
        request=case.request,
        facts=case.facts,
        policy_digest=rules.policy.digest,
        candidate_digest=rules.candidate.digest if rules.candidate else "",
        model=judgement.assessment.model,
        answer=as_kept(shown, found.remarks),
        proofs=case.proofs,
        listed=found.listed,
        degraded=found.degraded,
        bind=judgement.ruling.bind,
        issued_device=issued.record.id if issued else "",
        learned=lesson is not None,
        log_odds=judgement.scored_log_odds,
        shadow_model=judgement.shadow_model.to_json() if judgement.shadow_model else None,
    )


def record_row(keeping: Keeping, tenant: str, subject: bytes, record: DecisionRecord) -> RecordRow:
    """Return *record* as the store keeps it."""
    return RecordRow(
        id=record.id,
        tenant=tenant,
        subject=subject,
        at=record.at,
        outcome=record.answer["outcome"],
        rule=record.answer["policy"]["rule"],
        body=keeping.sealer.seal(to_bytes(record), kept.purpose_of(tenant, record.id)),
        expires_at=record.at + keeping.lives.record,
    )


def _device_change(found: Found, issued: Issued | None) -> tuple[str, DeviceRecord] | None:
    if issued is not None:
        return found.keys.tenant, issued.record
    if found.presented.changed and found.presented.record is not None:
        return found.keys.tenant, found.presented.record
    return None
