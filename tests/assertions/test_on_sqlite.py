"""The desk on the store that ships: what is kept and spent there is shared by every worker."""

import contextlib
import threading

import pytest

from doorward.core.errors import InvalidAssertion
from doorward.stores.sqlite import open_store


@pytest.fixture
def store(tmp_path):
    opened = open_store(str(tmp_path / "doorward.db"))
    yield opened
    opened.close()


def test_of_twenty_that_redeem_at_once_one_succeeds(new_desk, store, sign, now):
    assertion = sign(new_desk(store=store))
    desks = [new_desk(store=store) for _ in range(20)]
    start = threading.Barrier(20)
    redeemed = []

    def redeem(desk):
        start.wait()
        with contextlib.suppress(InvalidAssertion):
            redeemed.append(desk.redeem("acme", assertion, now))

    threads = [threading.Thread(target=redeem, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(redeemed) == 1


def test_a_restarted_service_still_knows_its_keys(new_desk, tmp_path, sign, now):
    path = str(tmp_path / "doorward.db")
    with contextlib.closing(open_store(path)) as before:
        assertion = sign(new_desk(store=before))

    with contextlib.closing(open_store(path)) as after:
        claims = new_desk(store=after).redeem("acme", assertion, now)

    assert claims["sub"] == "alice"
