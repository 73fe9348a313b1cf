"""One secret of each of Doorward's own kinds, made up anew each time: what does not find these finds no other."""

import base64
import secrets
from collections.abc import Callable, Mapping


def _drawn(size: int) -> str:
    return secrets.token_urlsafe(size)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


# What each rule of scan_rules.yaml is to find: the secret, and the line in which it is planted.
KINDS: Mapping[str, tuple[Callable[[], str], str]] = {
    "doorward.api-key": (lambda: f"dwk_{_drawn(32)}", "curl -H 'Authorization: Bearer {}'"),
    "doorward.device-token": (lambda: f"dvt_{_drawn(16)}.{_drawn(32)}", '{{"device_token": "{}"}}'),
    "doorward.grant": (lambda: f"grt_{_drawn(16)}.{_drawn(32)}", '{{"enrolment_grant": "{}"}}'),
    "doorward.receipt": (lambda: f"rcp_{_drawn(16)}", "https://www.example.com/account?receipt={}&challenge=x"),
    "doorward.link": (lambda: f"wty_{_drawn(96)}", "https://auth.example.com/was-this-you/{}"),
    "doorward.webhook-secret": (lambda: f"whsec_{_key()}", "secret: {}"),
    "doorward.hashing-secret": (_key, "DOORWARD_SECRET={}"),
    "doorward.sealing-keys": (lambda: f"k1:{_key()}", 'DOORWARD_ENCRYPTION_KEYS: "{}"'),
}


def planted() -> tuple[str, dict[str, str]]:
    """Return a text with one secret of each kind, and what each rule is to find in it."""
    made = {rule: make() for rule, (make, _) in KINDS.items()}
    return "".join(line.format(made[rule]) + "\n" for rule, (_, line) in KINDS.items()), made
