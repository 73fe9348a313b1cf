"""The authenticators of a subject: listed, made, confirmed, ended."""

from doorward.api.challenge_answers import AuthenticatorAnswer, NewAuthenticatorAnswer
from doorward.api.challenge_bodies import AllowedBody, AuthenticatorBody, ConfirmBody
from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.services import Allowed

resource = Resource("authenticators", about="Bind, confirm, suspend and revoke what a subject authenticates with.")

_SUBJECT = "/v1/subjects/<subject_id>/authenticators"
_ONE = f"{_SUBJECT}/<authenticator_id>"


@resource.operation(
    "GET",
    _SUBJECT,
    summary="List a subject's authenticators; empty for a subject that is not known.",
    scopes=("enrol",),
    answers={200: AuthenticatorAnswer(many=True)},
)
def list_authenticators(call: Call, subject_id: str) -> Reply:
    return Reply(call.services.authenticators.show(call.tenant, subject_id, call.now))


@resource.operation(
    "POST",
    _SUBJECT,
    summary="Make a new authenticator; what it shows is shown once.",
    scopes=("enrol",),
    body=AuthenticatorBody(),
    answers={201: NewAuthenticatorAnswer()},
    refusals=(403, 409, 429, 502),
)
def make_authenticator(call: Call, subject_id: str) -> Reply:
    asked = dict(call.body)
    allowed = _allowed(call, asked)
    made = call.services.authenticators.make(call.tenant, subject_id, asked, allowed, call.now)
    return Reply(made, 201)


@resource.operation(
    "POST",
    f"{_ONE}/confirm",
    summary="Answer for the first time, which makes it active.",
    scopes=("enrol",),
    body=ConfirmBody(),
    answers={200: AuthenticatorAnswer()},
    refusals=(404, 409, 410, 429),
)
def confirm_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    desk = call.services.authenticators
    return Reply(desk.confirm(call.tenant, subject_id, authenticator_id, call.body, call.now))


@resource.operation(
    "POST",
    f"{_ONE}/revoke",
    summary="End an authenticator for good.",
    scopes=("enrol",),
    body=AllowedBody(),
    answers={204: None},
    refusals=(403, 404),
)
def revoke_authenticator(call: Call, subject_id: str, authenticator_id: str) -> Reply:
    allowed = _allowed(call, dict(call.body))
    call.services.authenticators.revoke(call.tenant, subject_id, authenticator_id, allowed, call.now)
    return Reply(None, 204)


def _allowed(call: Call, body: dict[str, str | None]) -> Allowed:
    """Take what allows the change out of *body*; a reason counts from an administrator's key alone."""
    return Allowed(
        assertion=body.pop("assertion", None) or "",
        grant=body.pop("enrolment_grant", None) or "",
        reason=body.pop("reason", None) or "",
        is_admin=call.caller.may("admin"),
    )
