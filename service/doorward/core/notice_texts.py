"""What a notice says to the owner of an account: one mapping for each language.

What comes from outside is cut down to letters and digits: a message that an attacker causes must not carry his words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from doorward.core.code_texts import MOST_SMS, plain

# Only characters of GSM 03.38, for an SMS. Each event: the line that says it, and the sentence that explains it.
ENGLISH: Mapping[str, tuple[str, str]] = {
    "decision.notify": (
        "A sign-in or a request that looked unusual",
        "A sign-in to your account, or a request with it, looked unusual.",
    ),
    "decision.denied": (
        "An attempt with your account was refused",
        "Somebody tried to use your account, and we refused it.",
    ),
    "decision.not_me": (
        "You told us of an attempt that was not yours",
        "By the link of a message it was said that an attempt with your account was not you. What it left behind is "
        "undone, and the next sign-ins are checked more strictly.",
    ),
    "enrolment.denied": (
        "Your password was used, and we refused it",
        "Somebody who knows your password tried to sign in in an unusual way. You have no second way to show that it "
        "is you, so we refused it.",
    ),
    "challenge.failed": (
        "Your password was right, the second step was not",
        "Somebody got past the first step of your sign-in and gave wrong answers at the second until we ended it.",
    ),
    "challenge.not_me": (
        "You told us that a sign-in was not yours",
        "Somebody was asked to confirm a sign-in to your account and answered that it was not them. It was ended.",
    ),
    "device.token_copied": (
        "A copy of a browser of yours was used",
        "Somebody used a copy of what one of your browsers is known by. That browser must be confirmed anew.",
    ),
    "device.dropped": (
        "A browser was taken off your account",
        "One or all of the browsers that your account was known by are strangers now.",
    ),
    "authenticator.bound": (
        "{Type} was added to your account",
        "{Type} was added as a way to confirm that it is you.",
    ),
    "authenticator.revoked": (
        "{Type} was removed from your account",
        "{Type} is no longer a way to confirm that it is you.",
    ),
    "authenticator.suspended": (
        "{Type} was suspended",
        "{Type} cannot be used with your account until it is resumed.",
    ),
    "authenticator.resumed": (
        "{Type} can be used again",
        "{Type} that was suspended is again a way to confirm that it is you.",
    ),
    "authenticator.disabled": (
        "{Type} was disabled after wrong answers",
        "Somebody gave very many wrong answers, so {type} can no longer be used. Your other ways still can.",
    ),
    "recovery_code.used": (
        "A recovery code of yours was used",
        "One of your recovery codes was used to get into your account. All your browsers must be confirmed anew.",
    ),
    "bypass_code.used": (
        "A code from the help desk was used",
        "A code that the help desk gave out was used in place of your usual ways to confirm that it is you.",
    ),
    "contacts.changed": (
        "The addresses of your account were changed",
        "Messages like this go to other addresses from now on. Those before get them for seven days more.",
    ),
    "subject.exempted": (
        "Your account was exempted from confirming",
        "An administrator decided that for some hours you need not confirm that it is you.",
    ),
    "subject.unlocked": (
        "Your account was unlocked",
        "An administrator cleared the wrong answers that were counted for your account.",
    ),
    "subject.reset": (
        "All your ways to confirm were removed",
        "An administrator removed every way to confirm that it is you, and every browser that was known.",
    ),
    "subject.erased": (
        "What was kept of your account was erased",
        "Everything that was kept here about your account is gone.",
    ),
}
PARTS: Mapping[str, str] = {
    "when": "When: {at}",
    "where": "Where: {place}",
    "with": "With: {browser}",
    "more": "This happened {more} more times since {since}.",
    "more_one": "This happened once more since {since}.",
    "ask": "Was this you? Say so here, without signing in, in the next seven days:",
    "advice": "If it was not you, change your password and tell {name}.",
    "end": "Nobody from {name} will ever ask you for a code or a password.",
    "sms": "{name}: {line}, {at}. Not you? Change your password and tell {name}.",
    "on": "{browser} on {os}",
    "any": "A way to confirm that it is you",
    "page_title": "Was this you?",
    "page_ask": "This happened with your account at {name}:",
    "page_yes": "Yes, it was me",
    "page_no": "No, it was not me",
    "page_yes_done": "Thank you. We know now that it was you.",
    "page_no_done": "Thank you. What this attempt left behind is undone, and your next sign-ins will be checked more "
    "strictly. Change your password now, and tell {name}.",
    "page_gone": "This link is not good, or not any more",
    "page_gone_more": "Open the newest message that you got, or tell whoever sent it.",
}
TYPES: Mapping[str, str] = {
    "passkey": "A passkey",
    "push": "A device that answers by push",
    "totp": "An authenticator app",
    "hotp": "A token with codes",
    "sms": "A number for codes by SMS",
    "voice": "A number for codes by call",
    "email": "An address for codes by mail",
    "recovery_code": "A set of recovery codes",
    "bypass_code": "A code from the help desk",
    "knowledge": "A set of questions",
}

MOST_NAME = 40
_MOST_PLACE = 60
# Four digits in a row are no place and no version that a person knows; a telephone number begins like that.
_NO_PLACE = re.compile(r"[^\w ()'-]+|\d{4,}|_")
_NO_BROWSER = re.compile(r"[^A-Za-z0-9 -]+|[0-9]{4,}")


@dataclass(frozen=True, slots=True)
class Scene:
    """What happened, as far as it is known: *type* of the authenticator, *place* and *browser* for a person to read.

    *more* other events of this kind are told by the same message, the first of them after *since*.
    """

    event: str
    at: float
    type: str = ""
    place: str = ""
    browser: str = ""
    more: int = 0
    since: float = 0.0


def line_of(scene: Scene) -> str:
    """Return what happened, on one line."""
    return ENGLISH[scene.event][0].format(**_type(scene))


def title_of(scene: Scene, name: str) -> str:
    return f"{plain(name, MOST_NAME)}: {line_of(scene)}"


def mail_of(scene: Scene, name: str, *, link: str = "") -> str:
    """Return the text of a mail; *link* asks whether it was the owner."""
    named = {"name": plain(name, MOST_NAME)}
    asked = [f"{PARTS['ask']}\n{link}"] if link else []
    facts = "\n".join(facts_of(scene))
    parts = [explained(scene), facts, *asked, PARTS["advice"].format(**named), PARTS["end"].format(**named)]
    return "\n\n".join(parts) + "\n"


def sms_of(scene: Scene, name: str) -> str:
    """Return the text of one SMS, without a link: people learn not to follow one there."""
    room = MOST_SMS - len(PARTS["sms"].format(name="", line=line_of(scene), at=_instant(scene.at)))
    short = plain(name, max(1, min(MOST_NAME, room // 2)))
    return PARTS["sms"].format(name=short, line=line_of(scene), at=_instant(scene.at))[:MOST_SMS]


def explained(scene: Scene) -> str:
    return ENGLISH[scene.event][1].format(**_type(scene))


def facts_of(scene: Scene) -> tuple[str, ...]:
    """Return when, where and with what, one line each; what is not known has none."""
    lines = [PARTS["when"].format(at=_instant(scene.at))]
    lines += [PARTS["where"].format(place=scene.place)] if scene.place else []
    lines += [PARTS["with"].format(browser=scene.browser)] if scene.browser else []
    if scene.more:
        text = PARTS["more_one" if scene.more == 1 else "more"]
        lines.append(text.format(more=scene.more, since=_instant(scene.since)))
    return tuple(lines)


def place_of(city: str | None, country: str | None) -> str:
    """Return a place as `Berlin (DE)`, as far as it is known."""
    shown = f"{city} ({country})" if city and country else city or country or ""
    return plain(_NO_PLACE.sub(" ", shown), _MOST_PLACE)


def browser_of(browser: str | None, os: str | None) -> str:
    """Return a browser as `Firefox on Windows`; a user agent's own words are cut down to letters and digits."""
    shown = PARTS["on"].format(browser=browser, os=os) if browser and os else browser or os or ""
    return plain(_NO_BROWSER.sub(" ", shown), _MOST_PLACE)


def _type(scene: Scene) -> dict[str, str]:
    name = TYPES.get(scene.type, PARTS["any"])
    return {"Type": name, "type": name[0].lower() + name[1:]}


def _instant(at: float) -> str:
    moment = datetime.fromtimestamp(int(at), UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"
