"""What is said to be never true is never true, and a rule that is called unreachable never does anything."""

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.facts import EnrolmentFacts
from doorward.core.outcome import Proof
from doorward.core.signals import SIGNALS, Signals
from doorward.policy.compiler import compile_policy
from doorward.policy.engine import evaluate
from doorward.policy.lint.reach import never_true, unreachable

NOW = 1_767_261_600.0
WORDS = ("desktop", "mobile", "bot")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")

# Few signals and few values, so that conditions often have to do with each other.
whole = st.builds(
    "{} {} {}".format,
    st.sampled_from(["event.hour", "velocity.ip_subjects_1h"]),
    st.sampled_from(COMPARISONS),
    st.integers(0, 4),
)
turned = st.builds("{} {} event.hour".format, st.integers(0, 4), st.sampled_from(COMPARISONS))
real = st.builds("risk.score {} {}.0".format, st.sampled_from(COMPARISONS), st.integers(0, 3))
word = st.builds("device.type {} {!r}".format, st.sampled_from(["==", "!=", "<"]), st.sampled_from(WORDS))
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda words: f"device.type in {words}")
some_hours = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(lambda hours: f"event.hour in {hours}")
pieces = st.sampled_from(
    [
        *("new.ip", "device.known", "new.ip == true", "device.known != new.ip", "true", "false"),
        *('"admins" in subject.groups', 'subject.groups.exists(each, each == "admins")', "device.type in lists.usual"),
        *("subject.groups.exists(a, subject.groups.exists(b, a < b))", "in_network(ip.address, lists.office)"),
        *("subject.groups.exists(b, subject.groups.exists(a, a < b))", "hour_between(event.hour, 1, 3)"),
        *("context.a == 1", "context.a == 1.0", "context.a == 1u", "context.a == true", "context.a == null"),
        *("context.a", "subject.id in lists.blocked", "double(event.hour) / risk.score > 1.0"),
    ]
)
conditions = st.recursive(
    whole | turned | real | word | some_words | some_hours | pieces,
    lambda inner: (
        st.builds("({} && {})".format, inner, inner)
        | st.builds("({} || {})".format, inner, inner)
        | st.builds("!({})".format, inner)
        | st.builds("({} ? {} : {})".format, inner, inner, inner)
    ),
    max_leaves=4,
)
outcomes = st.sampled_from(["allow", "deny", "{challenge: mfa}", "{challenge: mail, max_age: 1m}"])


@st.composite
def policies(draw):
    pool = draw(st.lists(conditions, min_size=1, max_size=4))
    rules = [draw(rule(number, pool)) for number in range(draw(st.integers(2, 6)))]
    combine = draw(st.sampled_from(["first_match", "first_match", "first_match", "strictest"]))
    return HEAD + "".join(rules) + f"combine: {combine}\n"


@st.composite
def rule(draw, number, pool):
    when = draw(st.sampled_from(pool) | conditions)
    extra = draw(st.sampled_from(["", "", "", f" && {draw(conditions)}", f" || {draw(conditions)}"]))
    then = draw(outcomes)
    on_unknown = draw(st.sampled_from(["skip", "skip", "match", "deny", "{challenge: mfa}"]))
    on_unknown = "deny" if then == "allow" and on_unknown == "match" else on_unknown
    on, shadow = (
        draw(st.sampled_from(["both", "both", "login", "action"])),
        draw(st.sampled_from(["false"] * 5 + ["true"])),
    )
    fields = f"on: {on}, shadow: {shadow}, on_unknown: {on_unknown}, then: {then}"
    text = (when + extra).replace("'", "''")
    return f"  - {{id: r{number}, when: '{text}', {fields}}}\n"


HEAD = """\
version: 1
id: x
lists: {usual: [desktop, mobile], office: {cidr: [10.0.0.0/8]}, blocked: {runtime: subject}}
requirements: {mfa: {any_of: [passkey, totp], aal: 2}, mail: {any_of: [email, totp]}}
rules:
"""


def maybe(strategy):
    return st.none() | strategy


signals = st.fixed_dictionaries(
    {
        "event.hour": st.integers(0, 4),
        "subject.groups": st.lists(st.sampled_from(["admins", "staff"]), max_size=2),
        "context": st.fixed_dictionaries({}, optional={"a": st.sampled_from([1, 1.0, True, None, "1"])}),
        "velocity.ip_subjects_1h": maybe(st.integers(0, 4)),
        "risk.score": maybe(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, float("nan")])),
        "device.type": maybe(st.sampled_from([*WORDS, "other"])),
        "new.ip": maybe(st.booleans()),
        "device.known": maybe(st.booleans()),
        "ip.address": maybe(st.sampled_from(["10.1.2.3", "192.0.2.1", "nonsense"])),
        "subject.id": st.sampled_from(["u-1", "u-2"]),
    }
)
proofs = st.sampled_from([(), (Proof(auth_time=NOW - 30, aal=2, amr=("pwd", "otp", "mfa"), types=("totp",)),)])
readable = st.sampled_from([{"blocked": {"u-1"}}, {"blocked": None}, {}])
IDLE = {"not_applicable", "not_reached", "not_matched"}


@settings(max_examples=100)
@given(policies(), st.data())
def test_a_rule_that_is_called_unreachable_never_does_anything(text, data):
    policy = compile_policy(text, signals=SIGNALS).policy
    idle = {each.id for each, _ in unreachable(policy)}
    false = [each for each in policy.rules if each in never_true(policy)]

    for values in data.draw(st.lists(signals, min_size=6, max_size=6)) if idle or false else ():
        known = {name: value for name, value in values.items() if value is not None}
        given_ = Signals(known, {name: "not here" for name in SIGNALS if name not in known})
        lists, kind = data.draw(readable), data.draw(st.sampled_from(["login", "action"]))
        ruling = evaluate(
            policy,
            signals=given_,
            kind=kind,
            now=NOW,
            enrolment=EnrolmentFacts(types=("totp",)),
            proofs=data.draw(proofs),
            first_factor=True,
            runtime_lists=lists,
        )
        values_ = policy.given(given_, lists)
        active = {each.rule for each in ruling.results if each.state not in IDLE and each.outcome}

        assert idle & active == set()
        assert [each.id for each in false if each.condition.evaluate(values_) is True] == []
