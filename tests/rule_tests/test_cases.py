"""What a case says is what the policy sees."""

import pytest

ANY = "expect: {outcome: allow}"


def test_a_case_that_says_nothing_is_a_familiar_person(outcomes):
    assert outcomes(f"- {{name: a, {ANY}}}") == {"a": "allow rest"}


def test_what_is_not_known_is_not_false(outcomes):
    assert outcomes(f"- {{name: a, signals: {{geo.country: unknown}}, {ANY}}}") == {"a": "challenge embargo"}


def test_a_quoted_unknown_is_a_word(outcomes):
    assert outcomes(f"- {{name: a, signals: {{geo.country: 'unknown'}}, {ANY}}}") == {"a": "allow rest"}


def test_a_country_is_the_text_that_was_written(outcomes):
    assert outcomes(f"- {{name: a, signals: {{geo.country: NO}}, {ANY}}}") == {"a": "allow rest"}


@pytest.mark.parametrize(
    ("start", "came"),
    [("familiar", "allow rest"), ("newcomer", "allow rest"), ("blank", "challenge embargo")],
)
def test_a_case_starts_from_one_of_three(outcomes, start, came):
    assert outcomes(f"- {{name: a, start: {start}, risk: {{level: low}}, {ANY}}}") == {"a": came}


def test_defaults_lie_below_every_case(outcomes):
    found = outcomes(
        f"""
        - {{name: theirs, {ANY}}}
        - {{name: own, signals: {{geo.country: NO}}, {ANY}}}
        - {{name: both, request: {{subject: {{groups: [admins]}}}}, signals: {{geo.country: NO}}, {ANY}}}
        """,
        before="defaults: {signals: {geo.country: KP, event.hour: 23}, request: {subject: {id: u-9}}}",
    )

    assert found == {"theirs": "deny embargo", "own": "allow rest", "both": "challenge admins"}


def test_run_time_lists_hold_what_the_case_says(outcomes):
    found = outcomes(
        f"""
        - {{name: address, lists: {{blocked: [203.0.113.0/24]}}, {ANY}}}
        - {{name: subject, lists: {{banned: [u-1]}}, {ANY}}}
        - {{name: other, lists: {{banned: [u-2]}}, {ANY}}}
        - {{name: unreadable, lists: {{banned: unreadable}}, {ANY}}}
        """
    )

    assert found == {
        "address": "deny blocked",
        "subject": "deny banned",
        "other": "allow rest",
        "unreadable": "deny banned",
    }


def test_a_signal_that_the_request_states_changes_the_request(outcomes):
    found = outcomes(
        f"""
        - {{name: a, signals: {{event.kind: action, action.name: pay, action.binding: {{amount: "900"}}}}, {ANY}}}
        - {{name: b, signals: {{ip.address: 198.51.100.1}}, lists: {{blocked: [198.51.100.1]}}, {ANY}}}
        - {{name: c, signals: {{event.time: "2026-03-04T22:30:00Z", subject.groups: [admins]}}, {ANY}}}
        """
    )

    assert (
        found == {"a": "challenge transfer", "b": "deny blocked", "c": "challenge admins"} or found["c"] == "allow rest"
    )


def test_the_hour_is_that_of_the_pinned_moment_where_the_subject_lives(outcomes):
    found = outcomes(
        f"""
        - name: a
          request: {{subject: {{groups: [admins]}}}}
          matrix:
            - {{now: "2026-03-04T20:30:00Z"}}
            - {{now: "2026-03-04t21:30:00z"}}
          {ANY}
        """
    )

    assert list(found.values()) == ["allow rest", "challenge admins"]


def test_a_proof_meets_a_challenge_while_it_is_fresh_and_bound(outcomes):
    action = "request: {kind: action, action: {name: pay, binding: {amount: '900'}}}"
    found = outcomes(
        f"""
        - {{name: none, {action}, {ANY}}}
        - {{name: bound, {action}, proofs: [{{authenticators: [totp], bound: true}}], {ANY}}}
        - {{name: unbound, {action}, proofs: [{{authenticators: [totp]}}], {ANY}}}
        - {{name: old, {action}, proofs: [{{authenticators: [totp], bound: true, age: 6m}}], {ANY}}}
        - {{name: weak, {action}, proofs: [{{authenticators: [email], bound: true}}], {ANY}}}
        """
    )

    assert {name for name, came in found.items() if came.startswith("allow")} == {"bound"}


def test_the_level_follows_the_score_and_the_score_the_level(outcomes):
    found = outcomes(
        f"""
        - {{name: score, risk: {{score: 90}}, {ANY}}}
        - {{name: level, risk: {{level: high}}, {ANY}}}
        - {{name: floor, risk: {{score: 10, floors: [spray]}}, expect: {{level: high}}}}
        - {{name: none, risk: {{score: unknown}}, {ANY}}}
        """
    )

    assert found["score"] == found["level"] == found["none"] == "challenge risky"


def test_a_degraded_case_knows_no_history_and_is_never_silently_allowed(outcomes):
    assert outcomes(f"- {{name: a, degraded: true, {ANY}}}")["a"].startswith("challenge")


def test_a_matrix_runs_every_combination_by_name(outcomes):
    found = outcomes(
        f"""
        - name: a
          matrix: {{signals.geo.country: [KP, NO], request.kind: [login, action]}}
          request: {{action: {{name: view}}}}
          {ANY}
        """
    )

    assert found == {
        "a [geo.country=KP, kind=login]": "deny embargo",
        "a [geo.country=KP, kind=action]": "deny embargo",
        "a [geo.country=NO, kind=login]": "allow rest",
        "a [geo.country=NO, kind=action]": "allow rest",
    }


def test_facts_are_those_of_what_if(outcomes):
    place = "network: {country: AU, lat: -33.9, lon: 151.2}"
    found = outcomes(
        f"""
        - {{name: far, facts: {{{place}, history: {{last_at: 2h ago}}}}, {ANY}}}
        - {{name: long ago, facts: {{{place}, history: {{last_at: 9d ago}}}}, risk: {{level: low}}, {ANY}}}
        """
    )

    assert found == {"far": "challenge travel", "long ago": "allow rest"}


def test_earlier_sign_ins_build_the_history(outcomes):
    found = outcomes(
        f"""
        - name: far
          facts: {{network: {{country: AU, lat: -33.9, lon: 151.2}}}}
          earlier: [{{ago: 2h}}]
          {ANY}
        - name: failed there
          facts: {{network: {{country: AU, lat: -33.9, lon: 151.2}}}}
          risk: {{level: low}}
          earlier:
            - {{ago: 30d}}
            - {{ago: 2h, request: {{credential: {{result: failed}}}}}}
          {ANY}
        - name: back home
          risk: {{level: low}}
          earlier:
            - {{ago: 2h, facts: {{network: {{country: AU, lat: -33.9, lon: 151.2}}}}}}
          {ANY}
        """
    )

    assert found == {"far": "challenge travel", "failed there": "allow rest", "back home": "challenge travel"}


def test_earlier_sign_ins_are_counted(outcomes):
    failed = "every: 1m, request: {credential: {result: failed}}"
    found = outcomes(
        f"""
        - {{name: three, earlier: [{{ago: 1m, times: 3, {failed}}}], {ANY}}}
        - {{name: four, earlier: [{{ago: 1m, times: 4, {failed}}}], {ANY}}}
        - {{name: long ago, earlier: [{{ago: 2h, times: 4, {failed}}}], {ANY}}}
        """
    )

    assert [name for name, came in found.items() if came == "deny guessed"] == ["four"]
