"""Origins and RP ids: what looks like ours and is not, first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.origins import covers, is_local, is_origin, is_rp_id, is_within, origin_of


@pytest.mark.parametrize(
    "text",
    [
        "http://example.com",
        "https://example.com/",
        "https://example.com:443",
        "https://example.com:0",
        "https://example.com:65536",
        "https://example.com:08",
        "https://Example.com",
        "https://example.com.",
        "https://exämple.com",
        "https://example..com",
        "https://-example.com",
        "https://user@example.com",
        "https://example.com\n",
        "https:/example.com",
        "//example.com",
        "ftp://localhost",
        "http://localhost.example.com",
        "http://localhost:80",
        "https://" + "a." * 140 + "com",
        "",
    ],
)
def test_what_a_browser_would_not_send_as_a_secure_origin_is_none(text):
    assert not is_origin(text)


@pytest.mark.parametrize(
    "text",
    ["https://example.com", "https://a.example.com:8443", "http://localhost", "http://localhost:8089"],
)
def test_a_secure_origin_is_taken_as_it_is(text):
    assert origin_of(text) == text


@pytest.mark.parametrize(
    "text", ["com", "192.0.2.1", "Example.com", "example.com.", "example.com:1", "", "a_b.c", "*.a.b"]
)
def test_an_rp_id_is_a_domain(text):
    assert not is_rp_id(text)


@pytest.mark.parametrize("origin", ["https://evil-example.com", "https://example.com.evil.org", "https://com", ""])
def test_a_foreign_host_is_not_covered_by_an_rp_id(origin):
    assert not covers("example.com", origin)


def test_an_rp_id_covers_its_own_host_and_those_below():
    assert covers("example.com", "https://example.com")
    assert covers("example.com", "https://a.b.example.com:8443")


def test_only_localhost_itself_is_local():
    assert is_local("http://localhost:5000")
    assert not is_local("http://localhost.example.com")
    assert not is_local("http://127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/accounts",
        "https://shop.example/account/../admin",
        "https://shop.example/account/%2E%2e/admin",
        "https://shop.example/account/..",
        "https://shop.example\\@evil.org/account",
        "https://shop.example@evil.org/account",
        "https://shop.example:1@evil.org/account",
        "https://shop.example.evil.org/account",
        "https://shop.example:8443/account",
        "http://shop.example/account",
        "//shop.example/account",
        "javascript:alert(1)//https://shop.example/account",
        "https://shop.example/account x",
        "https://shop.example/account\r\nSet-Cookie: a=b",
        "https://shop.example/account/" + "a" * 2048,
        "",
    ],
)
def test_an_address_that_only_looks_allowed_is_not_within(url):
    assert not is_within(url, ["https://shop.example/account"])


@pytest.mark.parametrize("rest", ["", "/", "/2fa", "/2fa?ok=1", "?ok=1", "#top", "/a..b", "?next=/../x"])
def test_an_allowed_address_and_what_lies_below_are_within(rest):
    assert is_within(f"https://shop.example/account{rest}", ["https://shop.example/account"])


def test_a_bare_origin_allows_every_path_of_it():
    assert is_within("https://shop.example/any/where", ["https://shop.example"])


@given(st.text(max_size=40))
def test_no_path_moves_an_origin(path):
    assert origin_of(f"https://shop.example/{path}") == "https://shop.example"


@given(st.text(max_size=40))
def test_nothing_that_follows_a_host_at_once_leads_back_to_it(rest):
    within = is_within(f"https://shop.example{rest}", ["https://shop.example"])

    assert not within or rest[:1] in ("", "/", "?", "#")
