"""A gateway that takes a form: `To`, `From` and `Body` with a login, as Twilio's API and those made like it."""

from urllib.parse import urlencode
from xml.sax.saxutils import escape

import requests

from doorward.ceremony import Message
from doorward.core.sender_url import SenderUrl
from doorward.senders.gateway import posted, refusal, refused, unanswered

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0


class FormSender:
    """Posts each message once: nothing in a form tells a second try from a second message, and each one costs."""

    def __init__(self, url: SenderUrl) -> None:
        self._url = url

    def send(self, message: Message) -> None:
        """Return when the gateway has answered 2xx; SenderUnavailable or PerhapsSent says why it has not."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            status = posted(
                self._url,
                urlencode(self._form(message)).encode(),
                headers,
                connect_seconds=CONNECT_SECONDS,
                read_seconds=READ_SECONDS,
            )
        except requests.RequestException as failure:
            raise unanswered(message.channel, failure) from None
        if not 200 <= status < 300:
            raise refused(message.channel, status, _why(status))

    def _form(self, message: Message) -> dict[str, str]:
        form = {"To": message.to, "From": self._url.sender}
        if message.channel == "voice":
            return form | {"Twiml": f"<Response><Say>{escape(message.body)}</Say></Response>"}
        return form | {"Body": message.body}


def _why(status: int) -> str:
    if status in (401, 403):
        return f"the gateway refused the login ({status})"
    if 400 <= status < 500 and status != 429:
        return f"the gateway refused the message ({status}), and would again"
    return refusal(status)
