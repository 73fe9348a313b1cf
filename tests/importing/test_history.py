"""A log is learned as if its sign-ins had come here: people are known on their first day, and nothing is made up."""

import json
from contextlib import closing
from datetime import UTC, datetime

import pytest

from doorward.core.keyed import KeyedHash
from doorward.facts.agents import UserAgents
from doorward.facts.networks import Silence
from doorward.offline.event import read_event
from doorward.offline.spool import Spool
from doorward.offline.warming import Sorting

from ..line.conftest import CHROME, OSLO, TOR

ALLOWING = """
version: 1
id: allowing
rules:
  - id: all
    when: "true"
    then: allow
"""
DAY = 86_400
NORWAY = {"country": "NO", "city": "Oslo", "lat": 59.91, "lon": 10.75, "timezone": "Europe/Oslo"}
NORWAY |= {"asn": 2119, "as_org": "Nordic Net", "kind": "residential"}


def signed_in(place, days, subject="u-1", *, ip=OSLO, verified=True, amr=(), result="passed", **more):
    """Return one line of a log, of so many days ago."""
    at = datetime.fromtimestamp(place.house.now[0] - days * DAY, UTC).isoformat()
    client = {"ip": ip, "user_agent": CHROME, "accept_language": "nb-NO", "device_token": "laptop"}
    request = {"kind": "login", "subject": {"id": subject}, "client": client, "credential": {"result": result}}
    request |= {"session": {"amr": list(amr)}} if amr else {}
    return {
        "at": at,
        "request": request | more.pop("request", {}),
        "verified": verified,
        "facts": {"network": NORWAY},
    } | more


def bring(place, *lines, apply=True, more=()):
    file = place.file("log.jsonl", "\n".join(map(json.dumps, lines)))
    return place.run("import", "history", file, "--format", "json", *(["--apply"] if apply else []), *more)


def learn(place, *lines, **more):
    done = bring(place, *lines, **more)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def known(place, subject="u-1"):
    return place.house.get(f"/v1/subjects/{subject}/export").get_json()["history"]


def test_a_log_that_is_not_there_is_told_plainly(place):
    done = place.run("import", "history", "none.jsonl")

    assert (done.exit_code, "there is no file" in done.stderr) == (2, True)


def test_a_name_of_no_tenant_is_a_usage_error(place):
    assert bring(place, signed_in(place, 3), more=("--tenant", "../x")).exit_code == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"verified": False}, "did not end as verified"),
        ({"verified": None}, "not told whether it was verified"),
        ({"verified": None, "result": "failed"}, "did not end as verified"),
        ({"label": "fraud"}, "labelled as fraud"),
        ({"days": 181}, "older than 180 days"),
        ({"days": -1}, "ahead of the clock"),
        ({"request": {"kind": "action", "action": {"name": "x"}}}, "no login"),
        ({"subject": "u\u2028"}, "a subject that no decision could name"),
    ],
)
def test_what_teaches_nothing_is_left_out_by_its_reason(place, line, reason):
    told = learn(place, signed_in(place, **{"days": 3, **line}))

    assert (told["events"], told["left_out"]) == ({}, {reason: 1})
    assert known(place)["sign_ins"] == []


def test_without_apply_nothing_is_learned(place):
    told = learn(place, signed_in(place, 3), apply=False)

    assert (told["events"], told["subjects"]["new"]) == ({"learned": 1}, 1)
    assert known(place)["sign_ins"] == []


def test_what_is_no_event_is_counted_with_its_place_and_not_repeated(place):
    odd = signed_in(place, 3) | {"label": "sesame"}

    done = bring(place, signed_in(place, 3), {"at": "sesame", "request": {}, "verified": True}, odd)

    assert (done.exit_code, json.loads(done.stdout)["unreadable"]) == (1, 2)
    assert "log.jsonl:2: " in done.stderr
    assert "sesame" not in done.output


def test_a_success_is_believed_where_the_operator_says_so(place):
    line = signed_in(place, 3, verified=None)

    told = learn(place, line, more=("--assume-success-verified",))

    assert told["events"] == {"learned": 1}


def test_the_first_decision_knows_the_usual_country_and_scores_lower_than_a_strangers(each_place):
    learn(each_place, *(signed_in(each_place, days) for days in range(3, 60, 2)))

    usual, stranger = (each_place.house.decide(subject) for subject in ("u-1", "u-2"))
    away = each_place.house.decide("u-1", ip=TOR)

    assert [is_new_country(each_place, each) for each in (usual, stranger, away)] == [False, None, True]
    assert usual["risk"]["score"] < stranger["risk"]["score"] < away["risk"]["score"]


def is_new_country(place, decision):
    """Return `new.country` of a decision."""
    return place.house.get(f"/v1/decisions/{decision['id']}").get_json()["signals"]["new.country"].get("value")


def test_another_systems_log_is_read_as_what_it_is(place):
    at = datetime.fromtimestamp(place.house.now[0] - 3 * DAY, UTC)
    said = {"type": "LOGIN", "realmId": "shop", "userId": "u-1", "ipAddress": OSLO, "time": int(at.timestamp() * 1000)}

    told = learn(
        place, said | {"clientId": "app", "details": {"username": "anna"}}, more=("--assume-success-verified",)
    )

    assert told["events"] == {"learned": 1}
    assert [each["at"][:10] for each in known(place)["sign_ins"]] == [f"{at:%Y-%m-%d}"]


def test_what_waits_to_be_learned_names_no_address_and_no_browser(place):
    event = read_event(signed_in(place, 3))
    sorting = Sorting(KeyedHash(bytes(32)), "default", Silence(), UserAgents(), assumed=False, now=place.house.now[0])
    with closing(Spool()) as spool:
        sorting.put(event, spool)
        ((key, texts),) = ((key, list(texts)) for key, texts in spool.groups())

    held = key.hex() + "".join(texts)
    assert not [each for each in (OSLO, "Chrome", "u-1", "nb", "laptop") if each in held]


def test_no_device_becomes_known_by_a_name_in_a_log(place):
    learn(place, *(signed_in(place, days) for days in (3, 5, 7)))

    assert known(place)["devices"] == []
    assert place.house.get("/v1/subjects/u-1/devices").get_json() == []


def test_what_more_than_a_password_proved_weighs_more(place):
    learn(place, signed_in(place, 3), signed_in(place, 4, amr=("pwd", "otp")))

    assert [each["weight"] for each in known(place)["sign_ins"]] == [1.0, 0.5]


def test_a_password_alone_of_the_last_two_days_is_in_quarantine(place):
    learn(place, signed_in(place, 1), signed_in(place, 1.5, amr=("pwd", "otp")), signed_in(place, 3))

    assert [each["quarantined"] for each in known(place)["sign_ins"]] == [False, False, True]


def test_the_same_log_again_changes_nothing(each_place):
    place = each_place
    # About three days ago, at noon: four of the same day, whatever the time is now.
    noon = 2.5 + place.house.now[0] % 86_400 / 86_400
    ago = (1, noon, noon + 0.01, noon + 0.02, noon + 0.03, 9)
    lines = [signed_in(place, days, subject) for subject in ("u-1", "u-2") for days in ago]
    first = learn(place, *lines)
    before = rows(place)

    again = learn(place, *reversed(lines))

    assert first["events"] == {"learned": 10, "no room in the history or in its day": 2}
    assert again["events"] == {"there already": 10, "no room in the history or in its day": 2}
    assert rows(place) == before


def rows(place):
    """Return every history, and how common everything is, as the store holds it."""
    return sorted(place.house.wiring.store.export(("profiles", "tallies"), place.house.now[0]))


def test_a_history_of_our_own_loses_nothing_and_gains_what_was_before(place):
    findings = place.house.wiring.policies.replace("default", ALLOWING, place.house.now[0])
    assert [each for each in findings if each.severity == "error"] == []
    place.house.decide("u-1")
    before = known(place)["sign_ins"]

    told = learn(place, *(signed_in(place, days) for days in range(3, 150)))

    assert told["subjects"] == {"found": 1, "changed": 1, "new": 0}
    after = known(place)["sign_ins"]
    assert (len(after), after[-1:]) == (100, before)


def test_a_history_that_is_full_takes_the_newest_of_a_log(place):
    told = learn(place, *(signed_in(place, days / 2) for days in range(6, 300)))

    ages = [place.house.now[0] - datetime.fromisoformat(each["at"]).timestamp() for each in known(place)["sign_ins"]]
    assert (told["events"]["learned"], max(ages) < 56 * DAY) == (100, True)


def test_how_common_a_value_is_counts_from_the_first_day(place):
    learn(place, *(signed_in(place, 3, f"u-{number}") for number in range(30)))

    population = facts_of(place, place.house.decide("stranger"))["population"]

    assert population["counts"]["country"] == pytest.approx(30, rel=0.1)


def facts_of(place, decision):
    kept = place.house.wiring.services.records._kept.read("default", decision["id"], place.house.now[0])
    return {"population": {"counts": kept.facts.population.counts}}
