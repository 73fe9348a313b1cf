"""The figures as a table for a terminal and for Markdown: what is challenged of whom, at which price."""

from collections.abc import Iterator, Sequence
from typing import Any

from doorward.offline.evidence.baselines import MODEL

Json = dict[str, Any]

NOTHING = "–"
_LONGEST = 120
_HARMLESS = "_-.,:;@% "


def table(document: Json) -> Iterator[str]:
    """Yield the lines of a Markdown table of the model's figures."""
    model = document["scorers"][MODEL]
    rates = [percent(rate) for rate in document["rates"]]
    yield f"| challenge rate aimed at | {' | '.join(rates)} | 95 % at {percent(document['at'])} |"
    yield "|---" * (len(rates) + 2) + "|"
    yield row("genuine sign-ins challenged", model["challenged"], document)
    for family, figures in model["families"].items():
        unseen = ", not fitted to" if figures["unseen"] else ""
        yield row(f"{plain(family)} ({figures['attacks']}{unseen})", figures["caught"], document)


def baselines_table(document: Json) -> Iterator[str]:
    """Yield what each scorer challenges of each family at the price that floors are for."""
    place = document["rates"].index(document["at"])
    scorers = document["scorers"]
    yield f"| at {percent(document['at'])} | {' | '.join(scorers)} |"
    yield "|---" * (len(scorers) + 1) + "|"
    yield _cells("genuine sign-ins challenged", [each["challenged"][place]["share"] for each in scorers.values()])
    for family in scorers[MODEL]["families"]:
        shares = [each["families"][family]["caught"][place]["share"] for each in scorers.values()]
        yield _cells(plain(family), shares)


def row(name: str, shares: Sequence[Json], document: Json) -> str:
    at = shares[document["rates"].index(document["at"])]
    cells = [percent(each["share"]) for each in shares]
    return f"| {name} | {' | '.join(cells)} | {between(at['wilson'])} |"


def percent(share: float | None) -> str:
    """Return a share with as many digits as matter: 0.42 %, 12.3 %, 100 %."""
    if share is None:
        return NOTHING
    return f"{100 * share:.{1 if share >= 0.1 else 2}f}".rstrip("0").rstrip(".") + " %"


def between(interval: Sequence[float] | None) -> str:
    return NOTHING if interval is None else f"{percent(interval[0])} to {percent(interval[1])}"


def plain(text: str) -> str:
    """Return a log's word as one that is nothing but a word, in Markdown and on a terminal."""
    shown = "".join(letter if letter.isalnum() or letter in _HARMLESS else "?" for letter in text)
    return shown[:_LONGEST]


def _cells(name: str, shares: Sequence[float | None]) -> str:
    return f"| {name} | {' | '.join(map(percent, shares))} |"
