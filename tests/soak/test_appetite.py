"""What is watched while a service works is seen to grow where it grows."""

import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from .appetite import CONNECTIONS_TO_A_FILE, MIB, SLACK_FILES, Held, Watching, open_files


def test_sockets_that_stay_open_are_counted_one_by_one() -> None:
    before = open_files(os.getpid())
    with ExitStack() as stack:
        for _ in range(7):
            stack.enter_context(socket.socket())

        assert open_files(os.getpid()) == before + 7


def test_a_pool_of_connections_to_one_file_is_one_however_many_are_open(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    before = open_files(os.getpid())
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_TO_A_FILE):
            stack.enter_context((tmp_path / "store.db").open())

        assert open_files(os.getpid()) == before + 1


def test_a_file_that_is_opened_again_and_again_is_counted_once_it_is_more_than_a_pool(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    before = open_files(os.getpid())
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_TO_A_FILE + 5):
            stack.enter_context((tmp_path / "store.db").open())

        assert open_files(os.getpid()) == before + 6


# Of two minutes at 120 requests a second, each sixth of a minute, in MiB: two runs with nothing wrong.
RUNS = (
    [188.2, 192.0, 193.9, 194.1, 194.8, 195.0, 196.0, 196.5, 198.1, 199.0, 199.8, 200.2],
    [178.2, 190.7, 192.7, 194.2, 195.6, 196.4, 197.2, 198.0, 198.4, 199.4, 198.8, 196.4],
)
REQUESTS = 14_400


def grown(memory: Sequence[float], *, files: Sequence[int] = (), leaks: int = 0, requests: int = REQUESTS) -> list[str]:
    """Return what is told of samples in MiB, with *leaks* bytes a request on top."""
    watching = Watching(os.getpid(), every=60)
    leak = leaks * requests / max(1, len(memory) - 1)
    watching.seen = [
        Held(int(each * MIB + leak * place), files[place] if files else 50) for place, each in enumerate(memory)
    ]
    return watching.growing(requests=requests)


def test_what_grows_is_told() -> None:
    files = [50] * 6 + [50 + SLACK_FILES + 1] * 3

    assert grown([100.0] * 6 + [120.0] * 3, files=files, requests=360_000) == [
        "memory grew from 100.0 to 120.0 MiB",
        "open files grew from 50 to 55",
    ]


def test_what_comes_and_goes_is_not_told() -> None:
    assert grown([100.0] * 6 + [104.0] * 3, files=[50] * 6 + [50 + SLACK_FILES] * 3) == []


@pytest.mark.parametrize("run", RUNS)
def test_caches_that_fill_are_not_told_and_a_leak_of_two_kilobytes_a_request_is(run: list[float]) -> None:
    assert grown(run) == []
    assert any("a request" in each for each in grown(run, leaks=2000))


def test_a_moment_that_holds_much_more_is_no_leak() -> None:
    run = [*RUNS[0][:8], 260.0, *RUNS[0][9:]]

    assert grown(run) == []


def test_half_an_hour_of_caches_that_fill_is_not_told_and_a_slow_leak_is() -> None:
    half_an_hour = [260.0 + 22.0 * place / 40 for place in range(40)]

    assert grown(half_an_hour, requests=360_000) == []
    assert len(grown(half_an_hour, leaks=100, requests=360_000)) == 1
