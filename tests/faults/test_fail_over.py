"""Replicas that take over under load: soon, and what was acknowledged as used is not good again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .places import Start
from .replicated import ReplicatedCluster, Sentinels
from .shows import serving
from .spending import REFUSED, TAKEN
from .trials import Times, Trial, trial

TIMES = Times(away=4.5, after=1.5, a_second=25, people=5)
# A second of silence, the vote, a look of the service's own, and as much again on a machine that is busy.
AWAY_SECONDS = 6.0


class Hurried(Sentinels):
    """Does not wait until a Sentinel looks after the old master, which is every ten seconds."""

    def restart(self) -> None:
        self.master.start()
        self.master.ask("REPLICAOF", "127.0.0.1", self.replica.port)
        self.replica.wait(lambda: len(self.replica.ask("ROLE")[2]) == 1)


@pytest.fixture(params=[Hurried, ReplicatedCluster], scope="module")
def seen(request: Any, start_for_all: Start, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    kind: Callable[[Path], Any] = request.param
    with serving(kind, start_for_all, tmp_path_factory.mktemp("fail-over")) as (place, service, contract):
        shown = trial(place, service, contract, place.kill, place.restart, TIMES)
    print(shown.gets(), shown.spent(), shown.kept(), f"{shown.away_seconds:.1f} s", sep="\n")
    return shown


def test_nothing_that_was_acknowledged_as_used_is_good_again(seen: Trial) -> None:
    assert [each for each in seen.spends if each.code == TAKEN]
    assert [str(each) for each in seen.again if each.verdict != REFUSED] == []


def test_decisions_are_full_again_once_a_replica_has_taken_over(seen: Trial) -> None:
    assert 0 < seen.away_seconds < AWAY_SECONDS


def test_every_answer_is_one_that_the_contract_allows(seen: Trial) -> None:
    assert [str(each) for each in seen.broken] == []


def test_afterwards_people_are_let_in_again(seen: Trial) -> None:
    assert seen.newcomer_passes
