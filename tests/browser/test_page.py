"""The hosted page in a real Chromium, against a running sandbox: every way to answer, and what a person meets on it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import VirtualAuthenticator
from .pages import TRANSFER, Bank, Watched
from .test_push_device import Phone, device_site

__all__ = ["device_site"]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
LOGIN = {"kind": "login", "subject": {"id": "u-1", "groups": ["admins"]}, "credential": {"result": "passed"}}


@pytest.fixture
def bank(ask: Any, sandbox: str, site: str) -> Bank:
    return Bank(ask, sandbox, site)


@pytest.fixture
def watched(page: Page) -> Iterator[Watched]:
    """A page that must not complain, nor ask anybody but the service and the site that it leads back to."""
    watched = Watched(page)
    yield watched
    assert watched.complaints == []
    assert len(watched.hosts) <= 2


def passed(page: Page, bank: Bank) -> dict[str, Any]:
    """Wait until the page has led back, and return what the caller collects."""
    page.wait_for_url(re.compile(r"/done\?"))
    return bank.collect(page.url)


def answer(page: Page, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Confirm").click()


def test_a_code_from_an_app_approves_what_is_shown(watched: Watched, bank: Bank) -> None:
    page, code = watched.page, bank.bind_app()
    challenge = bank.challenge()

    page.goto(bank.address(challenge))
    expect(page.get_by_role("region", name="You are approving")).to_contain_text("Pay 950.00 EUR")
    answer(page, code())

    assert passed(page, bank)["acr"] == "aal2"


def test_wrong_codes_are_counted_down_and_end_it(watched: Watched, bank: Bank) -> None:
    page = watched.page
    bank.bind_app()
    challenge = bank.challenge()
    page.goto(bank.address(challenge))

    for left in ("4 attempts left", "3 attempts left", "2 attempts left", "1 attempt left"):
        answer(page, "000000")
        expect(page.get_by_role("alert")).to_contain_text(left)
        expect(page.get_by_label("Code", exact=True)).to_be_focused()
        assert page.title().startswith("Error:")
    answer(page, "000000")

    expect(page.get_by_role("heading", name="Too many wrong answers")).to_be_visible()
    assert f"challenge={challenge}&status=failed" in str(page.get_by_role("link").get_attribute("href"))


def test_a_code_by_text_message_is_sent_when_asked_for(watched: Watched, bank: Bank) -> None:
    page = watched.page
    bank.bind_phone()
    before = len(bank.ask("GET", "/sandbox/outbox"))
    page.goto(bank.address(bank.challenge()))
    assert len(bank.ask("GET", "/sandbox/outbox")) == before

    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_text("We sent a code to +49•••78.")).to_be_visible()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("alert")).to_contain_text("Wait")
    page.reload()
    answer(page, bank.sent())

    assert passed(page, bank)["amr"] == ["pwd", "sms", "mfa"]


def bind_passkey(page: Page, bank: Bank, site: str) -> None:
    from .test_passkeys import CREATE

    page.goto(site)
    made = bank.bind(type="passkey", label="Laptop")
    credential = page.evaluate(CREATE, made["public_key"])
    bank.ask("POST", f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"credential": credential})


def test_a_passkey_is_asked_for_at_once(
    watched: Watched, bank: Bank, site: str, authenticator: Callable[..., VirtualAuthenticator]
) -> None:
    page = watched.page
    authenticator()
    bind_passkey(page, bank, site)
    page.goto(bank.address(bank.challenge()))

    page.get_by_role("button", name="Use passkey").click()

    assert passed(page, bank)["amr"] == ["pwd", "hwk", "user", "pop", "mfa"]


def test_a_passkey_that_is_not_there_leaves_the_other_ways(
    watched: Watched, bank: Bank, site: str, authenticator: Callable[..., VirtualAuthenticator]
) -> None:
    page, code = watched.page, bank.bind_app()
    device = authenticator()
    bind_passkey(page, bank, site)
    device.forget()
    page.goto(bank.address(bank.challenge()))

    page.get_by_role("button", name="Passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used.")
    page.get_by_role("link", name="Choose another way").click()
    page.get_by_role("link", name="Code from an app").click()
    answer(page, code())

    assert passed(page, bank)["amr"] == ["pwd", "otp", "mfa"]


def test_a_push_goes_on_by_itself_once_the_number_is_typed(
    watched: Watched, chromium: Browser, bank: Bank, device_site: str
) -> None:
    page, context = watched.page, chromium.new_context()
    phone = paired(context.new_page(), bank, device_site)
    page.goto(bank.address(bank.challenge()))

    page.get_by_role("button", name="Ask my device").click()
    number = page.locator(".number [aria-hidden]").inner_text().replace(" ", "")
    expect(phone.push).to_contain_text("Pay 950.00 EUR")
    phone.typed(number)

    assert passed(page, bank)["acr"] == "aal2"
    context.close()


def test_a_push_that_is_declined_may_be_sent_again(
    watched: Watched, chromium: Browser, bank: Bank, device_site: str
) -> None:
    page, context = watched.page, chromium.new_context()
    phone = paired(context.new_page(), bank, device_site)
    page.goto(bank.address(bank.challenge()))
    page.get_by_role("button", name="Ask my device").click()
    expect(phone.push).to_be_visible()

    phone.push.get_by_role("button", name="Decline").click()

    expect(page.get_by_role("alert")).to_contain_text("That was not accepted.")
    expect(page.get_by_role("button", name="Ask my device")).to_be_visible()
    context.close()


def paired(page: Page, bank: Bank, device_site: str) -> Phone:
    """Return a device of the person's, in a browser of its own."""
    page.goto(device_site)
    phone = Phone(page, bank.ask)
    phone.pair()
    return phone


def test_a_recovery_code_shows_its_successor_before_it_leads_back(watched: Watched, bank: Bank) -> None:
    page = watched.page
    kept = bank.bind(type="recovery_code")["codes"]
    page.goto(bank.address(bank.challenge()))

    answer(page, kept[0].lower())
    successor = page.locator("#replacement").inner_text()
    page.get_by_role("link", name="Continue to Doorward").click()

    assert successor not in kept
    assert "recovery_code" not in passed(page, bank)


def test_the_keyboard_alone_is_enough(watched: Watched, bank: Bank) -> None:
    page, code = watched.page, bank.bind_app()
    bank.bind_phone()
    page.goto(bank.address(bank.challenge()))

    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip().startswith("Code from an app"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    page.keyboard.type(code())
    page.keyboard.press("Enter")

    assert passed(page, bank)["acr"] == "aal2"


def test_codes_work_without_any_script(chromium: Browser, bank: Bank) -> None:
    code = bank.bind_app()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(bank.address(bank.challenge()))

    answer(page, " ".join(re.findall("...", code())))

    assert passed(page, bank)["acr"] == "aal2"
    context.close()


def test_another_browser_cannot_go_on(chromium: Browser, watched: Watched, bank: Bank) -> None:
    bank.bind_app()
    address = bank.address(bank.challenge())
    watched.page.goto(address)
    other = chromium.new_context()
    page = other.new_page()

    page.goto(address)

    expect(page.get_by_role("heading")).to_have_text("This was opened in another browser")
    assert page.get_by_role("button").count() == 0
    other.close()


def test_a_challenge_expires_before_the_eyes(watched: Watched, bank: Bank) -> None:
    page = watched.page
    bank.bind_app()
    page.goto(bank.address(bank.challenge()))
    expect(page.locator("#left")).to_have_text(re.compile(r"(9|10) minutes left"))

    bank.wait(601)
    answer(page, "000000")

    expect(page.get_by_role("heading", name="The time is over")).to_be_visible()


def test_not_me_stops_it_and_leads_back(watched: Watched, bank: Bank) -> None:
    page = watched.page
    bank.bind_app()
    challenge = bank.challenge()
    page.goto(bank.address(challenge))

    page.get_by_text("You did not start this?").click()
    page.get_by_role("button", name="This is not me").click()

    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    assert bank.status(challenge) == "cancelled"


def test_a_sign_in_may_be_remembered(chromium: Browser, bank: Bank) -> None:
    code = bank.bind_app()
    context = chromium.new_context(user_agent=FIREFOX)
    page = context.new_page()
    client = {"user_agent": FIREFOX, "device_token": None}
    page.goto(bank.address(bank.challenge(**LOGIN, action=None, session={"id": "s-1"}, client=client)))

    page.get_by_label("Remember this browser").check()
    answer(page, code())

    assert passed(page, bank)["device"]["token"].startswith("dvt_")
    context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_a_telephone_need_not_scroll_sideways(chromium: Browser, bank: Bank, width: int) -> None:
    bank.bind_app()
    bank.bind_phone()
    context = chromium.new_context(viewport={"width": width, "height": 640}, has_touch=True)
    page = context.new_page()
    long = {"name": "payments.transfer", "binding": TRANSFER["action"]["binding"], "display": "Pay " + "9" * 300}

    page.goto(bank.address(bank.challenge(action=long)))
    widest = [page.evaluate("document.documentElement.scrollWidth")]
    page.get_by_role("link", name="Code from an app").click()
    widest.append(page.evaluate("document.documentElement.scrollWidth"))
    low = page.evaluate("[...document.querySelectorAll('button, a, summary')].map(e => e.offsetHeight)")

    assert widest == [width, width]
    assert min(each for each in low if each) >= 44
    context.close()


# WCAG 2.2, 1.4.3: text against what lies behind it, at least 4.5 to 1.
CONTRAST = """() => {
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        for (let each = element; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor;
            if (colour !== "rgba(0, 0, 0, 0)") return colour;
        }
    };
    const texts = [...document.querySelectorAll("body *")].filter(e => e.offsetHeight &&
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
    return texts.map(e => {
        const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 40)];
    }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_by_day_and_by_night(chromium: Browser, bank: Bank, scheme: Any) -> None:
    bank.bind_app()
    bank.bind_phone()
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(bank.address(bank.challenge()))
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    low = page.evaluate(CONTRAST)

    page.get_by_role("link", name="Code from an app").click()
    page.get_by_text("You did not start this?").click()
    answer(page, "000000")
    low += page.evaluate(CONTRAST)

    assert (ground == "rgb(14, 19, 26)") == (scheme == "dark")
    assert low == []
    context.close()


def test_every_control_has_a_name(watched: Watched, bank: Bank) -> None:
    page = watched.page
    bank.bind_app()
    bank.bind_phone()
    page.goto(bank.address(bank.challenge()))
    nodes = controls(page)
    page.get_by_role("link", name="Code from an app").click()
    page.get_by_role("textbox").wait_for()
    nodes += controls(page)

    assert [role for role, name in nodes if not name] == []
    assert {role for role, _ in nodes} >= {"button", "link", "textbox"}
    assert len(page.get_by_role("heading", level=1).all()) == 1
    assert page.evaluate("document.documentElement.lang") == "en"


def controls(page: Page) -> list[tuple[str, str]]:
    """Return role and name of everything in the accessibility tree that can be used."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    used = {"button", "link", "textbox", "checkbox", "DisclosureTriangle"}
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in used
    ]


def test_the_page_speaks_german_and_falls_back_to_english(chromium: Browser, bank: Bank) -> None:
    bank.bind_app()
    headings = []
    for locale in ("de-AT", "fi-FI"):
        context = chromium.new_context(locale=locale)
        page = context.new_page()
        page.goto(bank.address(bank.challenge(session={"id": locale, "amr": ["pwd"]})))
        headings.append(
            (page.evaluate("document.documentElement.lang"), page.get_by_role("heading", level=1).inner_text())
        )
        context.close()

    assert headings == [("de", "Geben Sie Ihren Code ein"), ("en", "Enter your code")]
