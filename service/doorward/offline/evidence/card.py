"""A model's card in Markdown: what it was judged by, what it does, and what it cannot do."""

from collections.abc import Iterator
from typing import Any

from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.summary import NOTHING, baselines_table, between, percent, plain, table

Json = dict[str, Any]

# As the card of a training names them, so that either card tells the next evaluation.
LEFT_OUT, NOT_TOLD = "families that nothing was fitted to", "not told"

LIMITS = (
    "Whoever has the subject's device token, network and browser looks like the subject: theft of cookies "
    "(cookie_theft) and phishing through a reverse proxy are out of reach of any score of sign-ins. Offer passkeys.",
    "First sign-ins have nothing to be compared with: only the network, its kind and failures speak of them.",
    "Figures of simulated sign-ins rank models; they do not promise what happens in the field.",
)


def card(document: Json) -> str:
    """Return the card of *document*; what a log's words would do in Markdown is taken from them."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Json) -> Iterator[str]:
    model, judged, frozen = document["model"], document["judged"], document["frozen_on"]
    yield f"# {plain(model['id'])}\n"
    yield "What `doorward model evaluate` found; `docs/evidence.md` says what each number means.\n"
    yield "| | |\n|---|---|"
    yield f"| model | `{plain(model['file'])}`, SHA-256 `{model['sha256']}` |"
    yield f"| judged | {judged['genuine']} genuine successes of {judged['subjects']} subjects, {_attacks(judged)} |"
    yield f"| from, to | {judged['from']}, {judged['to']} |"
    yield f"| thresholds set on | {frozen['genuine']} genuine successes {_where(document)} |"
    yield f"| {LEFT_OUT} | {', '.join(map(plain, document['unseen'])) or NOT_TOLD} |"
    yield "\n## Data\n\n| use | file | SHA-256 |\n|---|---|---|"
    yield from _files("judged", document["logs"])
    yield from _files("thresholds", document["validation"] or {"files": []})
    yield "\n## What it catches, at which price\n"
    yield from table(document)
    yield from _means(document)
    yield "\n## Beside what one would have without it\n"
    yield from baselines_table(document)
    yield "\n" + "; ".join(f"`{name}`: {each['about']}" for name, each in document["scorers"].items()) + "."
    yield from _as_they_are(document)
    yield "\n## Who bears it\n"
    yield from _history(document)
    yield "\n## Calibration\n"
    yield from _calibration(document)
    if document["floors"]:
        yield f"\n## Floors at {percent(document['at'])}\n"
        yield from ([f"- {plain(each)}" for each in document["below"]] or ["All are reached."])
    yield "\n## Limits\n"
    yield from (f"- {each}" for each in LIMITS)


def _attacks(judged: Json) -> str:
    return f"{sum(judged['attacks'].values())} successes of {len(judged['attacks'])} families of attacks"


def _where(document: Json) -> str:
    share = document["frozen_share"]
    return "of other logs" if share is None else f"in the first {percent(share)} of the same logs"


def _files(use: str, logs: Json) -> Iterator[str]:
    return (f"| {use} | {plain(each['name'])} | `{each['sha256'] or NOTHING}` |" for each in logs["files"])


def _means(document: Json) -> Iterator[str]:
    model = document["scorers"][MODEL]
    for key, name in (("mean_seen", "fitted to"), ("mean_unseen", "not fitted to")):
        if model[key] is not None:
            shares = ", ".join(percent(share) for share in model[key])
            yield f"\nMean over families that it was {name}: {shares}."


def _as_they_are(document: Json) -> Iterator[str]:
    """Yield what those come to that decide without a threshold, which no price can be set for."""
    for name, each in document["scorers"].items():
        found = each["as_it_is"]
        if found and found["families"]:
            caught = sum(found["families"].values()) / len(found["families"])
            price = percent(found["challenged"])
            yield f"\nAs it is, `{name}` challenges {price} of genuine sign-ins and {percent(caught)} of attacks."


def _history(document: Json) -> Iterator[str]:
    place = document["rates"].index(document["at"])
    yield f"| verified sign-ins before | genuine | challenged at {percent(document['at'])} | 95 % |"
    yield "|---|---|---|---|"
    for row in document["groups"]["history"]:
        challenged = percent(row["challenged"][place])
        yield f"| {row['name']} | {row['genuine']} | {challenged} | {between(row['wilson'][place])} |"


def _calibration(document: Json) -> Iterator[str]:
    found, promised = document["calibration"], document["promised"]["by_score"]
    if found is None:
        yield "Not told: there are not attacks on both sides."
    else:
        slope = NOTHING if found["slope"] is None else f"{found['slope']:.2f}"
        yield f"ECE {found['ece']:.4f}, Brier {found['brier']:.4f}, slope {slope}, after the prior shift."
    if promised is not None:
        yield (
            f"\nA score that promises {percent(promised['expected'])} of genuine sign-ins challenges "
            f"{percent(promised['came'])} of them; by the day it is off by {percent(promised['mean_off_by_day'])} "
            f"on average."
        )
