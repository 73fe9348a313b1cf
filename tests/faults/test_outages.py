"""Stores and workers that die or hang under load: every answer is one that the contract allows."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from .load import CONNECTIONS
from .outages import Outage, longest, percentile, table
from .places import Start
from .shows import STORES, Shown, store_goes, worker_goes

CONTRACT_MS = 250
RECOVERY_SECONDS = 2.5


def bound(seen: Outage) -> float:
    """Return what the contract allows, or what a machine that is busy with other things makes everybody wait."""
    return max(CONTRACT_MS, 2 * percentile(seen.phases["before"], 99))


def died_slowly(seen: Outage) -> bool:
    return percentile(seen.during, 99) >= bound(seen)


def hung_slowly(seen: Outage) -> bool:
    """Answer whether anybody but the first waited long, or one of the first more than a few times in a row."""
    return percentile(seen.phases["away"], 99) >= bound(seen) or longest(seen.phases["opening"]) >= 8 * bound(seen)


def shown_of(name: str, start: Start, folder: Path, slowly: Callable[[Outage], bool]) -> Shown:
    """Return what came of *name*; where it was slow, of a second time with half the load: the machine may be busy."""
    shown = store_goes(name, start, folder / "first")
    if not slowly(shown.seen):
        return shown
    print(table(shown.seen))
    return store_goes(name, start, folder / "again", a_second=100)


def told(seen: Outage) -> None:
    """Fail where readiness and metrics did not tell of the outage, or of its end."""
    away, back = seen.told_away, seen.told_back
    assert (away.ready, away.store["reachable"], away.available) == (503, False, 0.0)
    assert (away.outages > 0, away.degraded > 0) == (True, True)
    assert (back.ready, back.store["away_since"], back.available) == (200, None, 1.0)


def kept(shown: Shown) -> None:
    """Fail where a promise was broken: an answer that the contract does not know, an unsafe one, a lost decision."""
    print(table(shown.seen))
    assert Counter(shown.broken) == Counter()
    assert shown.lost == []


@pytest.mark.parametrize("name", ["redis killed", "a master killed"])
def test_a_store_that_dies_is_missed_by_nobody_for_long(name: str, start: Start, tmp_path: Path) -> None:
    shown = shown_of(name, start, tmp_path, died_slowly)

    kept(shown)
    told(shown.seen)
    assert not died_slowly(shown.seen)
    assert shown.seen.recovery < RECOVERY_SECONDS


@pytest.mark.parametrize("name", [name for name in STORES if not name.endswith("killed")])
def test_a_store_that_hangs_is_waited_for_by_few_and_once(name: str, start: Start, tmp_path: Path) -> None:
    shown = shown_of(name, start, tmp_path, hung_slowly)

    kept(shown)
    assert not hung_slowly(shown.seen)
    assert shown.seen.recovery < RECOVERY_SECONDS


def test_a_worker_that_is_killed_takes_nobody_with_it(start: Start, tmp_path: Path) -> None:
    shown = worker_goes(start, tmp_path)

    torn = [each for each in shown.broken if "the connection broke" in each]
    assert [each for each in shown.broken if each not in torn] == []
    assert len(torn) <= 2 * CONNECTIONS
    assert (shown.lost, shown.seen.told_back.outages) == ([], 0.0)
    assert percentile(shown.seen.phases["after"], 99) < 8 * bound(shown.seen)
