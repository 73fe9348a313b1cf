"""What an administrator may do to a subject, and what a subject may ask for: all that is held of it, or its end."""

from doorward.api.operation import Call, Resource
from doorward.api.paths import subject_in_path
from doorward.api.reply import Reply
from doorward.api.subject_answers import (
    BypassCodeAnswer,
    ExemptionAnswer,
    ExportAnswer,
    ResetAnswer,
    UnlockedAnswer,
)
from doorward.api.subject_bodies import BypassCodeBody, ExemptionBody, ReasonBody

resource = Resource("subjects", about="Exempt, help, unlock and reset a subject; show and erase what is held of it.")

_SUBJECT = "/v1/subjects/<subject_id>"


@resource.operation(
    "POST",
    f"{_SUBJECT}/exemptions",
    summary="Exempt a subject for at most 24 hours, as far as the policy heeds it.",
    scopes=("admin",),
    body=ExemptionBody(),
    answers={200: ExemptionAnswer()},
)
def exempt_subject(call: Call, subject_id: str) -> Reply:
    desk, until, reason = call.services.administration, call.body["until"], call.body["reason"]
    return Reply(desk.exempt(call.tenant, subject_in_path(subject_id), until, reason, call.now))


@resource.operation(
    "POST",
    f"{_SUBJECT}/bypass-codes",
    summary="Make a code of the help desk, shown once; it stands in for whatever is asked for.",
    scopes=("admin",),
    body=BypassCodeBody(),
    answers={201: BypassCodeAnswer()},
    refusals=(409,),
)
def make_bypass_code(call: Call, subject_id: str) -> Reply:
    desk, body = call.services.administration, call.body
    uses, ttl_s = body.get("uses", 1), body.get("ttl_s", 3600)
    made = desk.bypass_code(call.tenant, subject_in_path(subject_id), uses, ttl_s, body["reason"], call.now)
    return Reply(made, 201)


@resource.operation(
    "POST",
    f"{_SUBJECT}/unlock",
    summary="Forget the failures and delays of a subject; what is disabled must be bound again.",
    scopes=("admin",),
    body=ReasonBody(),
    answers={200: UnlockedAnswer()},
)
def unlock_subject(call: Call, subject_id: str) -> Reply:
    reason = call.body.get("reason") or ""
    return Reply(call.services.administration.unlock(call.tenant, subject_in_path(subject_id), reason, call.now))


@resource.operation(
    "POST",
    f"{_SUBJECT}/reset",
    summary="End all authenticators and devices of a subject; what was passed before satisfies nothing any more.",
    scopes=("admin",),
    body=ReasonBody(),
    answers={200: ResetAnswer()},
)
def reset_subject(call: Call, subject_id: str) -> Reply:
    reason = call.body.get("reason") or ""
    return Reply(call.services.administration.reset(call.tenant, subject_in_path(subject_id), reason, call.now))


@resource.operation(
    "GET",
    f"{_SUBJECT}/export",
    summary="Everything that is held of a subject, without secrets; decisions in full at `/v1/decisions/{id}`.",
    scopes=("admin",),
    answers={200: ExportAnswer()},
)
def export_subject(call: Call, subject_id: str) -> Reply:
    return Reply(call.services.disclosure.export(call.tenant, subject_in_path(subject_id), call.now))


@resource.operation(
    "DELETE",
    _SUBJECT,
    summary="Erase a subject; twice is fine. Browsers, and marks in counters, end by themselves.",
    scopes=("admin",),
    answers={204: None},
)
def erase_subject(call: Call, subject_id: str) -> Reply:
    call.services.disclosure.erase(call.tenant, subject_in_path(subject_id), call.now)
    return Reply(None, 204)
