"""A process that begins while the files do not pass goes on with what passed last."""

import pytest

from doorward.last_good import LastGood
from doorward.policies import NoPolicy, Policies

from .test_policies import BAD, GOOD, LISTED, put


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "rules").mkdir()
    return tmp_path / "rules", tmp_path / "state"


def policies(folders):
    rules, state = folders
    return Policies(rules, last_good=LastGood(state))


def test_nothing_was_ever_good(folders, now):
    put(folders[0] / "default", BAD)
    with pytest.raises(NoPolicy):
        policies(folders).load_all(now)


def test_a_kept_policy_that_somebody_changed_is_not_used(folders, now):
    put(folders[0] / "default", GOOD.replace("ID", "first"))
    policies(folders).load_all(now)
    for kept in folders[1].rglob("policy.yaml"):
        kept.write_text(GOOD.replace("ID", "other"))
    put(folders[0] / "default", BAD)
    with pytest.raises(NoPolicy):
        policies(folders).load_all(now)


def test_a_new_process_goes_on_with_the_last_good_policy_and_tells_what_is_wrong(folders, now):
    put(folders[0] / "default", GOOD.replace("ID", "first"))
    policies(folders).load_all(now)
    put(folders[0] / "default", BAD)
    loaded = policies(folders).current("default", now)
    assert loaded.policy.id == "first"
    assert [each.code for each in loaded.error] == ["unknown-signal"]


def test_the_lists_of_the_last_good_policy_are_those_that_it_passed_with(folders, now):
    home = folders[0] / "default"
    put(home, "u-1\n", "x.txt")
    put(home, LISTED)
    before = policies(folders).current("default", now).policy
    put(home, "u-2\n", "x.txt")
    put(home, BAD)
    assert policies(folders).current("default", now).policy.digest == before.digest


def test_only_the_newest_is_kept(folders, now):
    for name in ("first", "second"):
        put(folders[0] / "default", GOOD.replace("ID", name))
        policies(folders).load_all(now)
    put(folders[0] / "default", BAD)
    assert policies(folders).current("default", now).policy.id == "second"
    assert len(list(folders[1].rglob("policy.yaml"))) == 1


def test_the_files_count_again_once_they_pass(folders, now):
    put(folders[0] / "default", GOOD.replace("ID", "first"))
    policies(folders).load_all(now)
    put(folders[0] / "default", BAD)
    second = policies(folders)
    second.load_all(now)
    put(folders[0] / "default", GOOD.replace("ID", "third"))
    assert second.current("default", now + 5).policy.id == "third"


def test_a_state_folder_that_cannot_be_written_fails_nothing(folders, now):
    folders[1].write_text("a file, where a folder should be")
    put(folders[0] / "default", GOOD.replace("ID", "first"))
    assert policies(folders).current("default", now).policy.id == "first"
