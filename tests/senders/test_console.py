"""The sender of development: loud, masked, and never there by itself."""

from doorward.ceremony import Message
from doorward.core.sender_url import CONSOLE, sender_url
from doorward.senders import open_senders
from doorward.senders.console import WARNING
from doorward.settings import load

SMS = Message("sms", "+4915112345678", "471906", "471906 is your code, to approve: «Pay 950.00 EUR».", 0.0)


def test_no_channel_has_a_sender_without_a_word():
    settings = load({})

    assert (settings.smtp_url, settings.sms_url, settings.voice_url) == (None, None, None)


def test_a_code_is_printed_with_a_warning_and_a_masked_address(capsys):
    sender = open_senders({"sms": sender_url(CONSOLE)("console:")}, mail_from="", webhook_keys=(), most=1)["sms"]

    sender.send(SMS)

    printed = capsys.readouterr()
    assert printed.err.count(WARNING) == 2
    assert "sms to +49•••78: 471906" in printed.err
    assert SMS.to not in printed.err
    assert printed.out == ""
