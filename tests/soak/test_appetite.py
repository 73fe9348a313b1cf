"""What is watched while a service works is seen to grow where it grows."""

import os
import socket
from contextlib import ExitStack
from pathlib import Path

from .appetite import CONNECTIONS_TO_A_FILE, SLACK_FILES, Held, Watching, open_files


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


def test_what_grows_is_told() -> None:
    watching = Watching(os.getpid(), every=60)
    watching.seen = [Held(100_000_000, 50)] * 6 + [Held(120_000_000, 50 + SLACK_FILES + 1)] * 3

    assert watching.growing() == ["memory grew from 95.4 to 114.4 MiB", "open files grew from 50 to 55"]


def test_what_comes_and_goes_is_not_told() -> None:
    watching = Watching(os.getpid(), every=60)
    watching.seen = [Held(100_000_000, 50)] * 6 + [Held(104_000_000, 50 + SLACK_FILES)] * 3

    assert watching.growing() == []
