"""The report of a back-test in a real Chromium, opened as a file: nothing is blocked, nothing strange is run."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from doorward.offline import report

from ..offline.months import compared, sign_ins
from ..offline.test_report import poisoned
from .pages import WATCH

POISON = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)><b>"
PLOTS = ["days", "rules-by-day", "hours", "countries", "scores", "families"]
# Plotly's own opinion of what it is told to draw.
VALID = """name => {
  const plot = plots[name], style = getComputedStyle(root);
  const said = Plotly.validate(coloured(plot.data, style), layoutOf(plot, style, 600));
  return (said || []).map(each => each.msg);
}"""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return compared(sign_ins(people=30, days=46), warm_up_days=7)


class Opened:
    """A report in a page; what the browser complains of, asks for and wants to show is noted."""

    def __init__(
        self, page: Page, path: Path, document: dict[str, Any], html: Callable[[Any], str] = report.html
    ) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.add_init_script(WATCH)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))
        path.write_text(html(document), encoding="utf-8")
        page.goto(path.as_uri())

    def examples(self) -> int:
        return self.page.locator("#examples-table tbody tr:visible").count()


@pytest.fixture
def opened(page: Page, tmp_path: Path, document: dict[str, Any]) -> Iterator[Opened]:
    opened = Opened(page, tmp_path / "report.html", document)
    yield opened
    assert opened.complaints == []
    assert opened.asked == [page.url.partition("#")[0]]


def test_strangers_texts_are_shown_and_do_nothing(page: Page, tmp_path: Path, document: dict[str, Any]) -> None:
    opened = Opened(page, tmp_path / "report.html", poisoned(document, POISON))

    expect(page.locator("#plot-countries .main-svg").first).to_be_visible()
    page.locator("#plot-families .point path").first.hover(force=True)
    expect(page.locator("#plot-families .hoverlayer")).to_contain_text("<img src=x")
    page.locator("#subjects-table button.pick").first.click()

    expect(page.locator("#chosen button")).to_contain_text(POISON)
    expect(page.locator("#plot-families .ytick").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("img, svg a, body > script + script + script + script").count() == 0
    assert opened.complaints == []
    assert len(opened.asked) == 1


def test_every_plot_is_drawn_as_plotly_wants_it(opened: Opened) -> None:
    for name in PLOTS:
        expect(opened.page.locator(f"#plot-{name} .main-svg").first).to_be_visible()
        assert opened.page.evaluate(VALID, name) == []


def test_a_click_on_a_rule_and_on_a_country_leaves_the_examples_of_both(opened: Opened) -> None:
    page, all_of_them = opened.page, opened.examples()

    page.locator("#rules-table").get_by_role("button", name="hosting", exact=True).click()

    by_rule = opened.examples()
    assert 0 < by_rule < all_of_them
    expect(page.get_by_role("heading", name="Examples")).to_be_focused()
    country = page.locator("#examples-table tr:visible[data-country]").first.get_attribute("data-country")
    page.locator("figure", has=page.locator("#plot-countries")).locator("summary").click()
    page.locator("#country-table").get_by_role("button", name=str(country), exact=True).click()
    assert 0 < opened.examples() < by_rule
    for _ in range(2):
        page.locator("#chosen button").first.click()
    assert opened.examples() == all_of_them


def test_a_click_on_a_bar_leaves_the_examples_of_its_hour(opened: Opened) -> None:
    bar = opened.page.locator("#plot-hours .trace.bars").nth(1).locator(".point path").nth(10)
    bar.scroll_into_view_if_needed()

    bar.click(force=True)

    expect(opened.page.locator("#chosen button")).to_have_text("hour: 10")


def test_a_head_sorts_its_column_and_says_how(opened: Opened) -> None:
    page = opened.page
    head = page.locator("#rules-table .heads th").nth(2)

    head.get_by_role("button").press("Enter")

    decided = page.locator("#rules-table tbody td:nth-child(3)").evaluate_all("all => all.map(td => +td.dataset.sort)")
    assert decided == sorted(decided, reverse=True)
    expect(head).to_have_attribute("aria-sort", "descending")


def test_a_text_filters_the_rows(opened: Opened) -> None:
    page = opened.page

    page.get_by_role("searchbox", name="Rules in their order").fill("HOSTING")

    shown = page.locator("#rules-table tbody tr:visible").all_text_contents()
    assert shown
    assert [row for row in shown if "hosting" not in row] == []


def test_without_javascript_every_table_is_there(chromium: Browser, tmp_path: Path, document: dict[str, Any]) -> None:
    context = chromium.new_context(java_script_enabled=False)
    opened = Opened(context.new_page(), tmp_path / "report.html", document)

    expect(opened.page.get_by_text("The plots, sorting and filters need JavaScript")).to_be_visible()
    assert opened.examples() == len(document["results"]["changes"]["examples"])
    assert opened.page.locator("button").count() == 0

    context.close()


def test_it_is_printed_in_dark_on_white(chromium: Browser, tmp_path: Path, document: dict[str, Any]) -> None:
    context = chromium.new_context(color_scheme="dark")
    page = Opened(context.new_page(), tmp_path / "report.html", document).page
    ink = "getComputedStyle(document.querySelector('#plot-hours .xtick text')).fill"
    by_night = page.evaluate(ink)

    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.evaluate(ink) != by_night
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(ink) == by_night
    assert json.loads(page.evaluate("JSON.stringify(Object.keys(plots))")) == PLOTS

    context.close()
