"""What a message with a code says: one mapping for each language, and what is being approved, made safe to show.

The application's name and the action come from outside and may hold what a stranger has typed, such as a payee's
name: they are cut, and lose whatever could move the text around them.
"""

import unicodedata
from collections.abc import Mapping
from math import ceil

# Only characters of GSM 03.38: one other turns an SMS of 160 characters into three of 70.
ENGLISH: Mapping[str, str] = {
    "subject": "Your code for {application}",
    "sign_in": "{code} is your sign-in code for {application}.",
    "action": '{code} is your code for {application}, to approve: "{action}".',
    "bind": "{code} is the code by which {application} will know this {place}.",
    "voice_sign_in": "This is your sign-in code for {application}.",
    "voice_action": "This is your code for {application}, to approve: {action}.",
    "voice_bind": "This is the code by which {application} will know this {place}.",
    "voice_code": "The code is: {code}. Once more: {code}.",
    "life_one": "It is good for one minute.",
    "life": "It is good for {minutes} minutes.",
    "warning": "Never tell it to anyone.",
    "not_you": "If you did not ask for it, somebody else may know your password: change it.",
    "number": "number",
    "address": "address",
    "digits": "zero one two three four five six seven eight nine",
}
TEXTS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}

MOST_APPLICATION = 40
MOST_SMS = 160
# What is being approved may be long in a mail; a call must come to its end.
MOST_ACTION = {"sms": 70, "voice": 120, "email": 512}

_CUT = "..."

SIGN_IN, ACTION, BIND = "sign_in", "action", "bind"


def subject_of(application: str, *, language: str = "en") -> str:
    """Return the subject line of a mail; never with the code, which a locked screen would show."""
    return TEXTS[language]["subject"].format(application=plain(application, MOST_APPLICATION))


def body_of(
    channel: str, kind: str, code: str, *, application: str, action: str, seconds: float, language: str = "en"
) -> str:
    """Return the text of a message that brings *code*; *kind* is SIGN_IN, ACTION or BIND."""
    texts = TEXTS[language]
    named: dict[str, str] = {
        "code": code,
        "application": plain(application, MOST_APPLICATION),
        "action": plain(action.replace('"', "'"), MOST_ACTION[channel]),
        "place": texts["address" if channel == "email" else "number"],
    }
    life = _life(seconds, texts)
    if channel == "voice":
        said = texts["voice_code"].format(code=spelled(code, language))
        return " ".join((texts[f"voice_{kind}"].format(**named), said, life, texts["warning"]))
    if channel == "email":
        return "\n\n".join((texts[kind].format(**named), f"{life} {texts['warning']}", texts["not_you"])) + "\n"
    return _shortest(texts[kind], named, f"{life} {texts['warning']}")


def _life(seconds: float, texts: Mapping[str, str]) -> str:
    minutes = max(1, ceil(seconds / 60))
    return texts["life_one"] if minutes == 1 else texts["life"].format(minutes=minutes)


def _shortest(text: str, named: dict[str, str], ending: str) -> str:
    """Return the text of one SMS: what is being approved is cut before anything else is."""
    whole = f"{text.format(**named)} {ending}"
    if len(whole) <= MOST_SMS:
        return whole
    room = max(1, len(named["action"]) - (len(whole) - MOST_SMS))
    return f"{text.format(**named | {'action': plain(named['action'], room)})} {ending}"[:MOST_SMS]


def spelled(code: str, language: str = "en") -> str:
    """Return the digits one by one, in words, for a voice to read."""
    words = TEXTS[language]["digits"].split()
    return ", ".join(words[int(digit)] for digit in code)


def masked(to: str) -> str:
    """Return an address so that its owner knows it, and nobody learns it."""
    local, at, domain = to.partition("@")
    return f"{local[0]}•••@{domain}" if at else f"{to[:3]}•••{to[-2:]}"


def plain(text: str, most: int) -> str:
    """Return *text* on one line and at most *most* long, without controls, marks of direction or what has no form."""
    kept = "".join(" " if _category(each) == "Z" else each for each in text if _category(each) != "C" or each in "\n\t")
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: max(0, most - len(_CUT))].rstrip() + _CUT[:most]


def _category(character: str) -> str:
    return unicodedata.category(character)[0]
