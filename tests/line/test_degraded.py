"""A store that cannot be read or written: decisions go on, the stricter way, and visibly."""

import pytest

from doorward.core.errors import Conflict, StoreUnavailable
from doorward.stores.guarded import FAILURES_TO_OPEN
from doorward.stores.sqlite import open_store

from .conftest import NEW_YORK, OSLO, house_in


class Faulty:
    """A real store whose named operations fail while they are in `down`."""

    def __init__(self):
        self.store = open_store(":memory:")
        self.down = set()

    def __getattr__(self, name):
        def operation(*arguments, **named):
            if name in self.down:
                raise StoreUnavailable
            return getattr(self.store, name)(*arguments, **named)

        return operation


@pytest.fixture
def faulty():
    return Faulty()


@pytest.fixture
def house(tmp_path, faulty):
    made = house_in(tmp_path, store=faulty)
    yield made
    faulty.down.clear()
    made.wiring.stop()


def test_without_history_nobody_is_allowed_in_silence(house, faulty):
    faulty.down = {"begin", "commit"}

    decision = house.decide()

    assert decision["outcome"] == "challenge"
    assert decision["degraded"] == ["history"]
    assert decision["challenge"] is None
    assert decision["step_up"]["acr_values"] == ["aal2"]


def test_without_history_the_score_is_unknown_and_not_low(house, faulty):
    faulty.down = {"begin", "commit"}

    decision = house.decide()

    assert decision["risk"]["score"] is None
    assert decision["risk"]["level"] == "unknown"


def test_enrolments_that_cannot_be_read_are_never_unenrolled(house, faulty):
    house.decide()
    faulty.down = {"begin", "commit"}

    decision = house.decide(ip=NEW_YORK)

    assert decision["outcome"] == "challenge"
    assert decision["challenge"] is None


def test_a_block_list_that_cannot_be_read_is_not_empty(house, faulty, tmp_path):
    policy = tmp_path / "rules" / "default" / "policy.yaml"
    policy.write_text(
        policy.read_text().replace("on_unknown: skip\n    then: deny", "on_unknown: deny\n    then: deny", 1)
    )
    house.wait(10)
    faulty.down = {"begin", "commit", "entries"}

    decision = house.decide()

    assert (decision["outcome"], decision["policy"]["rule"]) == ("deny", "blocked-address")


def test_block_lists_stay_in_force_while_the_store_is_away(house, faulty):
    house.call("PUT", f"/v1/lists/blocked_addresses/{OSLO}", {"reason": "attack"})
    house.decide()
    faulty.down = {"begin", "commit", "entries"}

    assert house.decide()["outcome"] == "deny"


def test_a_decision_that_cannot_be_kept_hands_out_no_device(house, faulty):
    faulty.down = {"commit"}

    decision = house.decide()

    assert decision["outcome"] == "challenge"
    assert decision["degraded"] == ["record"]
    assert decision["device"] is None
    assert decision["learning"] in ("none", "awaiting_outcome")


def test_full_answers_return_without_a_restart(house, faulty):
    faulty.down = {"begin", "commit"}
    house.decide()
    faulty.down = set()

    assert house.decide()["degraded"] == []


def test_who_was_blocked_stays_blocked_where_a_changed_list_cannot_be_read(house, faulty):
    house.call("PUT", f"/v1/lists/blocked_addresses/{OSLO}", {"reason": "attack"})
    house.decide()
    house.call("PUT", f"/v1/lists/blocked_addresses/{NEW_YORK}", {"reason": "attack"})
    faulty.down = {"entries"}

    decision = house.decide()

    assert (decision["outcome"], decision["degraded"]) == ("deny", ["history"])


def test_readiness_tells_since_when_the_store_is_away(house, faulty):
    faulty.down = {"ping", "begin"}
    for _ in range(FAILURES_TO_OPEN):
        house.decide()

    away = house.get("/readyz").get_json()["store"]
    faulty.down = set()
    back = house.get("/readyz").get_json()["store"]

    assert (away["reachable"], back["reachable"]) == (False, True)
    assert away["away_since"].startswith(("2026-07-01T09:59", "2026-07-01T10:00:00"))
    assert back["away_since"] is None


def test_readiness_tells_that_the_store_is_away(house, faulty):
    assert house.get("/readyz").status_code == 200

    faulty.down = {"ping"}

    assert house.get("/readyz").status_code == 503


def test_an_outcome_is_refused_while_the_store_is_away(house, faulty):
    decision = house.decide()
    faulty.down = {"rewrite_record"}

    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed"})

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_what_was_spent_in_the_meantime_does_not_count(house, faulty, monkeypatch):
    commits = []

    def commit(changes, now):
        commits.append(changes)
        if len(commits) == 1:
            raise Conflict("spent")
        faulty.store.commit(changes, now)

    monkeypatch.setitem(faulty.__dict__, "commit", commit)

    assert house.decide()["outcome"] == "allow"
    assert len(commits) == 2
