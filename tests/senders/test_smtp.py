"""Mail over a real SMTP server: encrypted, logged in, and clear about what went wrong."""

import email
import email.policy
from dataclasses import replace

import pytest

from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.sender_url import SMTP, SMTPS, sender_url
from doorward.senders import smtp
from doorward.senders.smtp import SmtpSender, written

from .mail import NO_STARTTLS, PASSWORD, USER, free_port

NOW = 1_782_900_000.0
FROM = "Doorward <door@example.org>"
MAIL = Message("email", "anna@example.org", "471906", "471906 is your code «Zoë».\n", NOW, "Your code for web")


def sender(authority, port, *, scheme="smtp", login=f"{USER}:{PASSWORD}@", host="127.0.0.1", ca=True, more=""):
    query = "&".join(part for part in (f"ca={authority.ca}" if ca else "", more) if part)
    url = f"{scheme}://{login}{host}:{port}" + (f"?{query}" if query else "")
    return SmtpSender(sender_url(SMTP, SMTPS)(url), FROM)


def why(one):
    with pytest.raises(SenderUnavailable) as caught:
        one.send(MAIL)
    assert not isinstance(caught.value, PerhapsSent)
    return str(caught.value)


def test_a_certificate_of_nobody_that_is_trusted_is_refused(authority, mail_server):
    assert "certificate is not trusted" in why(sender(authority, mail_server().port, ca=False))


def test_a_certificate_of_another_name_is_refused(authority, mail_server):
    assert "certificate is not trusted" in why(sender(authority, mail_server().port, host="localhost"))


def test_a_server_without_starttls_gets_no_login_and_no_mail(authority, mail_server):
    box = mail_server(**NO_STARTTLS)

    assert "offers no STARTTLS" in why(sender(authority, box.port))
    assert box.mails == []


def test_a_login_that_is_refused_is_told_without_the_password(authority, mail_server):
    told = why(sender(authority, mail_server().port, login="door:wrong@"))

    assert told == "the message by email could not be handed over: the mail server refused the login (535)"


def test_an_address_that_is_refused_is_told_without_the_address(authority, mail_server):
    box = mail_server()
    box.answer = "550 no such user anna@example.org here"

    told = why(sender(authority, box.port))

    assert "refused the address" in told
    assert "anna" not in told


def test_a_server_that_is_not_there_is_told(authority):
    assert "could not be reached" in why(sender(authority, free_port()))


def test_a_server_that_never_speaks_is_left_in_time(authority, silent_port, monkeypatch):
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.2)

    assert "did not answer in time" in why(sender(authority, silent_port))


@pytest.mark.parametrize("tls", [True, False])
def test_a_mail_whose_taking_is_not_heard_of_may_have_been_taken(authority, mail_server, monkeypatch, tls):
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.7)
    box = mail_server(ssl_context=authority.server, **NO_STARTTLS) if tls else mail_server()
    box.slow = "DATA"

    with pytest.raises(PerhapsSent, match="did not answer in time; it may be on its way"):
        sender(authority, box.port, scheme="smtps" if tls else "smtp").send(MAIL)

    assert len(box.mails) == 1


def test_a_mail_that_was_never_begun_was_not_sent(authority, mail_server, monkeypatch):
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.7)
    box = mail_server()
    box.slow = "RCPT"

    assert why(sender(authority, box.port)).endswith("did not answer in time")
    assert box.mails == []


def test_a_mail_that_was_refused_when_it_was_whole_was_not_sent(authority, mail_server):
    box = mail_server()
    box.verdict = "554 no"

    assert why(sender(authority, box.port)).endswith("refused the message (554)")


@pytest.mark.parametrize("field", ["subject", "to"])
def test_a_line_break_begins_no_header_of_its_own(field):
    with pytest.raises(ValueError, match="linefeed"):
        written(replace(MAIL, **{field: "a@example.org\r\nBcc: eve@example.org"}), FROM)


def test_mail_arrives_over_starttls_with_all_its_headers(authority, mail_server):
    box = mail_server()

    sender(authority, box.port).send(MAIL)

    envelope = box.mails[0]
    read = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
    assert (envelope.mail_from, envelope.rcpt_tos) == ("door@example.org", ["anna@example.org"])
    assert box.encrypted == [True]
    assert (read["From"], read["To"], read["Subject"]) == (FROM, "anna@example.org", "Your code for web")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"] == "Wed, 01 Jul 2026 10:00:00 +0000"
    assert read["Message-ID"].endswith("@example.org>")
    assert read.get_content().replace("\r\n", "\n") == MAIL.body


def test_each_mail_has_an_id_of_its_own():
    assert written(MAIL, FROM)["Message-ID"] != written(MAIL, FROM)["Message-ID"]


def test_mail_arrives_over_tls_from_the_first_byte(authority, mail_server):
    box = mail_server(ssl_context=authority.server, **NO_STARTTLS)

    sender(authority, box.port, scheme="smtps").send(MAIL)

    assert len(box.mails) == 1


def test_mail_goes_in_clear_only_where_the_url_says_so(authority, mail_server):
    box = mail_server(**NO_STARTTLS)

    sender(authority, box.port, login="", ca=False, more="tls=none").send(MAIL)

    assert box.encrypted == [False]
