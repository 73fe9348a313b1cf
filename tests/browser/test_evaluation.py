"""The page of a model's evaluation in a real Chromium: drawn as plotly wants it, and deaf to what a log holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from doorward.offline.evidence.evaluation import evaluate
from doorward.offline.evidence.page import html

from ..offline.evidence.made import Made, hundred
from .test_report import POISON, VALID, Opened

# Its check cannot do without a legend, which a plot of one thing has none of.
LEGENDED = VALID.replace("layoutOf(plot, style, 600)", "{...layoutOf(plot, style, 600), showlegend: true}")
PLOTS = ["roc", "scorers", "history", "repeats", "reliability"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made = Made("model", "rules").genuine(*hundred(), subject="ada").genuine(*hundred(), subject="ben", events=7)
    part = made.attacks("naive", 200, 99, 3).attacks("spray", 98, campaign=1).part
    logs = {"files": [{"name": "log.jsonl", "sha256": "00"}], "events": 204, "unread": 0}
    made_of = {"model": {"id": "m@1", "file": "m.json", "sha256": "00"}, "logs": logs, "validation": None}
    return made_of | {"frozen_share": 0.5} | evaluate(part, part, floors={"naive": 0.5, "spray": 1.0})


def test_every_plot_is_drawn_as_plotly_wants_it(page: Page, tmp_path: Path, document: dict[str, Any]) -> None:
    opened = Opened(page, tmp_path / "evaluation.html", document, html)

    for name in PLOTS:
        expect(page.locator(f"#plot-{name} .main-svg").first).to_be_visible()
        assert page.evaluate(LEGENDED, name) == []
    assert opened.complaints == []
    assert len(opened.asked) == 1


def test_strangers_texts_are_shown_and_do_nothing(page: Page, tmp_path: Path, document: dict[str, Any]) -> None:
    told = json.loads(json.dumps(document).replace("naive", json.dumps(POISON)[1:-1]))
    opened = Opened(page, tmp_path / "evaluation.html", told, html)

    expect(page.locator("#plot-roc .main-svg").first).to_be_visible()
    expect(page.locator("#caught-table")).to_contain_text(POISON)
    assert page.locator("img, svg a, body > script + script + script + script").count() == 0
    assert opened.complaints == []
