"""A tenant's own scale through the whole line: made of what was learned, frozen, named, held and let go again."""

import base64
import json

import pytest

from doorward.core.odds import bin_of, level_of, moves_of
from doorward.core.population import ATTEMPTS, Tally, scale
from doorward.core.times import rfc3339
from doorward.kept import KeptRecords
from doorward.offline.judging import Judging
from doorward.offline.record_file import RecordFile
from doorward.offline.replay import recorded
from doorward.own_scales import OwnScales
from doorward.policy_texts import PolicyTexts
from doorward.ports import RecordQuery
from doorward.records_export import export
from doorward.resealing import reseal
from doorward.risk.scale_alarms import CUT, FAILURES, SHIFT, TAIL
from doorward.sealing import AesGcmSealer, load_keys

from .conftest import FIREFOX, NEW_YORK, NOW, OSLO_TWO, house_in, login
from .test_reports import feedback

DAY = 86_400
USUAL, ODD = -14.0, 3.0


def scales_of(house) -> OwnScales:
    return house.wiring.scale_watch.scales


def look(house):
    return next(scales_of(house).look(["default"], house.now[0]))


def sign_ins(house, *groups):
    """Let the tenant have had so many genuine sign-ins at each log-odds: pairs of number and log-odds."""
    for number, log_odds in groups:
        moves = [(bin_of(log_odds), number)]
        house.wiring.tallies.add("default", moves_of(scales_of(house).model, moves, at=house.now[0]))
        tried = number * scale(house.now[0])
        house.wiring.tallies.add("default", [Tally(ATTEMPTS, 0, 0, tried, 0.0)])
    house.wait(1)


def counted(house):
    """Return what the scale has been given, by bin, as the store holds it now."""
    house.wait(1)
    _, tallies = house.wiring.store.tallies_since("default", 0)
    level = level_of(scales_of(house).model)
    found = {each.value: each.a / scale(house.now[0]) for each in tallies if each.level == level}
    return {place: count for place, count in found.items() if abs(count) > 1e-6}


@pytest.fixture
def grown(house):
    """A house whose scale is wholly its own: everybody lies at USUAL, but for one in a hundred."""
    sign_ins(house, (2970, USUAL), (30, ODD))
    look(house)
    return house


def test_a_young_tenant_is_scored_by_the_model(house):
    sign_ins(house, (150, USUAL))
    look(house)

    assert house.decide()["risk"]["calibration"]["source"] == "simulated"


def test_between_the_first_version_and_2000_sign_ins_both_are_blended(house):
    sign_ins(house, (500, USUAL))
    look(house)

    assert house.decide()["risk"]["calibration"] == {"source": "blended", "n": 500, "version": "2026-07-01"}


def test_a_grown_tenant_is_scored_by_its_own_sign_ins(grown):
    decision = grown.decide()

    assert decision["risk"]["calibration"] == {"source": "tenant", "n": 3000, "version": "2026-07-01"}
    assert decision["risk"]["score"] == 99.0


def test_a_version_stays_in_force_until_the_next_day(grown):
    sign_ins(grown, (3000, ODD))

    look(grown)

    assert grown.decide()["risk"]["calibration"]["n"] == 3000


def test_a_day_that_is_like_the_others_makes_the_next_version(grown):
    grown.wait(DAY)
    sign_ins(grown, (400, USUAL))

    assert look(grown).version == "2026-07-02"


def test_a_day_with_little_that_is_new_makes_none(grown):
    grown.wait(DAY)
    sign_ins(grown, (20, USUAL))

    assert look(grown).version == "2026-07-01"


def test_an_attack_keeps_the_last_version_in_force_and_is_told(grown):
    grown.wait(DAY)
    sign_ins(grown, (400, USUAL), (100, ODD))

    standing = look(grown)

    assert (standing.version, standing.held) == ("2026-07-01", (TAIL,))
    told = grown.get("/readyz").get_json()["own_scales"][0]
    assert told["held"] == [TAIL]
    assert told["held_since"] is not None


def test_how_far_scores_have_moved_since_the_version_is_known(grown):
    made = look(grown)
    grown.wait(DAY)
    sign_ins(grown, (90, USUAL))
    few = look(grown)
    sign_ins(grown, (110, ODD))
    moved = scales_of(grown).standing("default", grown.now[0])

    assert (made.made_at, made.shift) == (NOW + 1, None)
    assert few.shift is None
    assert moved.shift > 0.25


def test_a_tenant_without_a_version_has_no_age_and_no_movement(house):
    sign_ins(house, (150, USUAL))
    standing = look(house)

    assert (standing.made_at, standing.shift) == (None, None)


def test_the_model_says_when_it_was_calibrated(house):
    assert rfc3339(scales_of(house).dated_at) == "2026-11-01T00:00:00Z"


def test_a_wave_of_failures_keeps_the_last_version_in_force(grown):
    grown.wait(DAY)
    grown.wiring.tallies.add("default", [Tally(ATTEMPTS, 0, 0, 4000 * scale(grown.now[0]), 4000 * scale(grown.now[0]))])
    sign_ins(grown, (400, USUAL))

    assert look(grown).held == (FAILURES,)


def test_the_tail_of_a_tenant_that_is_cut_off_is_not_forgotten(grown):
    for _ in range(16):
        grown.wait(DAY)
        sign_ins(grown, (396, USUAL), (4, ODD))
        assert not look(grown).held
    version = look(grown).version

    for _ in range(10):
        grown.wait(DAY)
        sign_ins(grown, (900, USUAL))
        standing = look(grown)

    assert (standing.version, standing.held) == (version, (CUT,))


def test_a_tenant_that_has_been_there_for_weeks_does_not_move_in_a_day(grown):
    for _ in range(15):
        grown.wait(DAY)
        sign_ins(grown, (198, USUAL - 1), (198, USUAL), (4, ODD))
        look(grown)
    grown.wait(DAY)
    sign_ins(grown, (396, USUAL - 1), (4, ODD))

    assert look(grown).held == (SHIFT,)


def test_a_quiet_day_ends_what_an_attack_held(grown):
    grown.wait(DAY)
    sign_ins(grown, (400, USUAL), (100, ODD))
    look(grown)
    grown.wait(DAY)
    sign_ins(grown, (400, USUAL))

    standing = look(grown)

    assert (standing.version, standing.held) == ("2026-07-03", ())


def test_what_lasts_a_week_is_how_things_are(grown):
    for day in range(8):
        grown.wait(DAY)
        sign_ins(grown, (400, USUAL), (100, ODD))
        standing = look(grown)
        assert bool(standing.held) == (day < 7)

    assert standing.version == "2026-07-09"


def test_an_operator_may_let_it_follow(grown):
    grown.wait(DAY)
    sign_ins(grown, (400, USUAL), (100, ODD))
    look(grown)

    assert scales_of(grown).thaw("default")
    assert look(grown).version == "2026-07-02"
    assert not scales_of(grown).thaw("default")


def test_another_worker_takes_up_the_same_version(grown):
    wiring = grown.wiring
    model = scales_of(grown)._shipped
    other = OwnScales(wiring.store, wiring.services.sealer, wiring.tallies, model, keep_seconds=90 * DAY)

    list(other.look(["default"], grown.now[0]))

    assert other.card("default").own == scales_of(grown).card("default").own


def test_other_tenants_keep_the_models_scale(grown):
    assert scales_of(grown).card("elsewhere").own is None


def test_a_worker_has_the_scale_before_its_first_decision(grown, tmp_path):
    again = house_in(tmp_path / "again", key=grown.key, store=grown.wiring.store)
    again.wiring.start()

    assert again.decide()["risk"]["calibration"]["source"] == "tenant"


def test_an_old_record_is_computed_again_by_the_version_that_scored_it(grown):
    old = grown.decide()
    grown.wait(DAY)
    sign_ins(grown, (9000, USUAL))
    look(grown)
    assert grown.decide()["risk"]["calibration"]["version"] == "2026-07-02"

    shown = grown.get(f"/v1/decisions/{old['id']}").get_json()

    assert shown["replay"]["scale"] == "recorded"
    assert shown["contributions"]["score"] == pytest.approx(old["risk"]["score"], abs=0.005)


def test_a_version_lives_as_long_as_the_records_that_it_scored(grown):
    model = scales_of(grown).model
    grown.wait(DAY)
    sign_ins(grown, (9000, USUAL))
    look(grown)
    assert scales_of(grown).kept("default", model, "2026-07-01") is not None

    grown.wait(100 * DAY)
    sign_ins(grown, (9000, USUAL))
    look(grown)

    assert scales_of(grown).kept("default", model, "2026-07-01") is None


def test_exported_records_score_as_they_did(grown):
    said = [grown.decide(f"u-{number}", ip=ip)["risk"]["score"] for number, ip in enumerate((NEW_YORK, None))]
    wiring = grown.wiring
    sealer = wiring.services.sealer
    lines = list(
        export(wiring.store, KeptRecords(wiring.store, sealer), PolicyTexts(wiring.store, sealer), scales_of(grown),
               RecordQuery("default"), grown.now[0])
    )  # fmt: skip
    file = RecordFile(json.loads(json.dumps(lines)), folder=None, complain=pytest.fail)
    policy = wiring.policies.current("default", NOW).policy

    judging = Judging([(policy, scales_of(grown)._shipped)])
    outcomes = recorded(file.records(), (policy,), judging, declared=lambda _: frozenset(), scale_of=file.scale)
    again = [outcome.sides[1].score for outcome in outcomes]

    assert again == pytest.approx(said[::-1], abs=0.005)


def test_sign_ins_of_the_line_count_in_the_scale(house):
    for number in range(4):
        house.decide(f"u-{number}", ip=f"84.208.{number}.7")

    assert sum(counted(house).values()) == pytest.approx(4.0)


def test_what_is_not_verified_counts_nowhere(house):
    house.decide(result="failed")
    house.decide(result="pending")

    assert counted(house) == {}


def test_an_account_that_signs_in_all_day_counts_three_times(house):
    for _ in range(20):
        house.decide()
        house.wait(60)

    assert sum(counted(house).values()) == pytest.approx(3.0, rel=1e-3)


def test_confirmed_fraud_leaves_the_scale_of_a_twin_who_never_saw_it(house, tmp_path):
    twin = house_in(tmp_path / "twin")
    try:
        house.decide("ann")
        twin.decide("ann")
        fraud = house.decide("ann", ip=OSLO_TWO, agent=FIREFOX)
        completed = {"result": "completed", "amr": ["otp"]}
        assert house.post(f"/v1/decisions/{fraud['id']}/outcome", completed).status_code == 200
        assert sum(counted(house).values()) == pytest.approx(2.0)

        feedback(house, fraud, "fraud")
        feedback(house, fraud, "fraud")

        assert counted(house) == pytest.approx(counted(twin))
    finally:
        twin.wiring.stop()


def test_a_what_if_is_scored_by_the_same_scale(grown):
    asked = grown.post("/v1/policy/what-if", {"request": login()}).get_json()

    assert asked["risk"]["calibration"]["source"] == "tenant"


def test_of_many_tenants_each_has_its_turn(house):
    tenants = [f"t-{number}" for number in range(12)]
    model = scales_of(house).model
    for tenant in tenants:
        house.wiring.tallies.add(tenant, moves_of(model, [(bin_of(USUAL), 300)], at=house.now[0]))
    house.wait(1)

    made = [sum(bool(each.version) for each in scales_of(house).look(tenants, house.now[0])) for _ in range(3)]

    assert made == [5, 10, 12]


def test_a_scale_is_sealed_again_with_everything_else(grown):
    old, new = (base64.b64encode(letter * 32).decode() for letter in (b"s", b"n"))
    sealer = AesGcmSealer(load_keys(f"k2:{new},k1:{old}"))
    store, now = grown.wiring.store, grown.now[0]

    made = reseal(store, sealer, now=now, progress=lambda _, rows: rows)

    assert made.is_complete
    only_new = AesGcmSealer(load_keys(f"k2:{new}"))
    again = OwnScales(store, only_new, grown.wiring.tallies, scales_of(grown)._shipped, keep_seconds=DAY)
    assert next(again.look(["default"], now)).version == "2026-07-01"
