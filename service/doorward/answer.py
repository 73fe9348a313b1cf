"""The answer of `POST /v1/decisions`, in the shape of the contract."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from doorward.core.outcome import CHALLENGE, DENY, Reason
from doorward.core.times import rfc3339
from doorward.judge import Judgement
from doorward.policy.ruling import Ruling

Json = dict[str, Any]

MAX_REASONS = 8


class Extras(NamedTuple):
    """What the consequences of a ruling add to its answer."""

    challenge: Json | None = None
    device: Json | None = None
    learning: str = "none"
    degraded: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


def answer(decision_id: str, judgement: Judgement, policy: Json, *, candidate: str, extras: Extras, now: float) -> Json:
    """Return the decision as JSON. Where there is a candidate, the last row of `shadow` is the candidate's."""
    ruling = judgement.ruling
    unknown = {**judgement.signals.unknown, **dict(extras.remarks)}
    return {
        "id": decision_id,
        "outcome": ruling.outcome,
        "decided_at": rfc3339(now),
        "risk": _risk(judgement),
        "policy": policy | {"rule": ruling.rule, "reason": ruling.reason},
        "challenge": extras.challenge,
        "step_up": _step_up(ruling),
        "deny": _deny(ruling),
        "obligations": ["notify"] if ruling.notify else [],
        "device": extras.device,
        "learning": extras.learning,
        "shadow": _shadow(judgement, candidate),
        "unknown": [{"signal": name, "reason": reason} for name, reason in sorted(unknown.items())],
        "degraded": list(extras.degraded),
    }


def _risk(judgement: Judgement) -> Json:
    assessment = judgement.assessment
    return {
        "score": None if assessment.score is None else round(assessment.score, 2),
        "level": judgement.level,
        "confidence": assessment.confidence,
        "floors": [name for name, _ in assessment.floors],
        "calibration": dict(assessment.calibration),
        "reasons": [reason_json(each) for each in assessment.reasons[:MAX_REASONS]],
    }


def reason_json(reason: Reason) -> Json:
    return {"code": reason.code, "detail": reason.detail, "points": round(reason.points, 3)}


def _step_up(ruling: Ruling) -> Json | None:
    if ruling.outcome != CHALLENGE:
        return None
    required = ruling.requirement
    level = max(1, required.aal) if required else 1
    out: Json = {"acr_values": [f"aal{level}"]}
    if ruling.max_age is not None:
        out["max_age"] = int(ruling.max_age)
    return out


def _deny(ruling: Ruling) -> Json | None:
    if ruling.outcome != DENY or ruling.retry_after_seconds is None:
        return None
    return {"retry_after_s": ruling.retry_after_seconds}


def _shadow(judgement: Judgement, candidate: str) -> list[Json]:
    rows = [{"policy": each.policy, "rule": each.rule, "outcome": each.outcome} for each in judgement.ruling.shadow]
    whole = judgement.candidate
    if whole is not None:
        rows.append({"policy": candidate, "rule": whole.rule, "outcome": whole.outcome})
    return rows


def as_kept(shown: Mapping[str, Any], remarks: tuple[tuple[str, str], ...]) -> Json:
    """Return an answer as it is kept: without the device's token, and without what is computed again.

    Of what was unknown only *remarks* stay: why a proof was not taken follows from no fact.
    """
    device = shown["device"]
    kept = {name: value for name, value in shown.items() if name != "unknown"}
    if remarks:
        kept["unknown"] = [{"signal": name, "reason": reason} for name, reason in remarks]
    return kept | {"device": {k: v for k, v in device.items() if k != "token"} if device else None}
