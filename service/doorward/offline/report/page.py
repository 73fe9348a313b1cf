"""The page of a back-test."""

from typing import Any

from doorward.offline.report.counts import Reading
from doorward.offline.report.escaping import cleaned, text
from doorward.offline.report.sections import all_sections
from doorward.offline.report.sheet import Sheet
from doorward.offline.report.summary import cards, grounds

Json = dict[str, Any]


def html(document: Json) -> str:
    """Return the report of *document* as one HTML page; the same document gives the same page.

    Raises ReportNeedsPlotly. All texts of the document count as written by strangers.
    """
    reading = Reading(cleaned(document))
    return Sheet(
        kind="Back-test",
        title=str(reading.document["title"]),
        lead=_lead(reading),
        cards=cards(reading),
        grounds=grounds(reading),
        sections=all_sections(reading),
    ).html()


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
