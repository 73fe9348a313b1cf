"""A signed web-hook for any gateway, by the Standard Webhooks specification."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import sleep

import requests
from standardwebhooks.webhooks import Webhook

from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.sender_url import SenderUrl
from doorward.core.times import rfc3339
from doorward.senders.gateway import posted, refusal, refused, unanswered

# About five seconds in all: how long each try may take, and the wait before the next.
TRY_SECONDS = (2.5, 1.5, 1.0)
WAIT_SECONDS = (0.2, 0.4, 0.0)
_TRIED_AGAIN = frozenset({408, 425, 429})


class WebhookSender:
    """Posts each message to *url*, signed with every one of *keys*, so that a gateway may change from one to another.

    All tries of a message have one `webhook-id`: a gateway that took the first can drop the others.
    """

    def __init__(self, url: SenderUrl, keys: Sequence[bytes], *, wait: Callable[[float], None] = sleep) -> None:
        self._url = url
        self._signers = [Webhook(key) for key in keys]
        self._wait = wait

    def send(self, message: Message) -> None:
        """Return when the gateway has answered 2xx; SenderUnavailable after the last try, or a plain refusal.

        PerhapsSent where any of the tries may have been taken, whatever was answered to a later one.
        """
        body = _body(message)
        headers = self._signed(body, message.at)
        tried: list[SenderUnavailable] = []
        for seconds, pause in zip(TRY_SECONDS, WAIT_SECONDS, strict=True):
            try:
                status = posted(self._url, body, headers, connect_seconds=seconds, read_seconds=seconds)
            except requests.RequestException as failure:
                tried.append(unanswered(message.channel, failure))
            else:
                if 200 <= status < 300:
                    return
                tried.append(refused(message.channel, status, refusal(status)))
                if status < 500 and status not in _TRIED_AGAIN:
                    break
            self._wait(pause)
        raise next((each for each in tried if isinstance(each, PerhapsSent)), tried[-1])

    def _signed(self, body: bytes, at: float) -> dict[str, str]:
        name, instant = f"msg_{secrets.token_hex(16)}", datetime.fromtimestamp(int(at), UTC)
        signatures = [signer.sign(name, instant, body.decode()) for signer in self._signers]
        return {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(at)),
            "webhook-signature": " ".join(signatures),
        }


def _body(message: Message) -> bytes:
    told = {"channel": message.channel, "to": message.to, "body": message.body}
    told |= {"code": message.code} if message.code else {}
    told |= {"subject": message.subject} if message.subject else {}
    event = {"type": "message.send", "timestamp": rfc3339(message.at), "data": told}
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
