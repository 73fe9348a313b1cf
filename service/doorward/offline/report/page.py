"""The page of a report: everything in one file, which asks nobody for anything."""

from importlib.resources import files
from string import Template
from typing import Any

from doorward.core.errors import DoorwardError
from doorward.offline.report.counts import Reading
from doorward.offline.report.escaping import cleaned, script_json, text
from doorward.offline.report.markup import mark
from doorward.offline.report.sections import all_sections
from doorward.offline.report.summary import cards, grounds

Json = dict[str, Any]


class ReportNeedsPlotly(DoorwardError):
    """The plots are drawn by a library that the service itself does not need."""

    def __init__(self) -> None:
        super().__init__("a report needs plotly, which is not installed: make tools, or pip install 'doorward[report]'")


def html(document: Json) -> str:
    """Return the report of *document* as one HTML page; the same document gives the same page.

    Raises ReportNeedsPlotly. All texts of the document count as written by strangers.
    """
    plotly = _plotly()
    reading = Reading(cleaned(document))
    sections = all_sections(reading)
    return Template(_file("report.html")).substitute(
        title=text(reading.document["title"]),
        style=_file("report.css"),
        lead=_lead(reading),
        cards="".join(card.html() for card in cards(reading)),
        grounds=_grounds(reading),
        contents="".join(f'<li><a href="#{each.id}">{each.title}</a></li>' for each in sections),
        sections="".join(each.html() for each in sections),
        plots=script_json({plot.id: plot.to_json() for each in sections for plot in each.plots}),
        plotly=plotly,
        script=_file("report.js"),
    )


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ReportNeedsPlotly from None
    return str(get_plotlyjs())


def _file(name: str) -> str:
    return (files("doorward.offline.report") / "files" / name).read_text(encoding="utf-8")


def _lead(reading: Reading) -> str:
    after = _described(reading.after.side)
    sentence = f"What {after} says of past sign-ins"
    if reading.before is not None:
        sentence += f", beside {_described(reading.before.side)}"
    logs = ", ".join(f"<bdi>{text(name)}</bdi>" for name in reading.document["logs"])
    made = f"<p>Made at {text(reading.document['made_at'])}{f' from {logs}' if logs else ''}.</p>"
    return f'<p class="lead">{sentence}.</p>{made}'


def _described(side: Json) -> str:
    parts = [f"policy {side['policy']}" if side["policy"] else "", side["digest"][:19]]
    parts.append(f"model {side['model']}" if side["model"] else "")
    told = ", ".join(filter(None, parts))
    return f"<b><bdi>{text(side['name'])}</bdi></b>" + (f" (<bdi>{text(told)}</bdi>)" if told else "")


_WORDS = {"good": "in order", "fair": "mind", "bad": "wrong", "plain": ""}


def _grounds(reading: Reading) -> str:
    lines = (
        f"<li>{mark(state, _WORDS[state]) + ' ' if _WORDS[state] else ''}{text(sentence)}</li>"
        for state, sentence in grounds(reading)
    )
    return "".join(lines)
