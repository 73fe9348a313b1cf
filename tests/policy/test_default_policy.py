"""The policy that ships: what a consumer site gets that runs it as it is, one behaviour at a time."""

from pathlib import Path

import pytest

from doorward.core.facts import EnrolmentFacts
from doorward.core.signals import SIGNALS
from doorward.policies import Policies
from doorward.policy.compiler import compile_policy
from doorward.policy.lists import network_table

RULES = Path(__file__).parents[2] / "rules"

COUNTED = [name for name in SIGNALS if name.startswith("velocity.") and SIGNALS[name].type == "int"]

# A person at home: everything is known and nothing is odd.
FAMILIAR = {
    "subject.id": "u-1",
    "subject.flags": [],
    "subject.authenticators": ["totp"],
    "subject.known": True,
    "subject.logins": 20.0,
    "subject.age_days": 400.0,
    "ip.address": "203.0.113.7",
    "network.kind": "residential",
    "network.anonymous": False,
    "network.hosting": False,
    "geo.country": "NO",
    "device.known": True,
    "device.bot": False,
    "device.token_state": "valid",
    "travel.impossible": False,
    "credential.result": "passed",
    "credential.breached": False,
    "session.age_minutes": 5.0,
    "risk.score": 10.0,
    "risk.confidence": "ok",
    **{name: False for name in SIGNALS if name.startswith("new.")},
    **dict.fromkeys(COUNTED, 1),
}


@pytest.fixture(scope="module")
def shipped():
    return Policies(RULES).current("default", 0.0).policy


@pytest.fixture
def decide(shipped, rule):
    def ask(values=None, kind="login", **changes):
        given = {"kind": kind, "enrolment": EnrolmentFacts(types=("totp",))} | changes
        return rule(shipped, FAMILIAR | {"event.kind": kind} | (values or {}), **given)

    return ask


def test_it_passes_its_own_lint_without_a_warning(shipped):
    assert compile_policy(shipped.text, signals=SIGNALS, folder=RULES / "default").findings == ()
    assert len(shipped.rules) >= 20
    assert all(each.description for each in shipped.rules)


def test_a_familiar_sign_in_is_allowed(decide):
    ruling = decide()

    assert (ruling.outcome, ruling.rule) == ("allow", "everything-else")
    assert ruling.unknown_errors == 0


def test_the_first_sign_in_of_a_subject_is_allowed_where_nothing_else_is_odd(shipped, rule):
    first = {"subject.id": "new", "credential.result": "passed", "ip.address": "203.0.113.7", "network.kind": "mobile"}

    ruling = rule(shipped, first, enrolment=EnrolmentFacts())

    assert (ruling.outcome, ruling.rule) == ("allow", "everything-else")


@pytest.mark.parametrize(
    ("values", "outcome", "decided_by"),
    [
        ({"velocity.ip_subjects_1h": 21, "velocity.ip_failures_1h": 21}, "deny", "spray"),
        ({"velocity.device_subjects_24h": 9}, "deny", "stuffing-device"),
        ({"velocity.subject_failures_10m": 11, "device.known": False}, "deny", "brute-force"),
        ({"velocity.subject_failures_10m": 11}, "challenge", "brute-force-owner"),
        ({"device.bot": True}, "deny", "not-a-browser"),
        ({"device.token_state": "revoked"}, "challenge", "stolen-device-token"),
        ({"subject.flags": ["not_me"]}, "challenge", "not-me"),
        ({"credential.breached": True}, "challenge", "breached-password"),
        ({"subject.groups": ["admins"]}, "challenge", "admins"),
        ({"velocity.pushes_since_success": 6}, "challenge", "push-bombing"),
        ({"velocity.pushes_since_success": 6, "subject.authenticators": ["push"]}, "deny", "push-bombing-no-other-way"),
        ({"velocity.codes_sent_1h": 9}, "challenge", "code-pumping"),
        ({"velocity.codes_sent_1h": 9, "subject.authenticators": ["sms"]}, "deny", "code-pumping-no-other-way"),
        ({"travel.impossible": True}, "challenge", "impossible-travel"),
        ({"velocity.subject_countries_24h": 4}, "challenge", "many-countries"),
        ({"subject.flags": ["recovery_used"], "device.known": False}, "challenge", "recovery-used"),
        ({"subject.flags": ["credential_changed"], "new.asn": True}, "challenge", "credential-changed"),
        ({"new.country": True, "device.known": False}, "challenge", "new-country-new-device"),
        ({"new.country": True, "new.browser": True}, "challenge", "new-country-new-browser"),
        ({"network.kind": "tor", "network.anonymous": True, "new.asn": True}, "challenge", "tor"),
        ({"network.hosting": True, "subject.logins": 1.0}, "challenge", "newcomer-from-hosting"),
        ({"risk.level": "high"}, "challenge", "high-risk"),
        ({"risk.level": "medium"}, "challenge", "medium-risk"),
        ({"risk.level": "unknown"}, "challenge", "medium-risk"),
        ({"new.country": True}, "allow", "everything-else"),
        ({"device.known": False, "new.ip": True, "new.asn": True}, "allow", "everything-else"),
    ],
)
def test_each_rule_does_what_it_is_for(decide, values, outcome, decided_by):
    ruling = decide(values)

    assert (ruling.outcome, ruling.rule) == (outcome, decided_by)


@pytest.mark.parametrize(
    ("values", "outcome", "decided_by"),
    [
        ({"action.name": "payments.transfer"}, "challenge", "big-actions"),
        ({"action.name": "account.change_email"}, "challenge", "sensitive-actions"),
        ({"action.name": "profile.view", "session.age_minutes": 1500.0}, "challenge", "session-too-old"),
        ({"action.name": "profile.view"}, "allow", "everything-else"),
        ({"action.name": "profile.view", "device.bot": True}, "allow", "everything-else"),
    ],
)
def test_actions_are_judged_by_what_they_do(decide, values, outcome, decided_by):
    ruling = decide(values, kind="action")

    assert (ruling.outcome, ruling.rule) == (outcome, decided_by)


def test_a_big_action_is_confirmed_one_by_one(decide, proof):
    asked = decide({"action.name": "payments.transfer"}, kind="action", binding_digest="d", proofs=(proof(),))
    shown = proof(binding="d", jti="one")
    confirmed = decide({"action.name": "payments.transfer"}, kind="action", binding_digest="d", proofs=(shown,))

    assert (asked.outcome, asked.bind) == ("challenge", True)
    assert (confirmed.outcome, confirmed.satisfied_by) == ("allow", "one")


def test_who_was_blocked_by_hand_is_denied(decide):
    subject = decide(runtime_lists={"blocked_subjects": frozenset(["u-1"])})
    address = decide(runtime_lists={"blocked_addresses": network_table(["203.0.113.0/24"])})

    assert (subject.outcome, subject.rule) == ("deny", "blocked-subject")
    assert (address.outcome, address.rule) == ("deny", "blocked-address")


def test_an_address_on_the_never_block_list_is_no_spray(decide):
    busy = {"velocity.ip_subjects_1h": 30, "velocity.ip_failures_1h": 30}

    ruling = decide(busy, runtime_lists={"never_block": network_table(["203.0.113.7"])})

    assert ruling.outcome == "allow"


def test_whoever_is_exempt_is_allowed_and_told_but_not_at_high_risk(decide):
    calm = decide({"subject.flags": ["exempt"], "risk.level": "medium"})
    risky = decide({"subject.flags": ["exempt"], "risk.level": "high"})
    wrong_password = decide({"subject.flags": ["exempt"], "credential.result": "failed", "risk.level": "medium"})

    assert (calm.outcome, calm.rule, calm.notify) == ("allow", "exempt", True)
    assert risky.outcome == wrong_password.outcome == "challenge"


def test_a_spray_is_told_when_it_may_come_back(decide):
    ruling = decide({"velocity.ip_subjects_1h": 21, "velocity.ip_failures_1h": 21})

    assert ruling.retry_after_seconds == 900


def test_a_fresh_proof_lets_a_medium_risk_go_on(decide, proof):
    assert decide({"risk.level": "medium"}, proofs=(proof(),)).outcome == "allow"


def test_at_high_risk_nobody_binds_a_first_authenticator(decide):
    high = decide({"risk.level": "high"}, enrolment=EnrolmentFacts())
    medium = decide({"risk.level": "medium"}, enrolment=EnrolmentFacts())

    assert (high.outcome, high.unenrolled) == ("deny", True)
    assert (medium.outcome, medium.enrol[0]) == ("challenge", "passkey")


def test_when_nothing_can_be_read_everyone_is_challenged_and_nobody_silently_allowed(shipped, rule):
    unread = {"risk.level": "unknown", "credential.result": "passed"}

    ruling = rule(shipped, unread, degraded=True, enrolment=EnrolmentFacts(readable=False))

    assert ruling.outcome == "challenge"
