"""What a process gathers in memory is written while it runs, and when it ends."""

from pathlib import Path

import pytest

from doorward.meter import NullMeter

from .conftest import House, house_in


class Flushes(NullMeter):
    """Counts how often it was flushed."""

    number = 0

    def flush(self) -> None:
        self.number += 1


@pytest.fixture
def flushes() -> Flushes:
    return Flushes()


@pytest.fixture
def house(tmp_path: Path, flushes: Flushes) -> House:
    return house_in(tmp_path, meter=flushes)


def test_times_are_written_by_what_is_done_every_second(house: House, flushes: Flushes) -> None:
    house.wiring.tick()

    assert flushes.number == 1
    house.wiring.stop()


def test_the_last_times_are_written_when_a_worker_ends(house: House, flushes: Flushes) -> None:
    house.wiring.stop()

    assert flushes.number == 1
