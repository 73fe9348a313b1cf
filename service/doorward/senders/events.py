"""Events for an operator's own systems, as web-hooks that are signed by the Standard Webhooks specification."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from doorward.ceremony import Subscription
from doorward.core.errors import SenderUnavailable
from doorward.core.webhook_keys import webhook_keys
from doorward.senders.gateway import posted, refusal, why_not

CHANNEL = "webhook"
CONNECT_SECONDS = 2.0
READ_SECONDS = 3.0


class EventHook:
    """Posts events; implements `ceremony.Hook`.

    The secret is read for each try, so that a mounted file can be changed while the service runs.
    """

    def post(self, hook: Subscription, name: str, event: Mapping[str, Any], now: float) -> None:
        """Return when the receiver has answered 2xx; SenderUnavailable for anything else.

        *name* is the same in every try of an event, so that a receiver can drop what it has taken before; the time
        that is signed is that of the try, for receivers refuse what is older than some minutes.
        """
        body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        headers = _signed(hook, name, body, now)
        try:
            status = posted(
                hook.url, body.encode(), headers, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS
            )
        except requests.RequestException as failure:
            raise SenderUnavailable(CHANNEL, why_not(failure)) from None
        if not 200 <= status < 300:
            raise SenderUnavailable(CHANNEL, refusal(status))


def _signed(hook: Subscription, name: str, body: str, now: float) -> dict[str, str]:
    instant = datetime.fromtimestamp(int(now), UTC)
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(Webhook(key).sign(name, instant, body) for key in _keys(hook.secret_file)),
    }


def _keys(path: str) -> tuple[bytes, ...]:
    try:
        return webhook_keys(Path(path).read_text(encoding="ascii").strip())
    except (OSError, ValueError):  # a text that is not ASCII is a ValueError too
        raise SenderUnavailable(CHANNEL, "the file of its secret cannot be read, or holds none") from None
