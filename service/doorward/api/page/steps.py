"""Which step of a challenge the page shows: choose, answer, or the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.core.page_view import PageView

# How each type is answered in a page. One that is not named here is not offered.
FORMS: Mapping[str, str] = {
    "passkey": "passkey",
    "push": "push",
    "totp": "digits",
    "hotp": "digits",
    "sms": "sent",
    "voice": "sent",
    "email": "sent",
    "recovery_code": "typed",
    "bypass_code": "typed",
    "knowledge": "questions",
}
# What can be bound in the page: what confirms itself here, and needs no other device's word.
BOUND = ("passkey", "totp")
BEGUN_FIRST = frozenset({"passkey", "push", "sent", "questions"})

# What the page may say of the last answer: the contract's words, and its own.
SAID = (
    "wrong_code",
    "expired_code",
    "replayed_code",
    "refused",
    "more_required",
    "awaiting_approval",
    "too_many_attempts",
    "throttled",
    "not_sent",
    "perhaps_sent",
    "unreadable",
)
# News, and no mistake of the person's.
NEWS = frozenset({"more_required", "awaiting_approval"})
# Declined, another number typed, or too late.
PUSH_ENDED = frozenset({"refused", "wrong_code", "expired_code"})


@dataclass(frozen=True, slots=True)
class Step:
    """What is shown: the *template*, and of the authenticator that is being answered with, what beginning gave."""

    template: str
    form: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    has_begun: bool = False


def choices_of(view: PageView) -> tuple[Mapping[str, str], ...]:
    """Return what the person can answer with here, each with its form."""
    offered = (each for each in view.choices if each["type"] in FORMS and each["id"] != view.binding)
    return tuple({**each, "form": FORMS[each["type"]]} for each in offered)


def bound_of(view: PageView) -> tuple[str, ...]:
    """Return the types of which the person may bind one now."""
    return tuple(each for each in BOUND if each in view.enrol)


def step_of(view: PageView, chosen_id: str, said: str) -> Step:
    """Return the step; where there is no choice, none is asked for. A push that has ended is begun anew."""
    if view.status != "pending":
        return Step("ended.html")
    if view.binding and chosen_id in ("", view.binding):
        new = view.shown[view.binding]
        return Step("bind.html", new["type"], {"id": view.binding, "type": new["type"], "label": ""}, new)
    if bound_of(view):
        return Step("enrol.html")
    choices = choices_of(view)
    only = choices[0]["id"] if len(choices) == 1 and not view.binding else ""
    chosen = next((each for each in choices if each["id"] == (chosen_id or only)), None)
    if chosen is None:
        return Step("choose.html")
    has_ended = chosen["form"] == "push" and said in PUSH_ENDED
    shown = {} if has_ended else view.shown.get(chosen["id"], {})
    return Step(
        "answer.html", chosen["form"], chosen, shown, has_begun=bool(shown) or chosen["form"] not in BEGUN_FIRST
    )
