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
    return tuple({**each, "form": FORMS[each["type"]]} for each in view.choices if each["type"] in FORMS)


def step_of(view: PageView, chosen_id: str, said: str) -> Step:
    """Return the step; where there is no choice, none is asked for. A push that has ended is begun anew."""
    if view.status != "pending":
        return Step("ended.html")
    choices = choices_of(view)
    only = choices[0]["id"] if len(choices) == 1 and not view.enrol else ""
    chosen = next((each for each in choices if each["id"] == (chosen_id or only)), None)
    if chosen is None:
        return Step("choose.html")
    has_ended = chosen["form"] == "push" and said in PUSH_ENDED
    shown = {} if has_ended else view.shown.get(chosen["id"], {})
    return Step(
        "answer.html", chosen["form"], chosen, shown, has_begun=bool(shown) or chosen["form"] not in BEGUN_FIRST
    )
