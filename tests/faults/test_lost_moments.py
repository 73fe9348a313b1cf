"""A master that dies the moment after it acknowledged, while its replica is behind: nothing is good twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorward.core.errors import SpendNotKept
from doorward.ports import Store
from doorward.stores import open_store

from ..stores.redis_servers import Replica, Server, taken_into_use
from ..stores.samples import HOUR, NOW, SUBJECT, TENANT
from .wire import Wire

# Behind by far less than what is waited for, which is half of the first; and by more than half of the second.
COMMAND_SECONDS, HASTY_SECONDS = 8.0, 0.6
BEHIND, FAR_BEHIND = (0.0, 0.01, 0.05, 0.1), 0.8


class Pair:
    """A master, and a replica that follows it through a wire."""

    def __init__(self, folder: Path) -> None:
        self.master = Server(folder / "master")
        self.master.start()
        taken_into_use(f"redis://{self.master.address}")
        self.wire = Wire(self.master.port)
        self.replica = Replica(folder / "replica", self.master, port=self.wire.port)
        self.replica.start()

    def fall_behind(self, seconds: float) -> None:
        self.wire.delay = seconds

    def fail_over(self) -> None:
        """Let the master die with what is on its way, and the replica take over."""
        self.wire.cut()
        self.master.kill()
        self.replica.take_over()

    def close(self) -> None:
        self.wire.cut()
        self.replica.kill()
        self.master.kill()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.close()


@contextmanager
def opened(server: Server, replicas: int, *, seconds: float = COMMAND_SECONDS) -> Iterator[Store]:
    store = open_store(f"redis://{server.address}", connect_seconds=5, command_seconds=seconds, replicas=replicas)
    try:
        yield store
    finally:
        store.close()


def spend(store: Store, name: str = "jti-1") -> bool:
    return store.spend(TENANT, name, expires_at=NOW + HOUR, now=NOW)


def take_step(store: Store) -> bool:
    """Use the code of a step, and answer whether it was fresh."""
    fresh = []

    def use(body: bytes | None) -> bytes:
        fresh[:] = [body is None]
        return b"step 1"

    store.rewrite_authenticators(TENANT, SUBJECT, use, NOW)
    return fresh == [True]


SPENDS = {"a proof": spend, "a code": take_step}


@pytest.mark.parametrize("seconds", BEHIND)
@pytest.mark.parametrize("name", SPENDS)
def test_what_was_acknowledged_is_spent_on_the_replica_that_takes_over(name: str, seconds: float, pair: Pair) -> None:
    use: Callable[[Store], bool] = SPENDS[name]
    pair.fall_behind(seconds)
    with opened(pair.master, replicas=1) as store:
        store.look()
        assert use(store)
    pair.fail_over()

    with opened(pair.replica, replicas=0) as store:
        assert not use(store)


@pytest.mark.parametrize("name", SPENDS)
def test_what_the_replica_has_not_in_time_lets_nobody_in(name: str, pair: Pair) -> None:
    pair.fall_behind(FAR_BEHIND)

    with opened(pair.master, replicas=1, seconds=HASTY_SECONDS) as store, pytest.raises(SpendNotKept):
        SPENDS[name](store)


def test_without_waiting_it_would_be_good_twice(pair: Pair) -> None:
    """Shows that the tests above lose what they must not lose."""
    pair.fall_behind(FAR_BEHIND)
    with opened(pair.master, replicas=0) as store:
        assert spend(store)
    pair.fail_over()

    with opened(pair.replica, replicas=0) as store:
        assert spend(store)


def test_whoever_saw_the_master_accepts_nothing_on_the_replica_before_that_was_noticed(pair: Pair) -> None:
    with opened(pair.master, replicas=1) as store:
        store.look()
        store.beat(NOW + 1)
        spend(store)
    pair.fail_over()

    with opened(pair.replica, replicas=0) as store:
        with pytest.raises(SpendNotKept):
            spend(store, "jti-2")
        store.look()
        store.beat(NOW + 3)
        assert spend(store, "jti-3")
        assert store.epoch_info().codes_from == NOW + 3
