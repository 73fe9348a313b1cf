"""The hosted page over HTTP: who may open it, where it leads, what it gives back. Browsers are in tests/browser."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.ceremony import Realm

from ..line.conftest import house_in, login
from .conftest import ADMIN, bound_totp, challenged, code_of
from .test_recovering import TWO

BACK = "https://shop.example/account"
WRONG = "000000"


@pytest.fixture
def house(tmp_path):
    """A house whose tenant lets the page lead back to its shop."""
    made = house_in(tmp_path, outside={"realm_of": lambda tenant: Realm(tenant, name="Shop", return_to=(BACK,))})
    yield made
    made.wiring.stop()


class Browser:
    """A browser that keeps its cookie and fills in forms."""

    def __init__(self, house, challenge):
        self.client = house.client.application.test_client()
        self.path = f"/challenge/{challenge['id']}"

    def look(self, **query):
        return self.client.get(self.path, query_string=query, base_url="https://auth.example")

    def act(self, do, *, token=None, headers=None, tenant=None, **fields):
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.look().text)
        sent = {"token": found[1] if token is None and found else token or "", "do": do, **fields}
        query = {"tenant": tenant} if tenant else {}
        return self.client.post(
            self.path, data=sent, query_string=query, base_url="https://auth.example", headers=headers or {}
        )

    def answer(self, authenticator, code, **more):
        return self.act("verify", authenticator=authenticator, code=code, **more)

    def receipt(self):
        """Return what the page leads back with."""
        found = re.search(r'class="main" href="([^"]+)"', self.look().text)
        return {name: values[0] for name, values in parse_qs(urlsplit(found[1].replace("&amp;", "&")).query).items()}


def opened(house, challenge, **query):
    browser = Browser(house, challenge)
    answer = browser.look(return_to=BACK, **query)
    assert answer.status_code == 200, answer.text
    return browser


def collect(house, challenge, receipt):
    return house.post(f"/v1/challenges/{challenge['id']}/result", {"receipt": receipt})


def said(answer):
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query).get("said", [""])[0]


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "https://shop.example.evil.example/account", "javascript:alert(1)", "//evil.example", "",
     f"{BACK}/../x", f"{BACK}?receipt=rcp_x", f"{BACK}\\@evil.example", "http://shop.example/account"],
)  # fmt: skip
def test_the_page_leads_nowhere_but_where_the_tenant_allows(house, address):
    bound_totp(house)

    answer = Browser(house, challenged(house)).look(return_to=address)

    assert answer.status_code == 422
    assert "<form" not in answer.text
    assert "href" not in answer.text


def test_another_browser_is_refused_and_learns_nothing(house):
    bound_totp(house)
    challenge = challenged(house)
    opened(house, challenge)

    other = Browser(house, challenge).look(return_to=BACK)

    assert other.status_code == 403
    assert "another browser" in other.text
    assert "account.export" not in other.text


def test_whatever_checks_links_does_not_take_the_challenge(house):
    bound_totp(house)
    challenge = challenged(house)
    house.client.head(f"/challenge/{challenge['id']}?return_to={BACK}")

    assert opened(house, challenge)


def test_a_form_of_another_site_is_refused_and_costs_nothing(house):
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)

    without = browser.answer(made["id"], code_of(house, made), token="0" * 64)
    across = browser.answer(made["id"], code_of(house, made), headers={"Sec-Fetch-Site": "cross-site"})

    assert (without.status_code, across.status_code) == (403, 403)
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"] == 5


def test_a_tenant_without_an_address_to_return_to_has_no_page(tmp_path):
    house = house_in(tmp_path)
    bound_totp(house)

    assert Browser(house, challenged(house)).look(return_to=BACK).status_code == 404
    house.wiring.stop()


def test_a_challenge_of_another_tenant_is_not_there(house):
    bound_totp(house)
    challenge = challenged(house)

    assert Browser(house, challenge).look(return_to=BACK, tenant="other").status_code == 404


def test_a_wrong_code_is_said_and_counted(house):
    made = bound_totp(house)
    browser = opened(house, challenged(house))

    answer = browser.answer(made["id"], WRONG)

    assert said(answer) == "wrong_code"
    assert "4 attempts left" in browser.look(said="wrong_code").text


def test_what_is_no_code_costs_nothing(house):
    made = bound_totp(house)
    browser = opened(house, challenged(house))

    assert said(browser.answer(made["id"], "hello")) == "unreadable"
    assert "5 attempts left" in browser.look().text


def test_five_wrong_codes_end_it_and_nothing_can_be_collected(house):
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    for _ in range(5):
        browser.answer(made["id"], WRONG)

    assert browser.receipt() == {"challenge": challenge["id"], "status": "failed"}
    assert collect(house, challenge, "rcp_" + "A" * 22).status_code == 409


def test_guesses_that_come_too_early_are_told_how_long_to_wait(house):
    made = bound_totp(house)
    first = opened(house, challenged(house))
    for _ in range(5):
        first.answer(made["id"], WRONG)
    browser = opened(house, challenged(house))

    answer = browser.answer(made["id"], code_of(house, made))

    assert said(answer) == "throttled"
    assert "Wait 30 seconds" in browser.look(said="throttled", wait=30).text


def test_an_expired_challenge_says_so_and_leads_back(house):
    bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    house.wait(601)

    assert "The time is over" in browser.look().text
    assert browser.receipt() == {"challenge": challenge["id"], "status": "expired"}


def test_a_passed_challenge_is_collected_once_with_the_receipt(house):
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    assert said(browser.answer(made["id"], code_of(house, made))) == ""

    receipt = browser.receipt()["receipt"]
    collected = collect(house, challenge, receipt).get_json()

    assert (collected["status"], collected["amr"], collected["acr"]) == ("passed", ["pwd", "otp", "mfa"], "aal2")
    assert collected["assertion"].count(".") == 2
    assert collect(house, challenge, receipt).status_code == 409


def test_a_passed_challenge_proves_nothing_before_it_is_collected(house):
    """Who began a sign-in can send its link to somebody else: what that person passes must not help the sender."""
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    browser.answer(made["id"], code_of(house, made))
    export = {"kind": "action", "action": {"name": "account.export"}, "session": {"id": "s-1", "amr": ["pwd"]}}

    before = house.decide("u-1", **export)["outcome"]
    collect(house, challenge, browser.receipt()["receipt"])

    assert (before, house.decide("u-1", **export)["outcome"]) == ("challenge", "allow")


@pytest.mark.parametrize("receipt", ["rcp_" + "A" * 22])
def test_a_receipt_that_was_not_given_collects_nothing(house, receipt):
    made = bound_totp(house)
    challenge = challenged(house)
    opened(house, challenge).answer(made["id"], code_of(house, made))

    assert collect(house, challenge, receipt).status_code == 409


def test_a_receipt_is_good_for_five_minutes(house):
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    browser.answer(made["id"], code_of(house, made))
    receipt = browser.receipt()["receipt"]
    house.wait(300)

    assert collect(house, challenge, receipt).status_code == 409


def test_what_was_passed_before_a_loss_is_not_collected_after_it(house):
    """N-LOS-1."""
    made = bound_totp(house)
    challenge = challenged(house)
    browser = opened(house, challenge)
    browser.answer(made["id"], code_of(house, made))
    house.wait(1)
    house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/suspend", ADMIN)

    assert collect(house, challenge, browser.receipt()["receipt"]).status_code == 409


def test_a_sign_in_hands_its_device_to_the_caller_alone(house):
    made = bound_totp(house)
    browser_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
    body = login(agent=browser_agent) | {"subject": {"id": "u-1", "groups": ["admins"]}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    browser = opened(house, challenge)
    browser.answer(made["id"], code_of(house, made), remember="yes", headers={"User-Agent": browser_agent})

    page = browser.look().text
    collected = collect(house, challenge, browser.receipt()["receipt"]).get_json()

    assert collected["device"]["token"].startswith("dvt_")
    assert collected["device"]["token"] not in page


def test_another_browser_than_the_callers_is_given_no_device(house):
    made = bound_totp(house)
    body = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    browser = opened(house, challenge)
    browser.answer(made["id"], code_of(house, made), headers={"User-Agent": "curl/8"})

    assert collect(house, challenge, browser.receipt()["receipt"]).get_json()["device"] is None


def test_a_new_recovery_code_is_shown_also_where_one_more_is_needed(house):
    """N-REC-1: it stays on the page until the caller collects."""
    made = bound_totp(house)
    codes = house.post("/v1/subjects/u-1/authenticators", {"type": "recovery_code", **ADMIN}).get_json()
    assert house.wiring.policies.replace("default", TWO, house.now[0]) == ()
    challenge = challenged(house)
    browser = opened(house, challenge)
    assert said(browser.answer(codes["id"], codes["codes"][0])) == "more_required"

    between = replacement(browser)
    browser.answer(made["id"], code_of(house, made))
    afterwards = replacement(browser)
    collect(house, challenge, browser.receipt()["receipt"])

    assert between == afterwards
    assert between not in codes["codes"]
    assert between not in browser.look().text


def replacement(browser):
    return re.search(r'id="replacement">([0-9A-Z-]{19})<', browser.look().text)[1]


def test_not_me_ends_it_and_marks_the_subject(house):
    bound_totp(house)
    browser = opened(house, challenged(house))

    browser.act("cancel", reason="not_me")

    assert "Nothing was approved" in browser.look().text
    assert house.decide()["policy"]["rule"] == "not-me"


def test_the_page_allows_its_own_script_and_style_and_nothing_else(house):
    bound_totp(house)

    answer = opened(house, challenged(house)).look()
    policy = dict(each.split(" ", 1) for each in answer.headers["Content-Security-Policy"].split("; "))

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", policy["script-src"])
    assert policy["form-action"] == "'self'"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"\son[a-z]+=|\sstyle=|https?://(?!shop\.example)", answer.text)


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(house):
    bound_totp(house)

    cookie = Browser(house, challenged(house)).look(return_to=BACK).headers["Set-Cookie"]

    assert cookie.startswith("__Host-")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
