"""What the tests of policies share: the real signals, and a policy made of a few lines."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from doorward.core.facts import EnrolmentFacts
from doorward.core.outcome import Proof
from doorward.core.signals import SIGNALS, Signals
from doorward.policy.compiler import Compilation, compile_policy
from doorward.policy.engine import Ruling, evaluate
from doorward.policy.model import Policy

NOW = 1_767_261_600.0  # Thursday, 2026-01-01T10:00:00Z

# A busy machine must not fail a test that asks nothing of time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

EMPTY = {"bool": False, "int": 0, "double": 0.0, "string": "", "timestamp": NOW}

REQUIREMENTS = """
version: 1
id: test
requirements:
  mfa: {any_of: [passkey, push, totp, sms], aal: 2}
  strong: {any_of: [passkey], phishing_resistant: true}
  mail: {any_of: [email]}
  two: {count: 2, any_of: [passkey, totp, email]}
"""

DESIGN_EXAMPLE = """\
version: 1
id: default
description: Allow the familiar, challenge the unusual, stop the impossible.
lists:
  embargoed: [KP]
  office: {cidr: [198.51.100.0/24]}
  corporate: {cidr_file: lists/corporate.txt}
  headquarters: {area: {lat: 52.52, lon: 13.40, km: 5}}
  blocked: {runtime: address}               # filled through /v1/lists, entries end by themselves
levels: {medium: 95.0, high: 99.0}          # about 5 % and 1 % of genuine sign-ins
requirements:
  mfa: {any_of: [passkey, push, totp, sms], aal: 2}
  strong: {any_of: [passkey], phishing_resistant: true}
  two: {count: 2, any_of: [passkey, push, totp, sms, email]}   # two of different types, the password not counted
rules:                                      # first match decides; `combine: strictest` is the other mode
  - id: blocked
    when: in_network(ip.address, lists.blocked)
    on_unknown: skip
    then: deny
  - id: embargo
    description: No sign-in from embargoed countries.
    when: geo.country in lists.embargoed
    on_unknown: skip
    then: deny
  - id: spray
    when: velocity.ip_subjects_1h > 20 && velocity.ip_failures_1h > 20
    on_unknown: skip
    then: {deny: {retry_after: 15m}}
  - id: admins
    when: '"admins" in subject.groups'
    then: {challenge: strong, max_age: 15m}
  - id: big-transfer
    on: action                              # login | action | both (default)
    when: action.name == "payments.transfer" && decimal(action.binding.amount) > 500.0
    on_unknown: {challenge: mfa}            # an amount that is missing or no number
    then: {challenge: mfa, max_age: 5m, bind: true}
  - id: impossible-travel
    when: travel.impossible
    on_unknown: skip
    then: {challenge: mfa}
  - id: strict-asn
    shadow: true                            # evaluated and recorded, never applied
    when: new.asn && !device.known
    on_unknown: match
    then: {challenge: mfa}
  - id: high-risk
    when: risk.level == "high"
    then: {challenge: mfa, notify: true}
  - id: everything-else
    when: "true"
    then: allow
unenrolled: {login: enrol, login_high_risk: deny, action: deny}
pending: tell                               # or `challenge`: open challenges before the password was checked
degraded: {challenge: mfa}                  # when history or the store cannot be read
"""


@pytest.fixture
def design_example() -> str:
    """The example of the policy language's description, to the letter."""
    return DESIGN_EXAMPLE


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], Compilation]:
    """Compile a whole text; its folder is the test's own."""
    return lambda text: compile_policy(textwrap.dedent(text), signals=SIGNALS, folder=tmp_path)


def policy_of(rules: str) -> Policy:
    """Return the policy of the usual requirements and these *rules* (and whatever keys come after them)."""
    made = compile_policy(REQUIREMENTS + "rules:\n" + textwrap.dedent(rules), signals=SIGNALS)
    assert made.policy is not None, [str(each) for each in made.findings]
    return made.policy


@pytest.fixture
def policy() -> Callable[[str], Policy]:
    return policy_of


def signals_of(values: Mapping[str, Any]) -> Signals:
    """Return signals of which only *values* and those that are always known are known."""
    always = {name: _empty(spec.type) for name, spec in SIGNALS.items() if not spec.may_be_unknown}
    known = always | {"event.kind": "login", "risk.level": "low"} | dict(values)
    return Signals(known, {name: "not in this test" for name in SIGNALS if name not in known})


def _empty(kind: str) -> Any:
    if kind.startswith("list"):
        return []
    return {} if kind.startswith("map") else EMPTY[kind]


@pytest.fixture
def signals() -> Callable[[Mapping[str, Any]], Signals]:
    return signals_of


@pytest.fixture(scope="session")
def rule() -> Callable[..., Ruling]:
    """Apply a policy to the values of some signals; everyone has a TOTP unless told otherwise."""

    def apply(policy: Policy | str, values: Mapping[str, Any] | None = None, **changes: Any) -> Ruling:
        whole = policy_of(policy) if isinstance(policy, str) else policy
        given: dict[str, Any] = {
            "kind": "login",
            "now": NOW,
            "enrolment": EnrolmentFacts(types=("totp",)),
            "proofs": (),
            "first_factor": True,
        }
        return evaluate(whole, signals=signals_of(values or {}), **(given | changes))

    return apply


@pytest.fixture
def proof() -> Callable[..., Proof]:
    """Make the proof of a TOTP after a password, a minute old, unless told otherwise."""

    def make(**changes: Any) -> Proof:
        given: dict[str, Any] = {"auth_time": NOW - 60, "aal": 2, "amr": ("pwd", "otp", "mfa"), "types": ("totp",)}
        return Proof(**(given | changes))

    return make
