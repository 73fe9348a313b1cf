"""Draws the hosted page as people meet it, and a report, into build/screenshots: `make screenshots`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from doorward.offline import report

from ..offline.months import compared, sign_ins
from .conftest import VirtualAuthenticator
from .pages import Bank
from .test_page import bank, bind_passkey, device_site, paired
from .test_page_enrolling import NEWCOMER

__all__ = ["bank", "device_site"]

FOLDER = Path(__file__).resolve().parents[2] / "build" / "screenshots"
LOOKS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2},
    "desk": {"viewport": {"width": 1000, "height": 800}},
    "night": {"viewport": {"width": 1000, "height": 800}, "color_scheme": "dark"},
    "german": {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "locale": "de-DE"},
}

Scene = Callable[[Page, Bank], None]


def choose(page: Page, bank: Bank) -> None:
    page.goto(bank.address(bank.challenge()))


def type_code(page: Page, bank: Bank) -> None:
    choose(page, bank)
    page.locator("a.choice").first.click()


def wrong_code(page: Page, bank: Bank) -> None:
    type_code(page, bank)
    page.locator("#code").fill("000000")
    page.locator("button.main").click()
    page.locator("summary").click()


def sent_code(page: Page, bank: Bank) -> None:
    choose(page, bank)
    page.locator("button.choice", has=page.locator("bdi", has_text="Work phone")).click()


def passkey_missed(page: Page, bank: Bank) -> None:
    device = VirtualAuthenticator(page)
    bind_passkey(page, bank, bank.back)
    device.forget()
    choose(page, bank)
    page.locator("button.choice", has=page.locator("bdi", has_text="Laptop")).click()
    expect(page.locator("#failed")).to_be_visible()


def cancelled(page: Page, bank: Bank) -> None:
    choose(page, bank)
    page.locator("form button.quiet").last.click()


def elsewhere(page: Page, bank: Bank) -> None:
    page.goto(bank.address("chl_" + "A" * 22))


def new_recovery_code(page: Page, bank: Bank) -> None:
    kept = bank.bind(type="recovery_code")["codes"]
    choose(page, bank)
    page.locator("a.choice").last.click()
    page.locator("#code").fill(kept[0])
    page.locator("button.main").click()


def enrol(page: Page, bank: Bank) -> None:
    page.goto(bank.address(bank.challenge(**NEWCOMER | {"subject": NEWCOMER["subject"] | {"id": "u-2"}})))
    page.locator("button.main").click()
    page.locator("#code").fill(bank.sent())
    page.locator("button.main").click()


def connect_app(page: Page, bank: Bank) -> None:
    enrol(page, bank)
    page.locator("button.choice").last.click()
    page.locator("summary").first.click()


SCENES: tuple[Scene, ...] = (
    choose,
    type_code,
    wrong_code,
    sent_code,
    passkey_missed,
    cancelled,
    elsewhere,
    new_recovery_code,
    enrol,
    connect_app,
)


@pytest.fixture(scope="module")
def back_test(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two invented months."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report.html(compared(sign_ins())), encoding="utf-8")
    return path


def draw(page: Page, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


@pytest.mark.parametrize("look", LOOKS)
def test_draw_push(chromium: Browser, bank: Bank, device_site: str, look: str) -> None:
    context, device = chromium.new_context(**LOOKS[look]), chromium.new_context()
    paired(device.new_page(), bank, device_site)
    page = context.new_page()

    choose(page, bank)
    page.locator("button.main").click()
    expect(page.locator(".number")).to_be_visible()
    draw(page, f"push-{look}")

    context.close()
    device.close()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_draw(chromium: Browser, bank: Bank, scene: Scene, look: str) -> None:
    bank.bind_app()
    bank.bind_phone()
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()

    scene(page, bank)
    draw(page, f"{scene.__name__}-{look}")

    context.close()


@pytest.mark.parametrize("look", ["phone", "desk", "night"])
def test_draw_report(chromium: Browser, back_test: Path, look: str) -> None:
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()

    page.goto(back_test.as_uri())
    expect(page.locator("#plot-families .main-svg").first).to_be_visible()
    draw(page, f"report-{look}")

    context.close()
