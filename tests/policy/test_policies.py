"""Which policy is in force: one folder a tenant, changes taken up whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from doorward.policies import NoPolicy, Policies

GOOD = 'version: 1\nid: ID\nrules: [{id: rest, when: "true", then: allow}]\n'
BAD = GOOD.replace('"true"', "new.ipp")
LISTED = """
version: 1
id: listed
lists: {x: {file: x.txt}}
rules: [{id: a, when: subject.id in lists.x, then: deny}, {id: rest, when: "true", then: allow}]
"""


def put(folder: Path, text: str, name: str = "policy.yaml") -> None:
    """Swap the file for another, as a deployment does."""
    folder.mkdir(exist_ok=True)
    (folder / "new").write_text(text)
    os.replace(folder / "new", folder / name)


@pytest.fixture
def rules(tmp_path):
    put(tmp_path / "default", GOOD.replace("ID", "first"))
    return tmp_path


def test_a_start_without_any_policy_is_refused_by_name(tmp_path, now):
    with pytest.raises(NoPolicy, match="does not pass"):
        Policies(tmp_path).current("default", now)


def test_a_start_with_a_policy_that_does_not_pass_tells_all_that_is_wrong(tmp_path, now):
    put(tmp_path / "default", BAD + "levels: {medium: 101}\n")

    with pytest.raises(NoPolicy) as refused:
        Policies(tmp_path).load_all(now)

    assert [each.code for each in refused.value.findings] == ["unknown-signal", "bad-value"]
    assert "new.ipp" in refused.value.findings[0].message


@pytest.mark.parametrize("tenant", ["..", "../default", "a/b", "", ".", "x" * 65, "a\0", "é", "a\n"])
def test_a_tenant_whose_name_is_no_folder_name_is_refused_before_a_file_is_touched(rules, tenant, now):
    with pytest.raises(NoPolicy, match="tenant"):
        Policies(rules).current(tenant, now)


def test_a_mounted_folder_whose_link_is_swapped_is_taken_up_with_its_lists(tmp_path, now):
    for version, entry in (("first", "u-1"), ("second", "u-2")):
        (tmp_path / version).mkdir()
        put(tmp_path / version / "default", LISTED)
        put(tmp_path / version / "default", f"{entry}\n", "x.txt")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "..data").symlink_to(tmp_path / "first")
    (tmp_path / "rules" / "default").symlink_to(Path("..data", "default"))
    policies = Policies(tmp_path / "rules")
    policies.load_all(now)
    before = policies.current("default", now)

    (tmp_path / "rules" / "..new").symlink_to(tmp_path / "second")
    os.replace(tmp_path / "rules" / "..new", tmp_path / "rules" / "..data")
    after = policies.current("default", now + 3)

    assert (before.error, after.error) == ((), ())
    assert before.policy.digest != after.policy.digest


def test_a_tenant_has_its_own_policy_or_that_of_default(rules, now):
    put(rules / "acme", GOOD.replace("ID", "own"))
    policies = Policies(rules)

    assert policies.current("acme", now).policy.id == "own"
    assert policies.current("other", now).policy.id == "first"
    assert policies.loaded() == ("acme", "default")


def test_a_change_is_taken_up_after_two_seconds_at_the_latest(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    put(rules / "default", GOOD.replace("ID", "second"))

    early, later = policies.current("default", now + 1.9), policies.current("default", now + 2)

    assert (early.policy.id, later.policy.id) == ("first", "second")
    assert (early.loaded_at, later.loaded_at) == (now, now + 2)


def test_a_change_that_does_not_pass_leaves_the_last_good_policy_and_says_so(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    put(rules / "default", BAD)

    kept = policies.current("default", now + 5)
    still = policies.current("default", now + 50)

    assert (kept.policy.id, kept.loaded_at, [each.code for each in kept.error]) == ("first", now, ["unknown-signal"])
    assert still == kept


def test_a_first_policy_of_a_tenant_that_does_not_pass_leaves_it_with_that_of_default(rules, now):
    policies = Policies(rules)
    policies.load_all(now)
    assert policies.current("acme", now).policy.id == "first"
    put(rules / "acme", BAD)

    refused = policies.current("acme", now + 5)
    put(rules / "acme", GOOD.replace("ID", "own"))
    mended = policies.current("acme", now + 10)

    assert (refused.policy.id, [each.code for each in refused.error]) == ("first", ["unknown-signal"])
    assert (mended.policy.id, mended.error) == ("own", ())


def test_a_policy_that_is_mended_is_in_force_again(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    put(rules / "default", BAD)
    policies.current("default", now + 5)
    put(rules / "default", GOOD.replace("ID", "mended"))

    mended = policies.current("default", now + 10)

    assert (mended.policy.id, mended.error) == ("mended", ())


def test_a_policy_that_vanishes_stays_in_force(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    (rules / "default" / "policy.yaml").unlink()

    kept = policies.current("default", now + 5)

    assert (kept.policy.id, [each.code for each in kept.error]) == ("first", ["unreadable"])


def test_a_list_file_is_watched_like_the_policy(rules, now):
    put(rules / "default", "alice\n", "x.txt")
    put(rules / "default", LISTED)
    policies = Policies(rules)
    before = policies.current("default", now).policy
    put(rules / "default", "bob\n", "x.txt")

    after = policies.current("default", now + 5).policy

    assert after.digest != before.digest
    assert after.lists["x"].words == ["bob"]


def test_a_list_file_that_was_missing_is_seen_when_it_comes(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    put(rules / "default", LISTED)
    refused = policies.current("default", now + 5)
    put(rules / "default", "alice\n", "x.txt")

    assert refused.error
    assert policies.current("default", now + 10).policy.id == "listed"


def test_a_candidate_is_loaded_beside_and_goes_when_its_file_goes(rules, now):
    policies = Policies(rules)
    alone = policies.current("default", now)
    put(rules / "default", GOOD.replace("ID", "next"), "candidate.yaml")
    beside = policies.current("default", now + 5)
    (rules / "default" / "candidate.yaml").unlink()

    gone = policies.current("default", now + 10)

    assert (alone.candidate, gone.candidate) == (None, None)
    assert (beside.policy.id, beside.candidate.id) == ("first", "next")


def test_a_candidate_that_does_not_pass_is_told_and_touches_nothing(rules, now):
    put(rules / "default", BAD, "candidate.yaml")

    loaded = Policies(rules).current("default", now)

    assert (loaded.policy.id, loaded.candidate, [each.code for each in loaded.error]) == (
        "first",
        None,
        ["unknown-signal"],
    )


def test_a_text_can_be_put_in_force_and_taken_back(rules, now):
    policies = Policies(rules)

    findings = policies.replace("default", GOOD.replace("ID", "sandboxed"), now)
    during = policies.current("default", now + 60).policy.id
    policies.restore("default")

    assert (findings, during) == ((), "sandboxed")
    assert policies.current("default", now + 61).policy.id == "first"


def test_a_text_that_does_not_pass_is_not_put_in_force(rules, now):
    policies = Policies(rules)

    findings = policies.replace("default", BAD, now)

    assert [each.code for each in findings] == ["unknown-signal"]
    assert policies.current("default", now).policy.id == "first"


def test_checking_a_text_puts_nothing_in_force(rules, now):
    policies = Policies(rules)

    assert policies.check("default", GOOD) == ()
    assert [each.code for each in policies.check("default", BAD)] == ["unknown-signal"]
    assert policies.loaded() == ()


def test_many_threads_see_one_policy_while_it_changes(rules, now):
    policies = Policies(rules)
    policies.current("default", now)
    seen: set[str] = set()

    def read() -> None:
        for step in range(200):
            seen.add(policies.current("default", now + step).policy.id)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    put(rules / "default", GOOD.replace("ID", "second"))
    for thread in threads:
        thread.join()

    assert seen <= {"first", "second"}
    assert policies.current("default", now + 500).policy.id == "second"
