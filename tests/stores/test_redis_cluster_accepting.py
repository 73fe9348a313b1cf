"""A Cluster of which one master was emptied or rolled back."""

import pytest

from doorward.core.errors import StoreNotAccepted
from doorward.stores.redis import open_store

from .accepting import refused, serve
from .redis_servers import Dumped, start_cluster, taken_into_use
from .samples import NOW, TENANT


@pytest.fixture
def opening(url, tmp_path, closing):
    """Open the store as one more start on this machine does."""
    return lambda: closing(open_store(url, state_dir=tmp_path / "state", connect_seconds=5, command_seconds=5))


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    masters = start_cluster(tmp_path_factory.mktemp("cluster"), kind=Dumped)
    yield masters
    for master in masters:
        master.kill()


@pytest.fixture
def url(masters):
    for master in masters:
        master.ask("FLUSHALL")
    return taken_into_use("redis+cluster://" + ",".join(master.address for master in masters))


@pytest.mark.parametrize("number", range(3))
def test_one_master_that_was_emptied_is_refused(masters, opening, number):
    store = opening()
    serve(store)
    masters[number].ask("FLUSHALL")

    assert "part" in refused(store.look)
    assert "part" in refused(opening().look)


def test_a_call_that_meets_the_emptied_master_is_not_answered(masters, opening):
    store = opening()
    subjects = [b"subject-%d" % number for number in range(12)]
    for subject in subjects:
        store.rewrite_authenticators(TENANT, subject, lambda _: b"sealed", NOW)
    masters[1].ask("FLUSHALL")

    found = []
    for subject in subjects:
        try:
            found.append(store.authenticators(TENANT, subject, NOW))
        except StoreNotAccepted:
            found.append("refused")

    assert set(found) == {b"sealed", "refused"}


def test_one_master_that_was_rolled_back_is_refused_until_it_is_accepted(masters, opening):
    store = opening()
    yesterday = masters[2].dump()
    serve(store)
    masters[2].roll_back(yesterday)
    for master in masters:
        master.wait(lambda master=master: _is_whole_again(master))

    assert "rolled back" in refused(store.look)
    assert "rolled back" in refused(opening().look)

    store.accept(NOW + 20)
    assert store.look() == opening().look()


def test_every_master_can_tell(opening):
    store = opening()
    store.look()

    assert not any("epoch" in warning for warning in store.warnings())


def _is_whole_again(master):
    told = master.ask("CLUSTER", "INFO")
    return b"cluster_state:ok" in told if isinstance(told, bytes) else told["cluster_state"] == "ok"
