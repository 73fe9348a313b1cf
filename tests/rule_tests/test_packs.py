"""The packs: policies to start from, which decide nothing where they lie."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.facts import EnrolmentFacts
from doorward.core.signals import SIGNALS, Signals
from doorward.policies import Policies
from doorward.policy.compiler import compile_policy
from doorward.policy.engine import evaluate

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
PACKS = sorted(path.parent.name for path in RULES.glob("packs/*/policy.yaml"))


def test_a_pack_where_it_lies_is_no_tenant():
    policies = Policies(RULES)
    policies.load_all(0.0)

    assert policies.loaded() == ("default",)
    assert policies.current("packs", 0.0).policy.id == "default"


def test_every_pack_has_its_tests_its_page_and_a_row_among_the_others():
    index = (ROOT / "docs" / "packs" / "README.md").read_text(encoding="utf-8")

    assert PACKS == ["admin-hardening", "consumer", "nist-aal2", "psd2-sca", "workforce"]
    for pack in PACKS:
        assert (RULES / "packs" / pack / "policy_test.yaml").is_file()
        assert (ROOT / "docs" / "packs" / f"{pack}.md").is_file()
        assert f"| [`{pack}`]({pack}.md) |" in index


@pytest.mark.parametrize("pack", PACKS)
def test_a_copied_pack_is_a_policy_without_a_finding_and_says_what_each_rule_is_for(tmp_path, pack):
    for name, source in {"default": RULES / "default", "acme": RULES / "packs" / pack}.items():
        shutil.copytree(source, tmp_path / name)
    policies = Policies(tmp_path)
    policy = policies.current("acme", 0.0).policy

    assert policy.id == pack
    assert policies.check("acme", policy.text) == ()
    assert all(rule.description for rule in policy.rules)


NOW = 1_772_618_400.0
PAYMENT = {"amount": "5.00", "currency": "EUR", "payee": "DE02"}
OF_TYPE = {
    "bool": st.booleans(),
    "int": st.sampled_from([0, 1, 5, 6, 10, 21, 64]),
    "double": st.sampled_from([0.0, 0.5, 3.0, 50.0, 96.0, 99.5, 1500.0]),
    "string": st.sampled_from(["", "NO", "US", "d-1"]),
    "timestamp": st.just(NOW),
    "list(string)": st.just([]),
    "map(string, string)": st.sampled_from([{}, PAYMENT]),
    "map(string, dyn)": st.sampled_from([{}, {"own_account": True, "trusted_payee": True, "low_value_total": 5}]),
}
NAMED = {
    "subject.groups": st.lists(st.sampled_from(["admins", "contractors", "staff", "security"]), max_size=2),
    "subject.flags": st.lists(st.sampled_from(["exempt", "not_me"]), max_size=1),
    "risk.level": st.sampled_from(["low", "medium", "high", "unknown"]),
    "network.kind": st.sampled_from(["residential", "tor"]),
    "device.token_state": st.sampled_from(["valid", "revoked"]),
    "credential.result": st.sampled_from(["passed", "failed"]),
    "action.name": st.sampled_from(["payments.transfer", "account.show", "access.grant"]),
    "ip.address": st.sampled_from(["203.0.113.7", "198.51.100.20"]),
}
UNKNOWN = st.just(None)


def values_of(name):
    known = NAMED.get(name, OF_TYPE[SIGNALS[name].type])
    return known | UNKNOWN if SIGNALS[name].may_be_unknown else known


def compiled(pack):
    folder = RULES / "packs" / pack
    text = (folder / "policy.yaml").read_text(encoding="utf-8")
    return compile_policy(text, signals=SIGNALS, folder=folder).policy


DEMANDING = {pack: compiled(pack) for pack in ("admin-hardening", "nist-aal2", "psd2-sca")}


@settings(max_examples=150, deadline=None)
@given(
    found=st.fixed_dictionaries({name: values_of(name) for name in SIGNALS}),
    kind=st.sampled_from(["login", "action"]),
    pack=st.sampled_from(sorted(DEMANDING)),
    degraded=st.booleans(),
)
def test_nobody_is_allowed_by_a_demanding_pack_without_a_proof(found, kind, pack, degraded):
    values = {name: value for name, value in found.items() if value is not None} | {"event.kind": kind}
    signals = Signals(values, {name: "not known" for name in SIGNALS if name not in values})
    ruling = evaluate(
        DEMANDING[pack],
        signals=signals,
        kind=kind,
        now=NOW,
        enrolment=EnrolmentFacts(types=("passkey", "totp")),
        proofs=(),
        first_factor=True,
        binding_digest="d" if kind == "action" else "",
        degraded=degraded,
    )

    assert ruling.outcome != "allow", ruling.rule
