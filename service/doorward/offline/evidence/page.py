"""The page of an evaluation: what a model is worth, for whoever has to trust it."""

from collections.abc import Iterator
from typing import Any

from doorward.offline.evidence import tables
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.card import LIMITS
from doorward.offline.evidence.plots import by_history, reliability, repeats, roc, scorers
from doorward.offline.report.escaping import cleaned, text
from doorward.offline.report.markup import count, percent
from doorward.offline.report.sheet import Card, Section, Sheet, drawn

Json = dict[str, Any]

# A realised rate that is farther from the one aimed at, in parts of it, is no small matter.
FAR = 0.25
_CLOSE_TO_RIGHT = (0.8, 1.25)


def html(document: Json) -> str:
    """Return *document* as one HTML page; the same document gives the same page.

    Raises ReportNeedsPlotly. All texts of the document count as written by strangers.
    """
    document = cleaned(document)
    return Sheet(
        kind="Evaluation of a model",
        title=document["model"]["id"],
        lead=_lead(document),
        cards=list(_cards(document)),
        grounds=list(_grounds(document)),
        sections=_sections(document),
    ).html()


def _lead(document: Json) -> str:
    files = ", ".join(f"<bdi>{text(each['name'])}</bdi>" for each in document["logs"]["files"])
    judged = document["judged"]
    sentence = (
        f"What <b><bdi>{text(document['model']['id'])}</bdi></b> makes of {count(judged['genuine'])} genuine sign-ins "
        f"of {count(judged['subjects'])} subjects and of {count(sum(judged['attacks'].values()))} attacks."
    )
    return f'<p class="lead">{sentence}</p><p>From {files}.</p>'


def _cards(document: Json) -> Iterator[Card]:
    place, at = document["rates"].index(document["at"]), percent(document["at"])
    model = document["scorers"][MODEL]
    for key, title in (("mean_seen", "Attacks challenged"), ("mean_unseen", "Attacks of unseen kinds")):
        if model[key] is not None:
            kinds = "families" if key == "mean_seen" else "families that it was not fitted to"
            sentence = f"On average over {kinds}, where {at} of genuine sign-ins are to be challenged."
            yield Card(title, "plain", f"at {at}", percent(model[key][place]), sentence)
    came = model["challenged"][place]["share"]
    is_near = abs(came - document["at"]) <= FAR * document["at"]
    sentence = f"{at} was aimed at with a threshold from other sign-ins."
    state = ("good", "as aimed at") if is_near else ("fair", "far from the aim")
    yield Card("Genuine sign-ins challenged", *state, percent(came), sentence)
    if document["floors"]:
        missed = document["below"]
        sentence = "; ".join(missed) + "." if missed else f"All {len(document['floors'])} are reached at {at}."
        state = ("bad", "below a floor") if missed else ("good", "all reached")
        yield Card("Floors", *state, f"{len(document['floors']) - len(missed)} of {len(document['floors'])}", sentence)


def _grounds(document: Json) -> Iterator[tuple[str, str]]:
    frozen, judged, share = document["frozen_on"], document["judged"], document["frozen_share"]
    of = "other logs" if share is None else f"the first {percent(share)} of the logs"
    yield "plain", f"Thresholds were set on {count(frozen['genuine'])} genuine sign-ins of {of}, and not moved since."
    yield "plain", f"Judged were successes from {judged['from'][:10]} to {judged['to'][:10]} (UTC)."
    yield "plain", "Who scores above a threshold is challenged; failures count in no rate."
    unread = document["logs"]["unread"]
    yield ("fair", f"{count(unread)} entries could not be read.") if unread else ("good", "Every entry was read.")
    if not document["unseen"]:
        yield "fair", "Nothing says which families the model was fitted to, so none is told apart as unseen."
    if document["calibration"] is None:
        yield "fair", "There are not attacks on both sides, so nothing is said of its odds."
    yield from (("fair", each) for each in LIMITS)


def _sections(document: Json) -> list[Section]:
    caught = tables.caught(document).html() + tables.needed(document).html() + tables.precision(document).html()
    found = [
        drawn("attacks", "Attacks", [(roc(document), tables.roc(document))], caught),
        drawn(
            "baselines",
            "Without the model",
            [(scorers(document), tables.baselines(document))],
            tables.as_it_is(document),
        ),
        drawn(
            "people",
            "Who bears it",
            [(by_history(document), tables.group(document, "history")), (repeats(document), tables.repeats(document))],
            "".join(tables.group(document, name).html() for name in document["groups"] if name != "history"),
        ),
    ]
    if document["calibration"] is not None:
        shown = [(reliability(document), tables.bins(document))]
        after = tables.errors(document).html() + tables.promised(document).html()
        found.append(drawn("calibration", "Odds and promises", shown, after))
    return [*found, Section("campaigns", "Campaigns", tables.campaigns(document).html() + tables.frog(document))]
