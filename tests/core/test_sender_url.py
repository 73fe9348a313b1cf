"""Who carries messages, as a URL: what is read of it, and what is refused without repeating it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.sender_url import CONSOLE, FORM, SMTP, SMTPS, WEBHOOK, is_loopback, sender_url

read = sender_url(SMTP, SMTPS, WEBHOOK, FORM, CONSOLE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "smtp",
        "smtp://",
        "smtp://host:0",
        "smtp://host:99999",
        "smtp://host/path",
        "smtp://host#x",
        "smtp://user@host",
        "smtp://user:pw@mail.example.org?tls=none",
        "smtps://host?tls=none",
        "smtp://host?tls=off",
        "smtp://host?tls=none&tls=none",
        "smtp://host?ca=",
        "smtp://host?x=1",
        "smtp://ho st",
        "smtp://host\r\nX: y",
        "http://gateway.example.org/",
        "webhook://gateway.example.org/",
        "webhook+http://gateway.example.org/",
        "webhook+https://user:pw@gateway.example.org/",
        "webhook+https://gateway.example.org/?token=1",
        "webhook+ftp://localhost/",
        "form+https://gateway.example.org/?from=+15550001111",
        "form+https://user:pw@gateway.example.org/",
        "form+https://user:pw@gateway.example.org/?from=a%0Ab",
        "form+http://user:pw@gateway.example.org/?from=+15550001111",
        "console:x",
    ],
)
def test_what_carries_nothing_is_refused_without_its_password(text):
    with pytest.raises(ValueError, match="expected smtp://") as caught:
        read(text)

    assert "pw" not in str(caught.value).replace("password", "")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        read(text)


def test_a_kind_that_is_not_for_the_channel_is_refused():
    with pytest.raises(ValueError, match="expected console"):
        sender_url(CONSOLE)("smtp://host")


def test_mail_servers_are_read():
    plain, secure = read("smtp://u%40x:p%3Aw@mail.example.org"), read("smtps://[::1]:4650?ca=/etc/ca.pem")

    assert (plain.host, plain.port, plain.user, plain.password, plain.encrypted) == (
        "mail.example.org", 587, "u@x", "p:w", True,
    )  # fmt: skip
    assert (secure.host, secure.port, secure.ca) == ("::1", 4650, "/etc/ca.pem")
    assert not read("smtp://mailbox:1025?tls=none").encrypted
    assert read("smtps://mail.example.org").port == 465


def test_gateways_are_read():
    hook = read("webhook+https://gateway.example.org:8443/send?ca=/etc/ca.pem")
    form = read("form+https://AC1:secret@api.example.org/2010/Messages.json?from=+15550001111")

    assert hook.target == "https://gateway.example.org:8443/send"
    assert form.target == "https://api.example.org/2010/Messages.json"
    assert (form.user, form.password, form.sender) == ("AC1", "secret", "+15550001111")
    assert read("webhook+http://127.0.0.1:9000/x").encrypted is False
    assert read("console:").kind == CONSOLE


def test_what_is_shown_of_a_url_holds_no_password():
    assert "secret" not in repr(read("form+https://AC1:secret@api.example.org/x?from=Door"))
    assert "secret" not in repr(read("smtp://u:secret@host"))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("localhost.example.org", False)],
)
def test_loopback_is_known(host, expected):
    assert is_loopback(host) is expected
