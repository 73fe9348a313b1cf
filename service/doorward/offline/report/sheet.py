"""One page of figures: everything in one file, which asks nobody for anything. What is on it is its maker's affair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from doorward.core.errors import DoorwardError
from doorward.offline.report.escaping import script_json, text
from doorward.offline.report.markup import Table, mark
from doorward.offline.report.plots import Plot


class ReportNeedsPlotly(DoorwardError):
    """The plots are drawn by a library that the service itself does not need."""

    def __init__(self) -> None:
        super().__init__("a report needs plotly, which is not installed: make tools, or pip install 'doorward[report]'")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page under a heading; *plots* are those that its *body* has places for."""

    id: str
    title: str
    body: str
    plots: tuple[Plot, ...] = ()

    def html(self) -> str:
        return f'<section aria-labelledby="{self.id}"><h2 id="{self.id}">{self.title}</h2>{self.body}</section>'


@dataclass(frozen=True, slots=True)
class Card:
    """One figure that matters. *state* is good, fair, bad or plain, and *word* says why."""

    title: str
    state: str
    word: str
    figure: str
    sentence: str
    was: str = ""

    def html(self) -> str:
        was = f' <span class="was">before: {text(self.was)}</span>' if self.was else ""
        return (
            f'<li class="card {self.state}"><h3>{text(self.title)}</h3><p class="figure">{text(self.figure)}{was}</p>'
            f"<p>{mark(self.state, self.word)}</p><p>{text(self.sentence)}</p></li>"
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """*kind* is what the page calls itself, *lead* its first lines as HTML; *grounds* are states with sentences."""

    kind: str
    title: str
    lead: str
    cards: Sequence[Card]
    grounds: Sequence[tuple[str, str]]
    sections: Sequence[Section]

    def html(self) -> str:
        """Return the page; the same sheet gives the same page. Raises ReportNeedsPlotly."""
        plotly = _plotly()
        return Template(_file("report.html")).substitute(
            kind=text(self.kind),
            title=text(self.title),
            style=_file("report.css"),
            lead=self.lead,
            cards="".join(card.html() for card in self.cards),
            grounds=_grounds(self.grounds),
            contents="".join(f'<li><a href="#{each.id}">{each.title}</a></li>' for each in self.sections),
            sections="".join(each.html() for each in self.sections),
            plots=script_json({plot.id: plot.to_json() for each in self.sections for plot in each.plots}),
            plotly=plotly,
            script=_file("report.js"),
        )


def drawn(name: str, title: str, shown: Sequence[tuple[Plot, Table]], after: str = "") -> Section:
    """Return a section of plots, each with the table that says the same; *after* is HTML below them."""
    body = "".join(_figure(plot, table) for plot, table in shown)
    return Section(name, title, f'<div class="figures">{body}</div>{after}', tuple(plot for plot, _ in shown))


def _figure(plot: Plot, table: Table) -> str:
    caption = text(plot.caption)
    return (
        f"<figure><figcaption><h3>{plot.title}</h3><p>{caption}</p></figcaption>"
        f'<div class="plot" id="plot-{plot.id}" role="img" aria-label="{caption}"></div>'
        f"<details><summary>The same as a table</summary>{table.html()}</details></figure>"
    )


_WORDS = {"good": "in order", "fair": "mind", "bad": "wrong", "plain": ""}


def _grounds(grounds: Iterable[tuple[str, str]]) -> str:
    lines = (
        f"<li>{mark(state, _WORDS[state]) + ' ' if _WORDS[state] else ''}{text(sentence)}</li>"
        for state, sentence in grounds
    )
    return "".join(lines)


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ReportNeedsPlotly from None
    return str(get_plotlyjs())


def _file(name: str) -> str:
    return (files("doorward.offline.report") / "files" / name).read_text(encoding="utf-8")
