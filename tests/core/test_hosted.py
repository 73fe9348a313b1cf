"""What is kept of a challenge in a page of ours: whose browser it is, and the way back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.hosted import RECEIPT_SECONDS, Hosted, browser_of, says_ours

ID = "chl_" + "A" * 22
RECEIPT = "rcp_" + "A" * 22
PASSED = Hosted(browser=browser_of(ID, "secret"), return_to="https://a.example/", receipt=RECEIPT, passed_at=100.0)


@pytest.mark.parametrize(("challenge", "secret"), [(ID, "other"), (ID, ""), ("chl_" + "B" * 22, "secret")])
def test_another_browser_or_challenge_is_not_its_own(challenge, secret):
    assert not PASSED.is_of(challenge, secret)


def test_nobody_is_the_browser_of_what_was_never_opened():
    assert not Hosted().is_of(ID, "")


@pytest.mark.parametrize(
    ("receipt", "now"),
    [("", 100.0), ("rcp_" + "B" * 22, 100.0), (RECEIPT, 99.9), (RECEIPT, 100.0 + RECEIPT_SECONDS), ("é", 100.0)],
)
def test_a_receipt_that_is_wrong_early_or_late_is_none(receipt, now):
    assert not PASSED.is_receipt(receipt, now)


def test_an_empty_receipt_is_none_where_none_was_given():
    assert not Hosted(passed_at=100.0).is_receipt("", 100.0)


@pytest.mark.parametrize("query", ["challenge=x", "a=b&status=", "%72eceipt=1", "receipt"])
def test_an_address_that_says_what_the_page_will_say_is_seen(query):
    assert says_ours(f"https://a.example/?{query}")


WORD = st.text(alphabet="abcXYZ019-._~", max_size=8)


@given(path=WORD, query=st.dictionaries(WORD.filter(bool), WORD.filter(bool), max_size=3), fragment=WORD)
def test_the_way_back_keeps_what_was_there_and_adds_its_own_once(path, query, fragment):
    asked = f"https://a.example/{path}" + ("?" if query else "")
    asked += "&".join(f"{name}={value}" for name, value in query.items()) + (f"#{fragment}" if fragment else "")

    back = urlsplit(Hosted(browser="x", return_to=asked, receipt=RECEIPT).way_back(ID, "passed"))

    expected = {name: [value] for name, value in query.items()}
    assert parse_qs(back.query) == expected | {"challenge": [ID], "status": ["passed"], "receipt": [RECEIPT]}
    assert (back.netloc, back.path, back.fragment) == ("a.example", f"/{path}", fragment)


def test_nothing_leads_back_where_no_address_is_known():
    assert Hosted().way_back(ID, "expired") == ""


def test_what_is_kept_is_read_as_it_was():
    assert Hosted.from_json(PASSED.to_json()) == PASSED
    assert Hosted().to_json() == {}
