"""Authenticators after they were bound: lost and found, ended, remembered."""

from .conftest import ADMIN, bound_totp, challenged, code_of, proof_of, put, verify
from .test_recovering import two_of

PATH = "/v1/subjects/u-1/authenticators"


def change(house, one, what, **body):
    return house.post(f"{PATH}/{one['id']}/{what}", body)


def refused(answer, status, words):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert words in answer.get_json()["detail"]


def statuses(house):
    return [each["status"] for each in house.get(PATH).get_json()]


def test_nothing_is_changed_without_leave(house):
    made = bound_totp(house)

    for what in ("revoke", "suspend", "resume"):
        assert change(house, made, what).status_code in (403, 409)
    assert statuses(house) == ["active"]


def test_to_revoke_takes_as_much_as_the_authenticator_is_worth(house):
    made = bound_totp(house)

    refused(change(house, made, "revoke", assertion=proof_of(house, amr=["pwd"])), 403, "aal2 is needed")
    assert change(house, made, "revoke", assertion=proof_of(house, made)).status_code == 204
    assert statuses(house) == []


def test_a_grant_revokes_nothing(house):
    made = bound_totp(house)

    answer = house.post(f"{PATH}/{made['id']}/revoke", {"enrolment_grant": "grt_x"})

    assert answer.status_code == 422


def test_what_was_revoked_is_not_there_a_second_time(house):
    made = bound_totp(house)
    change(house, made, "revoke", **ADMIN)

    assert change(house, made, "revoke", **ADMIN).status_code == 404


def test_another_subjects_authenticator_is_not_there(house):
    theirs = bound_totp(house, "u-2")

    assert change(house, theirs, "suspend", **ADMIN).status_code == 404


def test_a_loss_is_reported_with_any_one_factor_and_effective_at_once(house):
    """N-LOS-1."""
    made = bound_totp(house)
    challenge = challenged(house)

    suspended = change(house, made, "suspend", assertion=proof_of(house, amr=["pwd"])).get_json()

    assert suspended["status"] == "suspended"
    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["error"] == "refused"


def test_what_was_passed_before_a_loss_satisfies_nothing_any_more(house):
    made, other = bound_totp(house), bound_totp(house, label="tablet")
    verify(house, challenged(house), made["id"], code_of(house, made))
    house.wait(1)
    change(house, made, "suspend", **ADMIN)

    challenge = challenged(house)

    assert [each["id"] for each in challenge["authenticators"]] == [other["id"]]


def test_what_was_shown_before_a_loss_does_not_pass_a_challenge_together_with_the_next(house):
    """N-LOS-1: whoever has the phone may have answered the first of two."""
    made, codes, challenge = two_of(house)
    verify(house, challenge, made["id"], code_of(house, made))
    house.wait(1)
    change(house, made, "revoke", **ADMIN)

    second = verify(house, challenge, codes["id"], codes["codes"][0]).get_json()

    assert (second["status"], second["error"]) == ("pending", "more_required")


def test_what_was_not_lost_can_be_shown_again_after_a_loss(house):
    made, codes, challenge = two_of(house)
    other = bound_totp(house, label="tablet")
    verify(house, challenge, codes["id"], codes["codes"][0])
    house.wait(1)
    change(house, other, "suspend", **ADMIN)

    again = verify(house, challenge, codes["id"], codes["codes"][1]).get_json()
    passed = verify(house, challenge, made["id"], code_of(house, made)).get_json()

    assert (again["error"], passed["status"]) == ("more_required", "passed")


def test_an_assertion_from_before_a_loss_is_not_redeemed(house):
    made = bound_totp(house)
    stolen = proof_of(house, made)
    change(house, made, "suspend", **ADMIN)

    refused(house.post("/v1/assertions/redeem", {"assertion": stolen}), 422, "changed since then")


def test_an_assertion_from_before_a_loss_changes_nothing(house):
    made = bound_totp(house)
    stolen = proof_of(house, made)
    house.wait(1)
    change(house, made, "suspend", **ADMIN)

    refused(change(house, made, "resume", assertion=stolen), 422, "changed since then")


def test_what_was_begun_before_a_loss_cannot_be_confirmed(house):
    """Whoever stole the phone may have begun to bind their own."""
    made = bound_totp(house)
    begun = house.post(PATH, {"type": "totp", "assertion": proof_of(house, made)}).get_json()
    change(house, made, "suspend", **ADMIN)

    answer = house.post(f"{PATH}/{begun['id']}/confirm", {"code": code_of(house, begun)})

    assert answer.status_code == 404


def test_a_password_resumes_nothing(house):
    made = bound_totp(house)
    bound_totp(house, label="tablet")
    change(house, made, "suspend", **ADMIN)
    house.wait(1)

    refused(change(house, made, "resume", assertion=proof_of(house, amr=["pwd"])), 403, "shows no authenticator")


def test_what_was_found_again_is_resumed_by_another_that_is_valid(house):
    made, other = bound_totp(house), bound_totp(house, label="tablet")
    change(house, made, "suspend", **ADMIN)
    house.wait(1)

    resumed = change(house, made, "resume", assertion=proof_of(house, other))

    assert (resumed.status_code, resumed.get_json()["status"]) == (200, "active")


def test_only_what_is_suspended_is_resumed(house):
    made = bound_totp(house)

    refused(change(house, made, "resume", **ADMIN), 409, "not suspended")


def test_what_is_disabled_must_be_bound_again(house):
    """N-THR-1: an administrator cannot resume it either."""
    made = bound_totp(house)
    put(house, made["id"], "disabled")

    refused(change(house, made, "resume", **ADMIN), 409, "must be bound again")


def test_to_suspend_twice_is_fine(house, told):
    made = bound_totp(house)
    change(house, made, "suspend", **ADMIN)

    assert change(house, made, "suspend", **ADMIN).status_code == 200
    assert told.events() == ["authenticator.bound", "authenticator.suspended"]


def test_a_pending_one_is_dropped_without_leave_or_a_trace(house):
    pending = house.post(PATH, {"type": "totp"}).get_json()

    assert change(house, pending, "revoke").status_code == 204
    assert house.get(f"{PATH}/history").get_json() == {"authenticators": [], "events": []}


def test_all_that_were_ever_bound_are_remembered(house):
    """N-BND-3."""
    made, other = bound_totp(house), bound_totp(house, label="tablet")
    change(house, made, "revoke", reason="lost phone")
    change(house, other, "suspend", reason="left in a train")

    history = house.get(f"{PATH}/history").get_json()

    first, second = history["authenticators"]
    assert (first["id"], first["status"], first["why"]) == (made["id"], "ended", "lost phone")
    assert first["bound_at"] == "2026-07-01T10:00:00Z"
    assert first["ended_at"] is not None
    assert first["bound_from"] == {"by": "administrator", "reason": "asked for in person"}
    assert (second["status"], second["ended_at"]) == ("suspended", None)
    assert [each["what"] for each in history["events"]] == ["bound", "bound", "revoked", "suspended"]


def test_the_history_holds_no_secret(house):
    made = bound_totp(house)

    assert made["secret"] not in house.get(f"{PATH}/history").get_data(as_text=True)


def test_a_change_is_told_with_who_allowed_it(house, told):
    made = bound_totp(house)

    change(house, made, "revoke", assertion=proof_of(house, made))

    notice = told.notices[-1]
    assert (notice.event, notice.subject_id, notice.details["by"]) == ("authenticator.revoked", "u-1", "proof")
    assert notice.decision_id.startswith("dec_")
