"""How a sign-in of our own ended. Two questions, asked of the same record, with answers that differ on purpose.

Whether history may learn from it: only what somebody saw end well. Whether anything speaks against the person, which
takes a sign-in out of the rates: not an answer of ours. Where a denial, or a challenge that nobody passed, spoke
against whom it stopped, a stricter policy would lower its own rates, and those whom it drives away would cost nothing.
"""

from collections.abc import Sequence
from typing import Any

from doorward.core.outcome import DENY
from doorward.core.request import LOGIN

COMPLETED, FAILED, ABANDONED = "completed", "failed", "abandoned"

_ENDED = {COMPLETED: True, FAILED: False, ABANDONED: False}


def ended_well(
    *, learned: bool, reported: Sequence[str], credential: str, kind: str, outcome: str, is_challenged: bool
) -> bool | None:
    """Answer whether it ended as verified-good; None where nothing tells. *reported* is what callers told of it."""
    if learned:
        return True
    if reported:
        return _ENDED.get(reported[0])
    # A challenge of ours that was passed is learned from.
    stopped = outcome == DENY or (kind == LOGIN and is_challenged)
    return False if credential == FAILED or stopped else None


def stands(*, learned: bool, reported: Sequence[str], outcome: str) -> bool | None:
    """Return False where the attempt was told to have failed though our answer let it go on, None where nothing is.

    One that was given up may have been anybody's; it is what a challenge costs. Who was denied has failed by that.
    """
    if learned:
        return True
    return False if FAILED in reported and outcome != DENY else None


def results_of(reports: Sequence[Any]) -> list[str]:
    """Return the results in *reports*, as far as they are such."""
    found = (each.get("result") for each in reports if isinstance(each, dict))
    return [each for each in found if isinstance(each, str)]
