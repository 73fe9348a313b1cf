"""A real Chromium without a window, a sandbox to speak to, and pages on localhost that a test writes.

One browser for all tests of a process; each test has a context of its own, so that nothing is left of the last.
"""

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ..ops.conftest import fetched, starting

PATIENCE_MS = 10_000
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Headless, and silent towards the world: nothing is looked up, updated or reported.
ARGUMENTS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

Json = dict[str, Any]
Ask = Callable[..., Json]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running browser; `tests/have-chromium` sees to it that there is one."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path is not None, "there is no Chromium: run tests/have-chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty page in a context of its own."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running `doorward sandbox`."""
    with starting(tmp_path_factory.mktemp("sandbox")) as start:
        program = start("-m", "doorward", "sandbox", "--port", "0")
        program.wait_for("API key: sandbox")
        yield program.url()


@pytest.fixture
def ask(sandbox: str) -> Ask:
    """Call the sandbox, which is reset before each test, and return what it answers; any refusal fails the test."""

    def ask(method: str, path: str, body: Any = None, *, expected: tuple[int, ...] = (200, 201, 204)) -> Any:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
        status, text = fetched(sandbox + path, method=method, body=sent, headers=headers)
        assert status in expected, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None

    ask("POST", "/sandbox/reset", {})
    return ask


@contextlib.contextmanager
def serving(pages: Mapping[str, str]) -> Iterator[str]:
    """Serve *pages* by their paths on localhost, and yield the origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = pages.get(self.path.partition("?")[0])
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site() -> Iterator[str]:
    """The origin of a site of ours with empty pages."""
    page = "<!doctype html><title>Shop</title>"
    with serving({"/": page, "/done": page}) as origin:
        yield origin


class VirtualAuthenticator:
    """An authenticator of the browser's own, driven over the DevTools protocol; it answers without being touched."""

    def __init__(self, page: Page, **options: Any) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})
        described = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        } | options
        self.id = self._send("addVirtualAuthenticator", options=described, with_id=False)["authenticatorId"]

    def _send(self, command: str, *, with_id: bool = True, **arguments: Any) -> Json:
        named = {"authenticatorId": self.id} if with_id else {}
        answer: Json = self._cdp.send(f"WebAuthn.{command}", named | arguments)
        return answer

    def credentials(self) -> list[Json]:
        return list(self._send("getCredentials")["credentials"])

    def forget(self) -> None:
        """Lose every credential."""
        self._send("clearCredentials")

    def turn_back(self, count: int) -> None:
        """Put a copy of the one credential in its place, with an earlier sign count."""
        copy = self.credentials()[0] | {"signCount": count}
        self._send("removeCredential", credentialId=copy["credentialId"])
        self._send("addCredential", credential=copy)


@pytest.fixture
def authenticator(page: Page) -> Callable[..., VirtualAuthenticator]:
    """Add an authenticator to the page's browser."""
    return lambda **options: VirtualAuthenticator(page, **options)
