"""How many requests a tenant and a key may make, over every worker that asks the same store."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from doorward.api.app import create_app
from doorward.core.errors import StoreUnavailable
from doorward.core.keyed import KeyedHash
from doorward.core.quotas import Quotas, quota
from doorward.meter import NullMeter
from doorward.quotas import QuotaDesk
from doorward.services import Caller
from doorward.wiring import build

from .conftest import NOW, House, house_in, settings_for

HASHER = KeyedHash(b"s" * 32)


def limited(tmp_path, **quotas):
    return house_in(tmp_path, change=lambda settings: replace(settings, **quotas))


def statuses(house, number):
    return [house.get("/v1/policy").status_code for _ in range(number)]


def test_a_key_that_asks_too_often_is_told_when_to_come_back(tmp_path):
    house = limited(tmp_path, key_quota=5)

    answers = [house.get("/v1/policy") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].get_json()["type"] == "urn:doorward:problem:throttled"


def test_a_refused_request_does_nothing(tmp_path):
    house = limited(tmp_path, key_quota=1)
    house.decide("u-1")

    refused = house.post("/v1/decisions", {"kind": "login"})
    house.wait(60)

    assert refused.status_code == 429
    assert len(house.get("/v1/decisions").get_json()["items"]) == 1


def test_it_may_go_on_a_second_later(tmp_path):
    house = limited(tmp_path, key_quota=5)
    statuses(house, 6)

    house.wait(1)

    assert statuses(house, 6) == [200] * 5 + [429]


def test_another_key_is_not_held_back(tmp_path):
    house = limited(tmp_path, key_quota=2)
    statuses(house, 3)
    _, other = house.wiring.services.api_keys.create(tenant="default", scopes=("admin",), now=NOW)

    assert statuses(replace(house, key=other), 2) == [200, 200]


def test_all_keys_of_a_tenant_share_its_quota(tmp_path):
    house = limited(tmp_path, tenant_quota=3)
    _, other = house.wiring.services.api_keys.create(tenant="default", scopes=("admin",), now=NOW)

    assert statuses(house, 2) + statuses(replace(house, key=other), 2) == [200, 200, 200, 429]


def test_another_tenant_is_not_held_back(tmp_path):
    house = limited(tmp_path, tenant_quota=1)
    statuses(house, 2)
    _, other = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=NOW)

    assert statuses(replace(house, key=other), 1) == [200]


def test_a_wrong_key_uses_up_nothing(tmp_path):
    house = limited(tmp_path, tenant_quota=1)

    wrong = statuses(replace(house, key="dwk_wrong"), 3)

    assert (wrong, statuses(house, 1)) == ([401] * 3, [200])


def test_the_tenants_own_file_goes_before_the_settings(tmp_path):
    (tmp_path / "rules" / "default").mkdir(parents=True)
    house = limited(tmp_path, key_quota=1)
    file = tmp_path / "rules" / "default" / "tenant.yaml"
    file.write_text("version: 1\nname: Shop\nquotas: {key: 4}\n", encoding="utf-8")
    house.wait(2)

    assert statuses(house, 5) == [200] * 4 + [429]


@pytest.mark.parametrize("text", ["{key: 0}", "{key: many}", "{tenant: 100001}", "3", "{kye: 3}"])
def test_quotas_that_are_none_are_a_mistake_of_the_file(house, tmp_path, text):
    file = tmp_path / "rules" / "default" / "tenant.yaml"
    file.write_text(f"version: 1\nname: Shop\nquotas: {text}\n", encoding="utf-8")
    house.wait(2)

    with capture_logs() as logged:
        house.wiring.tick()

    assert [each["event"] for each in logged] == ["tenant_refused"]


def test_two_workers_give_out_no_more_than_one_would(tmp_path):
    shared = {"store": f"sqlite:///{tmp_path}/shared.db", "key_quota": 40}
    first = limited(tmp_path, **shared)
    other = build(replace(settings_for(tmp_path), **shared), clock=lambda: NOW)
    second = House(other, create_app(other.services).test_client(), first.key)

    answers = [status for _ in range(30) for house in (first, second) for status in statuses(house, 1)]
    first.wiring.stop()
    other.stop()

    # What one has taken and not yet used when the budget ends is the other's no more: a share at most.
    assert 30 <= answers.count(200) <= 40


class Away:
    """A store that is not there."""

    def rewrite_losable_note(self, *_given, **_named):
        raise StoreUnavailable("gone")


def test_while_the_store_is_away_nobody_is_refused():
    desk = QuotaDesk(Away(), HASHER, lambda _: Quotas(key=quota(2)), NullMeter())

    for turn in range(50):
        desk.count(Caller("default", "key_a", frozenset()), NOW + turn / 100)
