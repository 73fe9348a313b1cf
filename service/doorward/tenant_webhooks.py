"""The part of `tenant.yaml` that says which of the tenant's own systems hear of what happens."""

from pathlib import Path

from doorward.ceremony import Subscription
from doorward.core.notices import BY_NAME
from doorward.core.sender_url import WEBHOOK, SenderUrl, sender_url
from doorward.core.webhook_keys import webhook_keys
from doorward.policy.findings import quoted
from doorward.policy.section import Section
from doorward.policy.source import Fields, Items

HOOK_KEYS = ("url", "secret_file", "events")
MAX_HOOKS = 8
MAX_SECRET_BYTES = 4096

_URL = sender_url(WEBHOOK)


def read_webhooks(section: Section) -> tuple[Subscription, ...]:
    """Return the web-hooks of a tenant; every mistake is reported, a secret that cannot be read among them."""
    node = section.node("webhooks")
    if node is None:
        return ()
    entries = node.items if isinstance(node, Items) else ()
    if not isinstance(node, Items) or not all(isinstance(each, Fields) for each in entries):
        section.error(node.place, "wrong-type", "'webhooks' is no list of mappings, expected url, secret_file, events")
    if len(entries) > MAX_HOOKS:
        message = f"'webhooks' has {len(entries)} entries, expected at most {MAX_HOOKS}"
        section.error(section.place_of_key("webhooks"), "too-many", message)
    parts = [each for each in entries[:MAX_HOOKS] if isinstance(each, Fields)]
    return tuple(_hook(Section(each, section.report, known=HOOK_KEYS, what="web-hook")) for each in parts)


def _hook(section: Section) -> Subscription:
    section.require("url", "secret_file")
    return Subscription(_url(section), _secret_file(section), _events(section))


def _url(section: Section) -> SenderUrl:
    url = section.scalar("url")
    try:
        return _URL(f"{WEBHOOK}+{url.value}") if url else SenderUrl(WEBHOOK)
    except ValueError:
        # Not quoted: what stands behind a ? may be a token.
        message = "'url' is none that is used here, expected https (http on loopback) and no user, query or fragment"
        section.error(url.place if url else section.place, "bad-value", message)
        return SenderUrl(WEBHOOK)


def _secret_file(section: Section) -> str:
    named = section.scalar("secret_file")
    if named is None:
        return ""
    try:
        with Path(named.value).open(encoding="ascii") as file:
            webhook_keys(file.read(MAX_SECRET_BYTES).strip())
    except (OSError, ValueError):
        message = f"'secret_file' is {quoted(named.value)}, expected a file that holds whsec_ and 24 bytes or more"
        section.error(named.place, "bad-secret", message)
    return named.value


def _events(section: Section) -> tuple[str, ...]:
    names = section.texts("events")
    for each in names:
        if each.value not in BY_NAME:
            section.report.unknown_name(each.place, "event", each.value, BY_NAME)
    if "events" in section and not names:
        section.error(section.place_of_key("events"), "bad-value", "'events' is empty; without it all are told")
    return tuple(each.value for each in names)
