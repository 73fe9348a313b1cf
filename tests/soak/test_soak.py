"""Two hundred callers for a while: nothing goes wrong and nothing grows. SOAK_SECONDS makes it longer."""

import os
import re
from pathlib import Path

import pytest

from ..ops.conftest import starting
from .appetite import Watching
from .callers import Callers, Tally
from .world_traffic import traffics

SECONDS = float(os.environ.get("SOAK_SECONDS", "15"))
CONNECTIONS = 200
A_SECOND = 120.0


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tally, Watching]:
    folder: Path = tmp_path_factory.mktemp("soak")
    callers = traffics(7, requests=int(SECONDS * A_SECOND), connections=CONNECTIONS)
    with starting(folder) as start:
        # Requests may wait for each other where other tests take the processors; what is asked is whether they break.
        program = start("-m", "doorward", "serve", DOORWARD_MOST_WAIT_MS="20000")
        url = program.url()
        key = re.search(r"Bearer (dwk_[A-Za-z0-9_-]+)", program.output)
        assert key
        with Watching(program.process.pid, every=max(0.5, SECONDS / 60)) as watching:
            tally = Callers(url, key[1], callers, a_second=A_SECOND, seconds=SECONDS).wait()
    return tally, watching


def growing(tally: Tally, watching: Watching) -> list[str]:
    return watching.growing(requests=sum(tally.answers.values()))


def test_two_hundred_callers_get_what_they_ask_for(soaked: tuple[Tally, Watching]) -> None:
    tally, _ = soaked

    assert tally.wrong == []
    assert {"allow", "deny"} <= tally.outcomes.keys()


@pytest.mark.skipif(SECONDS < 60, reason="caches still fill in the first minute")
def test_memory_is_flat(soaked: tuple[Tally, Watching]) -> None:
    assert [each for each in growing(*soaked) if "memory" in each] == []


def test_open_files_are_flat(soaked: tuple[Tally, Watching]) -> None:
    assert [each for each in growing(*soaked) if "files" in each] == []
