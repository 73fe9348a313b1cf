"""The authenticators of a subject: listed, made, confirmed, suspended, ended."""

from typing import Any

from doorward.api.challenge_answers import AuthenticatorAnswer, ConfirmedAnswer, HistoryAnswer, NewAuthenticatorAnswer
from doorward.api.challenge_bodies import AllowedBody, AuthenticatorBody, ConfirmBody
from doorward.api.operation import Call, Link, Resource
from doorward.api.paths import subject_in_path
from doorward.api.reply import Reply
from doorward.api.requests import build_client
from doorward.services import Allowed, Answered

resource = Resource("authenticators", about="Bind, confirm, suspend and revoke what a subject authenticates with.")

_SUBJECT = "/v1/subjects/<subject_id>/authenticators"
_ONE = f"{_SUBJECT}/<authenticator_id>"
_SAME_SUBJECT = {"subject_id": "$request.path.subject_id"}
_SAME_ONE = _SAME_SUBJECT | {"authenticator_id": "$request.path.authenticator_id"}


@resource.operation(
    "GET",
    _SUBJECT,
    summary="List a subject's authenticators; empty for a subject that is not known.",
    scopes=("enrol",),
    answers={200: AuthenticatorAnswer(many=True)},
    links=(Link("revoke_authenticator", _SAME_SUBJECT | {"authenticator_id": "$response.body#/0/id"}),),
)
def list_authenticators(call: Call, subject_id: str) -> Reply:
    return Reply(call.services.authenticators.show(call.tenant, subject_in_path(subject_id), call.now))


@resource.operation(
    "GET",
    f"{_SUBJECT}/history",
    summary="Every authenticator that was ever bound: when, from where, why it ended; and what was done to them.",
    scopes=("enrol",),
    answers={200: HistoryAnswer()},
)
def show_authenticator_history(call: Call, subject_id: str) -> Reply:
    return Reply(call.services.life.history(call.tenant, subject_in_path(subject_id), call.now))


@resource.operation(
    "POST",
    _SUBJECT,
    summary="Make a new authenticator; what it shows is shown once. With others active: a proof, a grant or a reason.",
    scopes=("enrol",),
    body=AuthenticatorBody(),
    answers={201: NewAuthenticatorAnswer()},
    links=(
        Link("list_authenticators", _SAME_SUBJECT),
        Link("confirm_authenticator", _SAME_SUBJECT | {"authenticator_id": "$response.body#/id"}),
        Link("revoke_authenticator", _SAME_SUBJECT | {"authenticator_id": "$response.body#/id"}),
    ),
    refusals=(403, 409, 429, 502),
)
def make_authenticator(call: Call, subject_id: str) -> Reply:
    asked = dict(call.body)
    allowed = _allowed(call, asked)
    made = call.services.authenticators.make(call.tenant, subject_in_path(subject_id), asked, allowed, call.now)
    return Reply(made, 201)


@resource.operation(
    "POST",
    f"{_ONE}/confirm",
    summary="Answer for the first time, which makes it active, and answers the challenge that it was bound within.",
    scopes=("enrol",),
    body=ConfirmBody(),
    answers={200: ConfirmedAnswer()},
    links=(Link("revoke_authenticator", _SAME_ONE),),
    refusals=(403, 404, 409, 410, 429),
)
def confirm_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    response = dict(call.body)
    client, remember = response.pop("client", None), response.pop("remember_device", None) is True
    browser = build_client(client) if client is not None else None
    answered = Answered(authenticator_id, response, client=browser, remember_device=remember)
    confirmed = call.services.authenticators.confirm(call.tenant, subject_in_path(subject_id), answered, call.now)
    return Reply(confirmed)


@resource.operation(
    "POST",
    f"{_ONE}/revoke",
    summary="End an authenticator for good, with a proof that reaches as much, or a reason.",
    scopes=("enrol",),
    body=AllowedBody(),
    answers={204: None},
    refusals=(403, 404),
)
def revoke_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    allowed = _allowed(call, dict(call.body))
    call.services.life.revoke(call.tenant, subject_in_path(subject_id), authenticator_id, allowed, call.now)
    return Reply(None, 204)


@resource.operation(
    "POST",
    f"{_ONE}/suspend",
    summary="Make a lost authenticator useless at once: any proof of the subject's is enough, or a reason.",
    scopes=("enrol",),
    body=AllowedBody(),
    answers={200: AuthenticatorAnswer()},
    refusals=(403, 404),
)
def suspend_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    allowed = _allowed(call, dict(call.body))
    return Reply(
        call.services.life.suspend(call.tenant, subject_in_path(subject_id), authenticator_id, allowed, call.now)
    )


@resource.operation(
    "POST",
    f"{_ONE}/resume",
    summary="Make a suspended one good again: a proof by another that reaches as much, shown since, or a reason.",
    scopes=("enrol",),
    body=AllowedBody(),
    answers={200: AuthenticatorAnswer()},
    refusals=(403, 404),
)
def resume_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    allowed = _allowed(call, dict(call.body))
    return Reply(
        call.services.life.resume(call.tenant, subject_in_path(subject_id), authenticator_id, allowed, call.now)
    )


def _allowed(call: Call, body: dict[str, Any]) -> Allowed:
    """Take what allows the change out of *body*; a reason counts from an administrator's key alone."""
    client = body.pop("client", None)
    return Allowed(
        assertion=body.pop("assertion", None) or "",
        grant=body.pop("enrolment_grant", None) or "",
        reason=body.pop("reason", None) or "",
        is_admin=call.caller.may("admin"),
        client=build_client(client) if client is not None else None,
    )
