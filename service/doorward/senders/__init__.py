"""Who carries messages; `open_senders` picks by the kind of each channel's URL."""

from collections.abc import Mapping, Sequence

from doorward.ceremony import Sender
from doorward.core.sender_url import CONSOLE, FORM, SMTP, SMTPS, WEBHOOK, SenderUrl
from doorward.senders.bounded import Bounded
from doorward.senders.console import Console
from doorward.senders.form import FormSender
from doorward.senders.smtp import SmtpSender
from doorward.senders.webhook import WebhookSender


def open_senders(
    urls: Mapping[str, SenderUrl | None], *, mail_from: str, webhook_keys: Sequence[bytes], most: int
) -> dict[str, Sender]:
    """Return a sender for every channel that has a URL; each carries at most *most* messages at once."""
    named = {channel: url for channel, url in urls.items() if url is not None}
    return {channel: Bounded(_sender(url, mail_from, webhook_keys), most=most) for channel, url in named.items()}


def _sender(url: SenderUrl, mail_from: str, webhook_keys: Sequence[bytes]) -> Sender:
    if url.kind in (SMTP, SMTPS):
        return SmtpSender(url, mail_from)
    if url.kind == WEBHOOK:
        return WebhookSender(url, webhook_keys)
    if url.kind == FORM:
        return FormSender(url)
    if url.kind == CONSOLE:
        return Console()
    raise ValueError(f"there is no sender of the kind {url.kind}")
