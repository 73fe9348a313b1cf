"""Workers that keep to one core each, where they are told to."""

import os
from collections.abc import Callable
from contextlib import suppress
from os import kill
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from doorward.cores import are_kept, keep_to, least_used
from doorward.settings import SettingsError, load

from .conftest import becomes_true

SERVICE = str(Path(__file__).with_name("small_service.py"))
CORES = sorted(os.sched_getaffinity(0))

Start = Callable[..., Any]
Fetch = Callable[..., tuple[int, str]]


@pytest.fixture(params=["gunicorn", "granian"])
def serve(request: pytest.FixtureRequest, start: Start) -> Start:
    pytest.importorskip(request.param)
    return lambda **environ: start(SERVICE, DOORWARD_SERVER=request.param, **environ)


def workers(program: Any, fetch: Fetch, number: int) -> list[int]:
    """Return the processes that answer, once there are as many as *number*."""
    url, seen = program.url(), set[int]()

    def all_seen() -> bool:
        # A worker that was just killed leaves who had connected to it.
        with suppress(OSError):
            seen.update(int(fetch(url)[1]) for _ in range(40))
        return len(seen) >= number

    assert becomes_true(all_seen), f"only {seen} answered"
    return sorted(seen)


def cores(pid: int) -> set[int]:
    """Return the cores that any thread of the process may run on."""
    return set().union(*(os.sched_getaffinity(int(each.name)) for each in Path(f"/proc/{pid}/task").iterdir()))


def test_a_system_without_a_choice_of_cores_refuses_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity")

    with pytest.raises(SettingsError, match="DOORWARD_PIN_WORKERS: 'on' needs what this system has not"):
        load({"DOORWARD_PIN_WORKERS": "on"})


def test_workers_go_where_the_system_puts_them_where_told_so(serve: Start, fetch: Fetch) -> None:
    (worker,) = workers(serve(DOORWARD_WORKERS="1", DOORWARD_PIN_WORKERS="off"), fetch, 1)

    assert cores(worker) == set(CORES)


@pytest.mark.parametrize(
    ("said", "number", "kept"),
    [("auto", 1, False), ("auto", 2, False), ("auto", 3, True), ("auto", 4, True), ("on", 1, True), ("off", 4, False)],
)
def test_on_three_cores_workers_are_kept(monkeypatch: pytest.MonkeyPatch, said: str, number: int, kept: bool) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 4, 5})

    assert are_kept(load({"DOORWARD_PIN_WORKERS": said, "DOORWARD_WORKERS": str(number)})) is kept


def test_where_processes_cannot_choose_workers_are_not_kept_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity")

    assert not are_kept(load({"DOORWARD_WORKERS": "64"}))


def test_each_worker_keeps_to_a_core_of_its_own_with_all_its_threads(serve: Start, fetch: Fetch) -> None:
    number = min(2, len(CORES))

    kept = [
        cores(each) for each in workers(serve(DOORWARD_WORKERS=str(number), DOORWARD_PIN_WORKERS="on"), fetch, number)
    ]

    assert [len(each) for each in kept] == [1] * number
    assert len(set().union(*kept)) == number


def test_a_worker_that_is_replaced_leaves_its_core_to_the_next(serve: Start, fetch: Fetch) -> None:
    number = min(2, len(CORES))
    program = serve(DOORWARD_WORKERS=str(number), DOORWARD_PIN_WORKERS="on")
    first = workers(program, fetch, number)
    before = {each: cores(each) for each in first}

    kill(first[0], SIGKILL)

    def replaced() -> bool:
        now = workers(program, fetch, number)
        return first[0] not in now and sorted(map(cores, now), key=min) == sorted(before.values(), key=min)

    assert becomes_true(replaced)


def test_the_next_worker_takes_the_core_that_the_fewest_have() -> None:
    assert least_used([]) == CORES[0]
    assert least_used([*CORES, *CORES[1:]]) == CORES[0]
    assert least_used([*CORES[:-1], None]) == CORES[-1]


def test_a_worker_that_may_not_choose_its_core_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.sched_getaffinity(0)

    def forbidden(_pid: int, _cores: set[int]) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    keep_to(CORES[0])

    assert os.sched_getaffinity(0) == before
