"""The example of a device, as its README says it is run: a page of its own origin, against a running sandbox."""

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "push-device"
PATH = "/v1/subjects/u-1/authenticators"
ACTION = {
    "kind": "action",
    "action": {"name": "account.export", "display": "Export everything"},
    "application": {"id": "shop"},
    "subject": {"id": "u-1"},
    "client": {"user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"},
    "session": {"id": "s-1", "amr": ["pwd"]},
}
KEPT = """() => new Promise(resolve => {
    const opening = indexedDB.open("doorward-device", 1);
    opening.onsuccess = () => {
        const all = opening.result.transaction("pairings").objectStore("pairings").getAll();
        all.onsuccess = async () => {
            const key = all.result[0].key;
            const out = await crypto.subtle.exportKey("jwk", key).then(() => "given out", error => error.name);
            resolve([key.type, key.extractable, out]);
        };
    };
})"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def device_site() -> Iterator[str]:
    """The origin of the example."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(EXAMPLE)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Phone:
    """The page, and the login side that it answers to."""

    def __init__(self, page: Page, ask: Any) -> None:
        self.page, self.ask = page, ask
        self.status = page.get_by_role("status")
        self.push = page.locator("#waiting li")

    def made(self) -> dict[str, Any]:
        return dict(self.ask("POST", PATH, {"type": "push", "label": "phone", "reason": "asked for in person"}))

    def pair(self) -> str:
        made = self.made()
        self.page.get_by_label("Pairing address").fill(made["pairing_uri"])
        self.page.get_by_role("button", name="Pair this device").click()
        expect(self.status).to_have_text("Paired with Doorward.")
        return str(made["id"])

    def pushed(self, authenticator: str) -> tuple[str, str]:
        """Be challenged, and return the challenge with the number that the login side shows."""
        challenge = self.ask("POST", "/v1/decisions", ACTION)["challenge"]["id"]
        begun = self.ask("POST", f"/v1/challenges/{challenge}/begin", {"authenticator": authenticator})
        expect(self.push).to_be_visible()
        return challenge, begun["number"]

    def typed(self, number: str) -> None:
        self.push.get_by_label("six digits").fill(number)
        self.push.get_by_role("button", name="Approve").click()

    def verified(self, challenge: str, authenticator: str) -> dict[str, Any]:
        body = {"authenticator": authenticator, "response": {}}
        return dict(self.ask("POST", f"/v1/challenges/{challenge}/verify", body))


@pytest.fixture
def phone(page: Page, device_site: str, ask: Any) -> Phone:
    page.goto(device_site)
    return Phone(page, ask)


def test_a_wrong_number_ends_the_push(phone: Phone) -> None:
    authenticator = phone.pair()
    challenge, number = phone.pushed(authenticator)

    phone.typed(f"{(int(number) + 1) % 10**6:06d}")

    expect(phone.status).to_have_text(re.compile("not the number"))
    expect(phone.push).to_have_count(0)
    assert phone.verified(challenge, authenticator)["error"] == "wrong_code"


def test_an_address_that_pairs_nothing_is_said_to_be_none(phone: Phone) -> None:
    for text in ("hello", "https://example.org/?code=x", "doorward://pair?v=1&url=http%3A%2F%2Fexample.org&code=x"):
        phone.page.get_by_label("Pairing address").fill(text)
        phone.page.get_by_role("button", name="Pair this device").click()
        expect(phone.status).to_have_text("This is no pairing address.")


def test_the_right_number_passes_the_challenge_and_the_page_asks_nobody_else(phone: Phone, device_site: str) -> None:
    hosts, complaints = set[str](), list[str]()
    phone.page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
    phone.page.on("console", lambda message: complaints.append(message.text))
    phone.page.reload()
    authenticator = phone.pair()
    challenge, number = phone.pushed(authenticator)

    expect(phone.push).to_contain_text("shop: Export everything")
    expect(phone.push).to_contain_text("Firefox on Linux")
    assert number not in phone.page.content()
    phone.typed(number)
    expect(phone.status).to_have_text(re.compile("Approved"))

    passed = phone.verified(challenge, authenticator)
    assert (passed["status"], passed["amr"]) == ("passed", ["pwd", "swk", "mca", "mfa"])
    assert complaints == []
    assert {host for host in hosts if host != device_site} == {phone_service(phone)}


def phone_service(phone: Phone) -> str:
    """Return where the pairing address says that the service is."""
    port = re.search(r"localhost%3A(\d+)", phone.made()["pairing_uri"])
    assert port is not None
    return f"http://localhost:{port[1]}"


def test_the_key_stays_in_the_browser_and_the_pairing_survives_a_reload(phone: Phone) -> None:
    authenticator = phone.pair()

    assert phone.page.evaluate(KEPT) == ["private", False, "InvalidAccessError"]
    phone.page.reload()
    phone.pushed(authenticator)


@pytest.mark.parametrize(
    ("button", "told", "status"),
    [("Decline", "Declined.", "pending"), ("This is not me", "The sign-in was stopped", "cancelled")],
)
def test_the_person_says_no(phone: Phone, button: str, told: str, status: str) -> None:
    challenge, _ = phone.pushed(phone.pair())

    phone.push.get_by_role("button", name=button).click()

    expect(phone.status).to_contain_text(told)
    expect(phone.push).to_have_count(0)
    assert phone.ask("GET", f"/v1/challenges/{challenge}")["status"] == status


def test_a_code_is_scanned_where_the_browser_reads_them(page: Page, device_site: str, ask: Any) -> None:
    phone = Phone(page, ask)
    uri = phone.made()["pairing_uri"]
    # The camera and the reading are the browser's; the page is given what they would find.
    page.add_init_script(f"""
        window.BarcodeDetector = class {{ async detect() {{ return [{{ rawValue: "{uri}" }}]; }} }};
        navigator.mediaDevices.getUserMedia = async () => {{
            const canvas = document.createElement("canvas");
            setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 9, 9), 50);
            return canvas.captureStream();
        }};
    """)
    page.goto(device_site)

    page.get_by_role("button", name="Scan the QR code").click()

    expect(phone.status).to_have_text("Paired with Doorward.")
