"""The keys of a tenant: made once, kept sealed, published without their secret."""

import base64
import json
import threading

import pytest

from doorward import signing_keys
from doorward.core.errors import InvalidAssertion, Unreadable
from doorward.signing_keys import ANNOUNCED_SECONDS, FRESH_SECONDS, RETIRED_SECONDS, SigningKeys

from .conftest import NOW


def test_an_unknown_algorithm_is_refused(new_desk):
    with pytest.raises(ValueError, match="HS256"):
        new_desk("HS256")


def test_asking_for_the_keys_of_a_made_up_tenant_makes_none(desk, shelf):
    answer = desk.jwks("no-such-tenant", NOW)

    assert answer == {"keys": []}
    assert not shelf.kept


def test_reading_for_a_tenant_without_keys_makes_none(desk, shelf, mint, now):
    assertion = mint()

    with pytest.raises(InvalidAssertion):
        desk.read("globex", assertion, now=now)

    assert {tenant for tenant, _ in shelf.kept} == {"acme"}


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
def test_only_the_public_half_is_published(new_desk, algorithm, sign):
    desk = new_desk(algorithm)
    sign(desk)

    (key,) = desk.jwks("acme", NOW)["keys"]

    assert key.keys() - {"y"} == {"kty", "crv", "x", "kid", "alg", "use"}
    assert (key["alg"], key["use"]) == (algorithm, "sig")


def test_keys_are_kept_sealed(shelf, mint):
    mint()

    (sealed,) = shelf.kept.values()

    assert b'"d"' not in sealed
    assert b"kty" not in sealed


def test_the_keys_of_one_tenant_do_not_open_for_another(desk, shelf, mint):
    mint()
    for (_, name), sealed in list(shelf.kept.items()):
        shelf.kept["globex", name] = sealed

    with pytest.raises(Unreadable):
        desk.jwks("globex", NOW)


def test_racing_workers_sign_with_one_key(new_desk, sign):
    desks = [new_desk() for _ in range(8)]
    start = threading.Barrier(8)
    signed = []

    def mint(desk):
        start.wait()
        signed.append(sign(desk))

    threads = [threading.Thread(target=mint, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({assertion.split(".")[0] for assertion in signed}) == 1


def test_a_key_that_another_worker_made_is_found(new_desk, proof, now, sign):
    here, there = new_desk(), new_desk()
    here.jwks("acme", NOW)

    assertion = sign(there)

    assert here.read("acme", assertion, now=now)[1].jti == proof.jti


def test_a_known_key_is_not_fetched_again(desk, shelf, mint, now):
    desk.read("acme", mint(), now=now)
    reads = shelf.reads

    desk.read("acme", mint(), now=now)

    assert shelf.reads == reads


def test_a_change_of_algorithm_leaves_earlier_assertions_good(new_desk, now, sign):
    earlier = sign(new_desk("ES256"))
    desk = new_desk("Ed25519")
    later = sign(desk)

    assert desk.read("acme", earlier, now=now)[1] == desk.read("acme", later, now=now)[1]
    assert [key["alg"] for key in desk.jwks("acme", NOW)["keys"]] == ["ES256", "Ed25519"]


def test_a_successor_in_front_signs_and_its_predecessor_still_verifies(shelf, sealer, new_desk, now, sign):
    earlier, elsewhere = sign(new_desk()), type(shelf)()
    sign(new_desk(store=elsewhere))
    (place,), purpose = shelf.kept, "signing-keys/ES256/acme"
    both = [key for kept in (elsewhere, shelf) for key in json.loads(sealer.open(kept.kept[place], purpose))]
    shelf.kept[place] = sealer.seal(json.dumps(both).encode(), purpose)
    desk = new_desk()

    later = sign(desk)

    assert desk.read("acme", earlier, now=now)[1] == desk.read("acme", later, now=now)[1]
    assert earlier.split(".")[0] != later.split(".")[0]


def test_the_memory_for_keys_is_bounded(monkeypatch, new_desk, shelf, now, sign):
    monkeypatch.setattr(signing_keys, "REMEMBERED_TENANTS", 2)
    desk = new_desk()
    signed = {tenant: sign(desk, tenant=tenant) for tenant in "abc"}
    for tenant, assertion in signed.items():
        desk.read(tenant, assertion, now=now)

    fetched = {}
    for tenant in "cba":
        before = shelf.reads
        desk.read(tenant, signed[tenant], now=now)
        fetched[tenant] = shelf.reads > before

    assert fetched == {"c": False, "b": False, "a": True}


def kid_of(assertion):
    header = assertion.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]


def test_a_new_key_is_published_before_it_signs(new_desk, shelf, sealer, sign, now):
    desk = new_desk()
    first = kid_of(sign(desk))

    second = SigningKeys(shelf, sealer).rotate("acme", now).kid

    assert {key["kid"] for key in desk.jwks("acme", NOW)["keys"]} == {first, second}
    assert kid_of(sign(new_desk(), now=now + ANNOUNCED_SECONDS - 1)) == first
    assert kid_of(sign(desk, now=now + ANNOUNCED_SECONDS + FRESH_SECONDS)) == second


def test_what_the_old_key_signed_stays_good(new_desk, shelf, sealer, sign, now):
    desk = new_desk()
    before = sign(desk, now=now + ANNOUNCED_SECONDS - 1)
    SigningKeys(shelf, sealer).rotate("acme", now)

    later = now + ANNOUNCED_SECONDS + 100

    assert new_desk().read("acme", before, now=later)[0]["sub"] == "alice"


def test_a_key_that_was_replaced_a_day_ago_goes_with_the_next_rotation(new_desk, shelf, sealer, sign, now):
    desk = new_desk()
    first = kid_of(sign(desk))
    keys = SigningKeys(shelf, sealer)
    second = keys.rotate("acme", now).kid
    third = keys.rotate("acme", now + 3600).kid
    assert {key["kid"] for key in desk.jwks("acme", NOW)["keys"]} == {first, second, third}

    fourth = keys.rotate("acme", now + 3 * RETIRED_SECONDS).kid

    assert set(kids(desk, now + 3 * RETIRED_SECONDS)) == {third, fourth}


def kids(desk, now):
    return [key["kid"] for key in desk.jwks("acme", now)["keys"]]


def test_a_key_that_was_replaced_a_day_ago_verifies_no_more(new_desk, shelf, sealer, sign, now):
    first = sign(new_desk())
    second = SigningKeys(shelf, sealer).rotate("acme", now).kid
    replaced = now + ANNOUNCED_SECONDS

    assert kid_of(first) in kids(new_desk(), replaced + RETIRED_SECONDS - 1)
    assert kids(new_desk(), replaced + RETIRED_SECONDS) == [second]


def test_what_a_key_signs_that_was_replaced_a_day_ago_is_refused(new_desk, shelf, sealer, sign, now):
    sign(new_desk())
    stolen = type(shelf)(dict(shelf.kept))
    SigningKeys(shelf, sealer).rotate("acme", now)

    later = now + ANNOUNCED_SECONDS + RETIRED_SECONDS
    forged = sign(new_desk(store=stolen), now=later)

    with pytest.raises(InvalidAssertion, match="its key is not one of this tenant's"):
        new_desk().read("acme", forged, now=later)


def test_a_key_of_another_algorithm_is_replaced_by_the_first_of_the_new_one(new_desk, sign, now):
    earlier = sign(new_desk("ES256"))
    later = sign(new_desk("Ed25519"), now=now + 60)

    assert kids(new_desk("Ed25519"), now + 59 + RETIRED_SECONDS) == [kid_of(earlier), kid_of(later)]
    assert kids(new_desk("Ed25519"), now + 60 + RETIRED_SECONDS) == [kid_of(later)]


def test_whoever_goes_back_to_an_algorithm_signs_by_a_key_that_verifies(new_desk, sign, now):
    sign(new_desk("ES256"))
    sign(new_desk("Ed25519"), now=now + 60)

    for hours in (1, 11.9, 12, 13, 23.9, 24, 25, 100):
        later = now + 60 + hours * 3600
        assert new_desk("ES256").read("acme", sign(new_desk("ES256"), now=later), now=later + 200)


def test_two_versions_that_sign_by_two_algorithms_make_few_keys(new_desk, shelf, sign, now):
    both = [new_desk("ES256"), new_desk("Ed25519")]

    for turn in range(24 * 12):
        later = now + 300 * turn
        assert new_desk().read("acme", sign(both[turn % 2], now=later), now=later + 200)

    assert len(kids(new_desk(), now + 86_400)) <= 5


def test_racing_workers_go_back_to_an_algorithm_by_one_key(new_desk, sign, now):
    sign(new_desk("ES256"))
    sign(new_desk("Ed25519"), now=now + 60)
    desks, signed, start = [new_desk("ES256") for _ in range(8)], [], threading.Barrier(8)

    def mint(desk):
        start.wait()
        signed.append(sign(desk, now=now + 2 * RETIRED_SECONDS))

    threads = [threading.Thread(target=mint, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({kid_of(each) for each in signed}) == 1


def test_a_leaked_key_is_replaced_at_once(new_desk, shelf, sealer, sign, now):
    leaked = [sign(new_desk("ES256")), sign(new_desk("Ed25519"))]

    made = SigningKeys(shelf, sealer).replace("acme", now)

    assert kids(new_desk(), now) == [made.kid]
    assert kid_of(sign(new_desk())) == made.kid
    for assertion in leaked:
        with pytest.raises(InvalidAssertion, match="its key is not one of this tenant's"):
            new_desk().read("acme", assertion, now=now)


def test_a_worker_that_knows_a_leaked_key_believes_it_for_a_minute_at_most(new_desk, shelf, sealer, mint, desk, now):
    assertion = mint()
    desk.read("acme", assertion, now=now)
    SigningKeys(shelf, sealer).replace("acme", now)

    with pytest.raises(InvalidAssertion, match="its key is not one of this tenant's"):
        desk.read("acme", assertion, now=now + FRESH_SECONDS)


def test_the_first_rotation_of_a_tenant_makes_a_key_that_signs_at_once(new_desk, shelf, sealer, sign, now):
    made = SigningKeys(shelf, sealer).rotate("acme", now).kid

    assert kid_of(sign(new_desk())) == made


def test_nothing_of_a_rotation_is_published_but_public_halves(new_desk, shelf, sealer, sign, now):
    sign(new_desk())
    SigningKeys(shelf, sealer).rotate("acme", now)

    for key in new_desk().jwks("acme", NOW)["keys"]:
        assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
