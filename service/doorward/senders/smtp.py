"""Mail by SMTP: STARTTLS or TLS with the certificate verified, and a login where the URL has one."""

import secrets
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from typing import Any

from doorward.ceremony import Message
from doorward.core.errors import AddressRefused, PerhapsSent, SenderUnavailable
from doorward.core.sender_url import SMTPS, SenderUrl

STEP_SECONDS = 4.0
GOODBYE_SECONDS = 1.0


class _Watching(smtplib.SMTP):
    """Knows whether a mail was begun: from then on the server may have it, whatever is heard of it."""

    has_begun = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.has_begun = True
        return super().data(msg)


class _WatchingTls(_Watching, smtplib.SMTP_SSL):
    pass


class SmtpSender:
    """Sends each message over a connection of its own, as mail from *mail_from*."""

    def __init__(self, url: SenderUrl, mail_from: str) -> None:
        self._url = url
        self._from = mail_from
        self._address = parseaddr(mail_from)[1]
        self._tls = ssl.create_default_context(cafile=url.ca or None)

    def send(self, message: Message) -> None:
        """Return when the server has taken the message; SenderUnavailable says why it has not.

        PerhapsSent where the mail was begun, and no answer came.
        """
        mail = written(message, self._from)
        try:
            self._deliver(mail, message.to)
        except smtplib.SMTPRecipientsRefused as failure:
            raise AddressRefused(message.channel, _why(failure)) from None
        except (smtplib.SMTPException, OSError) as failure:
            raise SenderUnavailable(message.channel, _why(failure)) from None

    def _deliver(self, mail: EmailMessage, to: str) -> None:
        server = self._connected()
        try:
            if self._url.user:
                server.login(self._url.user, self._url.password)
            self._hand_over(server, mail, to)
            # The mail is out: whatever becomes of the goodbye must not be told as a failure.
            with suppress(smtplib.SMTPException, OSError):
                if server.sock is not None:
                    server.sock.settimeout(GOODBYE_SECONDS)
                server.quit()
        finally:
            server.close()

    def _hand_over(self, server: _Watching, mail: EmailMessage, to: str) -> None:
        try:
            server.send_message(mail, self._address, [to])
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
            raise
        except (smtplib.SMTPException, OSError) as failure:
            if not server.has_begun:
                raise
            raise PerhapsSent("email", _why(failure)) from None

    def _connected(self) -> _Watching:
        """Return a connection that is encrypted, unless the URL says otherwise; it never falls back to clear text."""
        name = self._address.partition("@")[2]  # asking the resolver for a name of our own could take long
        host, port = self._url.host, self._url.port
        if self._url.kind == SMTPS:
            return _WatchingTls(host, port, name, timeout=STEP_SECONDS, context=self._tls)
        server = _Watching(host, port, name, timeout=STEP_SECONDS)
        try:
            if self._url.encrypted:
                server.starttls(context=self._tls)
        except BaseException:
            server.close()
            raise
        return server


def written(message: Message, mail_from: str) -> EmailMessage:
    """Return *message* as a mail; a line break in a header raises ValueError instead of beginning another one."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = mail_from
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(int(message.at), UTC))
    domain = parseaddr(mail_from)[1].partition("@")[2]
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    # RFC 3834: no robot is to answer this.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _why(failure: Exception) -> str:
    """Return what went wrong, without what the server said: it may repeat the address or the login."""
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return f"the mail server refused the login ({failure.smtp_code})"
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return "the mail server refused the address"
    if isinstance(failure, smtplib.SMTPNotSupportedError):
        return "the mail server offers no STARTTLS, or no login"
    if isinstance(failure, smtplib.SMTPResponseException):
        return f"the mail server refused the message ({failure.smtp_code})"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return "the mail server's certificate is not trusted"
    if isinstance(failure, TimeoutError) or isinstance(failure.__context__, TimeoutError):  # smtplib wraps some
        return "the mail server did not answer in time"
    return "the mail server could not be reached, or ended the conversation"
