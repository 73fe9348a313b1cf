"""Who carries messages; `open_senders` picks by the kind of each channel's URL."""

from collections.abc import Mapping

from doorward.ceremony import Sender
from doorward.core.sender_url import SMTP, SMTPS, SenderUrl
from doorward.senders.bounded import Bounded
from doorward.senders.smtp import SmtpSender


def open_senders(urls: Mapping[str, SenderUrl | None], *, mail_from: str, most: int) -> dict[str, Sender]:
    """Return a sender for every channel that has a URL; each carries at most *most* messages at once."""
    return {channel: Bounded(_sender(url, mail_from), most=most) for channel, url in urls.items() if url is not None}


def _sender(url: SenderUrl, mail_from: str) -> Sender:
    if url.kind in (SMTP, SMTPS):
        return SmtpSender(url, mail_from)
    raise ValueError(f"there is no sender of the kind {url.kind}")
