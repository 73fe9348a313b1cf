"""A proof is good once: one spent set for redeeming and for deciding."""

import contextlib
import threading
from dataclasses import replace

import pytest

from doorward.core.errors import InvalidAssertion


def test_an_assertion_is_redeemed_once(desk, mint, now):
    assertion = mint()
    desk.redeem("acme", assertion, now)

    with pytest.raises(InvalidAssertion, match="used before"):
        desk.redeem("acme", assertion, now + 1)


def test_a_proof_that_a_decision_spent_cannot_be_redeemed(desk, shelf, mint, proof, now):
    assertion = mint()
    shelf.spend("acme", proof.jti, expires_at=now + 1000, now=now)

    with pytest.raises(InvalidAssertion, match="used before"):
        desk.redeem("acme", assertion, now)


def test_two_assertions_of_one_proof_are_spent_together(desk, mint, now):
    first, second = mint(), mint(now=now + 1)
    desk.redeem("acme", first, now + 2)

    with pytest.raises(InvalidAssertion, match="used before"):
        desk.redeem("acme", second, now + 2)


def test_an_invalid_assertion_spends_nothing(desk, shelf, mint, now):
    assertion = mint()

    with pytest.raises(InvalidAssertion):
        desk.redeem("acme", assertion, now + 300)

    assert not shelf.spent


def test_of_twenty_that_redeem_at_once_one_succeeds(new_desk, mint, now):
    assertion = mint()
    desks = [new_desk() for _ in range(20)]
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


def test_a_proof_without_a_name_is_given_its_own(desk, mint, proof, now):
    nameless = replace(proof, jti="")

    names = {desk.read("acme", mint(proof=nameless), now=now)[1].jti for _ in range(2)}

    assert len(names) == 2
