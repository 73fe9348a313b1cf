"""The page's two routes: a look, which changes nothing but whose challenge it is, and a form, which leads to a look."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import HTTPException

from doorward.api.challenge_bodies import AuthenticatorBody, BeginBody, CancelBody, ConfirmBody, VerifyBody
from doorward.api.fields import Choice, Strict, Text, WholeInQuery
from doorward.api.operation import Call, Resource, to_response
from doorward.api.page.forms import check_own_form, client_of, new_cookie, response_of, secret_of, token_of
from doorward.api.page.languages import texts_for
from doorward.api.page.rendering import HTML, rendered
from doorward.api.page.steps import BOUND, NEWS, SAID, bound_of, choices_of, step_of
from doorward.api.problems import framework_problem, problem, unexpected
from doorward.api.reply import Reply
from doorward.api.validation import load
from doorward.core.errors import (
    BadInput,
    ChallengeEnded,
    ChallengeExpired,
    Conflict,
    DoorwardError,
    Mistake,
    NotAllowed,
    NotFound,
    OtherBrowser,
    PerhapsSent,
    SenderUnavailable,
    Throttled,
)
from doorward.core.identifiers import is_id
from doorward.core.page_view import Visit
from doorward.services import Answered

resource = Resource("page", about="A page that asks a challenge, for callers that have none. For browsers.")

_PATH = "/challenge/<challenge_id>"
_TENANT = "default"
_LONGEST_WAIT = 86_400
_BEGIN, _VERIFY, _CANCEL, _CONFIRM = BeginBody(), VerifyBody(), CancelBody(), ConfirmBody()
_AUTHENTICATOR = AuthenticatorBody()

# What a form does, and where it leads: the parameters of the next look.
Led = Mapping[str, str | int]
Act = Callable[[Call, Visit], Led]


class ActQuery(Strict):
    """Whose challenge it is."""

    tenant = Text("Whose challenge it is; `default` where left out.", minimum=1, maximum=128, example="default")


class LookQuery(ActQuery):
    """Where the page leads back to, and what it shows."""

    return_to = Text(
        "Where the person goes afterwards: one of the tenant's addresses, or one below.",
        maximum=2048,
        example="https://www.example.com/account",
    )
    chosen = Text("The authenticator to answer with; the page's own.", maximum=26, data_key="with")
    said = Choice("What became of the last answer; the page's own.", of=SAID)
    wait = WholeInQuery("For how many seconds to wait; the page's own.", minimum=1, maximum=_LONGEST_WAIT)


@resource.operation(
    "GET",
    _PATH,
    summary="Ask a challenge in a page; `return_to` is where the person goes afterwards.",
    query=LookQuery(),
    answers={200: None},
    refusals=(404, 409, 410, 429, 503),
    media_type="text/html",
)
def look_at_challenge(call: Call, challenge_id: str) -> Reply:
    if request.method == "HEAD":
        # Whatever checks links must not take the challenge from the person.
        return Reply("", media_type=HTML)
    secret, cookie = secret_of(request), ""
    if not secret:
        secret, cookie = new_cookie()
    query = call.query
    visit = _visit(call, challenge_id, secret)
    view = call.services.page.open(visit, query.get("return_to", ""), call.now)
    said = query.get("said", "")
    step = step_of(view, query.get("chosen", ""), said)
    page = rendered(
        step.template,
        t=texts_for(request),
        view=view,
        step=step,
        choices=choices_of(view),
        bound=bound_of(view),
        said=said,
        is_error=bool(said) and said not in NEWS,
        wait=query.get("wait", 0),
        token=token_of(secret, challenge_id),
        here=_address(visit),
    )
    return Reply(
        page.body, page.status, page.media_type, {**page.headers, "Set-Cookie": cookie} if cookie else page.headers
    )


@resource.operation(
    "POST",
    _PATH,
    summary="Take one of the page's own forms, and lead to what is shown next.",
    query=ActQuery(),
    answers={303: None},
    refusals=(403, 404, 409, 410, 413, 415, 429, 502, 503),
    media_type="text/html",
)
def act_on_challenge(call: Call, challenge_id: str) -> Reply:
    secret = secret_of(request)
    check_own_form(request, secret, challenge_id)
    visit, act = _visit(call, challenge_id, secret), _ACTS.get(request.form.get("do", ""))
    if act is None:
        raise BadInput([Mistake("the form does nothing that is known", "#/do")])
    return Reply("", 303, HTML, {"Location": _address(visit, **_led(act, call, visit))})


def _led(act: Act, call: Call, visit: Visit) -> Led:
    """Return where the form leads; what went wrong is said there, beside the form itself."""
    chosen = {"with": request.form.get("authenticator", "")[:26]}
    try:
        return act(call, visit)
    except (ChallengeEnded, ChallengeExpired):
        return {}
    except Throttled as throttled:
        return chosen | {"said": "throttled", "wait": min(max(1, throttled.retry_after_seconds), _LONGEST_WAIT)}
    except PerhapsSent:
        return chosen | {"said": "perhaps_sent"}
    except SenderUnavailable:
        return chosen | {"said": "not_sent"}
    except Conflict:
        return {"said": "refused"}
    except DoorwardError as error:
        if problem(error).status not in (400, 422):
            raise
        # A new authenticator's first answer is refused as bad input, with the contract's word before the colon.
        word = str(error).partition(":")[0]
        return chosen | {"said": word if word in SAID else "unreadable"}


def _begin(call: Call, visit: Visit) -> Led:
    body = load(_BEGIN, {"authenticator": request.form.get("authenticator")})
    call.services.page.begin(visit, body["authenticator"], call.now)
    return {"with": body["authenticator"]}


def _verify(call: Call, visit: Visit) -> Led:
    response = response_of(request.form, request.form.getlist("answer"))
    body = load(_VERIFY, {"authenticator": request.form.get("authenticator"), "response": response})
    answered = Answered(
        body["authenticator"],
        body["response"],
        client=client_of(request),
        remember_device=request.form.get("remember") == "yes",
    )
    said = call.services.page.verify(visit, answered, call.now)
    if said in ("", "more_required"):
        return {"said": said} if said else {}
    return {"with": body["authenticator"], "said": said}


def _enrol(call: Call, visit: Visit) -> Led:
    body = load(_AUTHENTICATOR, {"type": request.form.get("type")})
    if body["type"] not in BOUND:
        raise NotAllowed("nothing of this type can be bound in a page")
    return {"with": call.services.page.enrol(visit, body["type"], client_of(request), call.now)}


def _confirm(call: Call, visit: Visit) -> Led:
    new = request.form.get("authenticator", "")
    body = load(_CONFIRM, response_of(request.form, []))
    said = call.services.page.confirm(visit, Answered(new, body, client=client_of(request)), call.now)
    return {"said": said} if said else {}


def _cancel(call: Call, visit: Visit) -> Led:
    body = load(_CANCEL, {"reason": request.form.get("reason")})
    call.services.page.cancel(visit, body["reason"], call.now)
    return {}


_ACTS: Mapping[str, Act] = {"begin": _begin, "verify": _verify, "enrol": _enrol, "confirm": _confirm, "cancel": _cancel}


def _visit(call: Call, challenge_id: str, secret: str) -> Visit:
    if not is_id(challenge_id, "chl"):
        raise NotFound("there is no such challenge")
    return Visit(call.query.get("tenant", _TENANT), challenge_id, secret)


def _address(visit: Visit, **more: str | int) -> str:
    """Return the page's address seen from itself, so that it does not matter where a proxy puts it."""
    query = ({"tenant": visit.tenant} if visit.tenant != _TENANT else {}) | more
    return visit.challenge_id + (f"?{urlencode(query)}" if query else "")


def _explained(reply: Reply, what: str) -> Response:
    page = rendered("error.html", status=reply.status, t=texts_for(request), what=what)
    return to_response(Reply(page.body, page.status, page.media_type, {**page.headers, **reply.headers}))


@resource.errorhandler(DoorwardError)
def explain(error: DoorwardError) -> Response:
    reply = problem(error)
    if isinstance(error, OtherBrowser):
        return _explained(reply, "other_browser")
    return _explained(reply, {404: "not_found", 503: "away"}.get(reply.status, "bad_link"))


@resource.errorhandler(HTTPException)
def explain_framework(error: HTTPException) -> Response:
    return _explained(framework_problem(error), "bad_link")


@resource.errorhandler(Exception)
def explain_unexpected(error: Exception) -> Response:
    return _explained(unexpected(error), "away")
