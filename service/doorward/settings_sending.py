"""The settings of codes that are sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from doorward.core.send_limits import LIMITS
from doorward.core.sender_url import CONSOLE, FORM, SMTP, SMTPS, WEBHOOK, SenderUrl, sender_url
from doorward.core.throttle import Limit
from doorward.core.webhook_keys import webhook_keys
from doorward.settings_parsers import Parser, existing_file, whole_number
from doorward.settings_row import Setting

_PHONE_PREFIX = re.compile(r"\+[1-9][0-9]{0,13}\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}\Z")
_LIMIT = re.compile(r"([a-z]+)=([0-9]{1,7})/([0-9]{1,7})/([0-9]{1,7})\Z")


def phone_prefixes(text: str) -> tuple[str, ...]:
    """Read beginnings of numbers in E.164, separated by commas; an empty text means any number."""
    prefixes = tuple(part.strip() for part in text.split(",") if part.strip())
    wrong = [each for each in prefixes if not _PHONE_PREFIX.match(each)]
    if wrong:
        raise ValueError(f"expected beginnings of numbers such as +49 or +4915, separated by commas, got '{wrong[0]}'")
    return prefixes


def send_limits(text: str) -> Mapping[str, Limit]:
    """Read limits as `name=count/seconds/burst`, separated by commas; those that are not named keep their default."""
    limits = dict(LIMITS)
    for part in (part.strip() for part in text.split(",") if part.strip()):
        match = _LIMIT.match(part)
        if match is None or match[1] not in LIMITS or not all(map(int, match.groups()[1:])):
            names = ", ".join(LIMITS)
            raise ValueError(f"expected name=count/seconds/burst with a name of {names} and no 0, got '{part}'")
        limits[match[1]] = Limit(int(match[2]), int(match[3]), int(match[4]))
    return limits


def carried_by(*kinds: str) -> Parser:
    """Return a parser of the URLs of senders of *kinds*; a file of certificates that they name must be there."""
    read = sender_url(*kinds)

    def parse(text: str) -> SenderUrl:
        url = read(text)
        if url.ca:
            existing_file(url.ca)
        return url

    return parse


def mail_from(text: str) -> str:
    """Read an address, with or without a name before it: `Doorward <door@example.org>`."""
    address = parseaddr(text)[1]
    if not _ADDRESS.match(address) or not text.isascii() or not text.isprintable() or len(text) > 320:
        raise ValueError("expected an address, such as Doorward <door@example.org>")
    return text


SENDING = (
    Setting(
        "smtp_url",
        carried_by(SMTP, SMTPS, WEBHOOK, CONSOLE),
        "",
        "Who carries mail: `smtp://user:password@host:587` (STARTTLS; `?tls=none`), `smtps://user:password@host:465` "
        "or `webhook+https://host/path`, each with `?ca=file` for a certificate authority of your own.",
        shown="nobody: nothing is sent by mail",
        secret=True,
    ),
    Setting("mail_from", mail_from, "", "From whom mail comes, such as `Doorward <door@example.org>`.", shown="none"),
    Setting(
        "sms_url",
        carried_by(WEBHOOK, FORM, CONSOLE),
        "",
        "Who carries SMS: `webhook+https://host/path`, or `form+https://user:password@host/path?from=+15550001111` "
        "for an API like Twilio's. `console:` prints codes, for development alone.",
        shown="nobody: nothing is sent by SMS",
        secret=True,
    ),
    Setting(
        "voice_url",
        carried_by(WEBHOOK, FORM, CONSOLE),
        "",
        "Who carries calls, as for SMS.",
        shown="nobody: nobody is called",
        secret=True,
    ),
    Setting(
        "push_url",
        carried_by(WEBHOOK),
        "",
        "Who wakes the devices of pushes: `webhook+https://host/path`. It is told two ids, and no number.",
        shown="nobody: devices look by themselves",
        secret=True,
    ),
    Setting(
        "webhook_secret",
        webhook_keys,
        "",
        "Signs the web-hooks of senders: `whsec_` and 24 to 64 bytes in base64. Several, with commas, all sign.",
        shown="none",
        secret=True,
    ),
    Setting("code_digits", whole_number(6, 8), "6", "Digits of a code that is sent; SP 800-63B-4 takes none below 6."),
    Setting(
        "code_ttl",
        whole_number(60, 600),
        "300",
        "Seconds in which a code by SMS or voice must be typed; one by mail has 600.",
    ),
    Setting(
        "phone_prefixes",
        phone_prefixes,
        "",
        "Beginnings of the numbers that may be bound, separated by commas, such as `+49,+43`.",
        shown="any number",
    ),
    Setting(
        "send_limits",
        send_limits,
        "",
        "Budgets of sending that are not as in docs/senders.md: `name=count/seconds/burst`, separated by commas, "
        "such as `tenant=9000/3600/900,prefix=600/3600/200`.",
        shown="those of docs/senders.md",
    ),
)
# What a field holds where the environment says nothing and its row has no text to say it by.
SENDING_DEFAULTS: Mapping[str, Any] = {
    "phone_prefixes": (),
    "send_limits": LIMITS,
    "mail_from": "",
    "webhook_secret": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingSettings:
    """What the service was told about sending; the rows of `SENDING` say what each field means."""

    smtp_url: SenderUrl | None = field(default=None, repr=False)
    mail_from: str = ""
    sms_url: SenderUrl | None = field(default=None, repr=False)
    voice_url: SenderUrl | None = field(default=None, repr=False)
    push_url: SenderUrl | None = field(default=None, repr=False)
    webhook_secret: tuple[bytes, ...] = field(default=(), repr=False)
    code_digits: int = 6
    code_ttl: int = 300
    phone_prefixes: tuple[str, ...] = ()
    send_limits: Mapping[str, Limit] = field(default_factory=lambda: LIMITS)


def contradictions(values: Mapping[str, Any]) -> list[str]:
    """Return what does not go together in the settings of sending."""
    urls = [values[name] for name in ("smtp_url", "sms_url", "voice_url", "push_url") if values[name] is not None]
    kinds = {url.kind for url in urls}
    mistakes = []
    if kinds & {SMTP, SMTPS} and not values["mail_from"]:
        mistakes.append("DOORWARD_MAIL_FROM: DOORWARD_SMTP_URL is set; say from whom mail comes")
    if WEBHOOK in kinds and not values["webhook_secret"]:
        mistakes.append("DOORWARD_WEBHOOK_SECRET: a sender is a web-hook; say what it is signed with")
    return mistakes
