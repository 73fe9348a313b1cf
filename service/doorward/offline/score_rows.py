"""The scores of a log as rows of a table: one for each of its entries, in the order in which they are written."""

from collections.abc import Iterator, Sequence
from typing import Any

from doorward.core.times import rfc3339
from doorward.offline.ordering import in_order
from doorward.offline.past import Past
from doorward.offline.scored import Log, Scored, Tick, scored
from doorward.risk.scorecard import Scorecard

COLUMNS = ("index", "at", "subject", "score", "level", "confidence", "reasons")

# Enough to tell apart whatever the steps of a scorecard tell apart.
_DECIMALS = 6


def rows(
    log: Log, past: Past, card: Scorecard, *, assume_verified: bool = False, tick: Tick = lambda: None
) -> Iterator[Sequence[Any]]:
    """Yield a row of COLUMNS for every entry; one that is no event has its index and nothing else.

    Reasons are codes, joined by `|`, the one that counts most first. *tick* is called for each event.
    """
    told = scored(log.events(), past, card, assume_verified=assume_verified, with_reasons=True)
    following = 0
    for found in in_order(_ticked(told, tick), lambda found: float(found["index"])):
        yield from _empty(following, found["index"])
        yield found["row"]
        following = found["index"] + 1
    yield from _empty(following, log.entries)


def _ticked(told: Iterator[Scored], tick: Tick) -> Iterator[dict[str, Any]]:
    for each in told:
        tick()
        yield {"index": each.index, "row": _row(each)}


def _row(each: Scored) -> list[Any]:
    assessment = each.assessment
    return [
        each.index,
        rfc3339(each.event.at),
        each.event.request.subject.id,
        "" if assessment.score is None else round(assessment.score, _DECIMALS),
        each.level,
        assessment.confidence,
        "|".join(reason.code for reason in assessment.reasons),
    ]


def _empty(since: int, until: int) -> Iterator[list[Any]]:
    for index in range(since, until):
        yield [index, *[""] * (len(COLUMNS) - 1)]
