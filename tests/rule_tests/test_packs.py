"""The packs: policies to start from, which decide nothing where they lie."""

import shutil
from pathlib import Path

import pytest

from doorward.policies import Policies

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
