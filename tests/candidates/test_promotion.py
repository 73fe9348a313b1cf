"""`doorward rules promote`, `rollback`, `history`: whole or not at all, written down, and back again."""

import errno
import json
import threading

import pytest
from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.promotion import carry_out, promotion, rollback
from doorward.offline.rule_folder import NotChanged, RuleFolder

from .conftest import CANDIDATE, POLICY, put

LISTED = POLICY.replace("version: 1\n", "version: 1\nlists: {vip: {file: vip.txt}}\n").replace(
    '"true"', "subject.id in lists.vip"
)
NOW = 1_800_000_000.0


@pytest.fixture
def rules(tmp_path):
    put(tmp_path / "default" / "policy.yaml", POLICY)
    put(tmp_path / "default" / "candidate.yaml", CANDIDATE)
    return tmp_path / "default"


@pytest.fixture
def run(rules):
    environ = {"DOORWARD_RULES_DIR": str(rules.parent)}
    return lambda *arguments, **more: CliRunner().invoke(main, ("rules", *arguments), env=environ, **more)


def passes(policy, folder):
    return []


def refusal(result):
    assert result.exit_code == 1, result.output
    return result.stderr


def test_nothing_changes_where_nobody_agrees(rules, run):
    for answer in ("n\n", ""):
        assert "nothing was changed" in refusal(run("promote", input=answer))

    assert (rules / "policy.yaml").read_text() == POLICY
    assert not (rules / ".history").exists()


def test_a_tenant_without_rules_of_its_own_is_refused(run):
    for tenant in ("other", "../default"):
        assert run("promote", "--tenant", tenant, "--yes").exit_code == 2


def test_without_a_candidate_there_is_nothing_to_promote(rules, run):
    (rules / "candidate.yaml").unlink()

    assert "there is no candidate.yaml" in refusal(run("promote", "--yes"))


def test_a_candidate_that_does_not_pass_is_refused_with_every_mistake(rules, run):
    put(rules / "candidate.yaml", CANDIDATE.replace("geo.country", "geo.land") + "levels: {medium: 101}\n")

    told = refusal(run("promote", "--yes"))

    assert "geo.land" in told
    assert "101" in told
    assert (rules / "policy.yaml").read_text() == POLICY


def test_a_candidate_that_fails_its_tests_is_refused(rules):
    with pytest.raises(NotChanged, match="admins must be challenged"):
        promotion(RuleFolder(rules), lambda policy, folder: ["admins must be challenged"])


TESTS = """
version: 1
policy: POLICY
cases:
  - name: america is let in
    facts: {network: {country: US}}
    expect: {outcome: OUTCOME}
"""


def test_without_tests_of_its_own_a_candidate_must_pass_those_of_the_policy(rules, run):
    put(rules / "policy_test.yaml", TESTS.replace("POLICY", "policy.yaml").replace("OUTCOME", "allow"))

    told = refusal(run("promote", "--yes"))

    assert "america is let in" in told
    assert "outcome: expected allow, came challenge" in told
    assert (rules / "policy.yaml").read_text() == POLICY


def test_with_tests_of_its_own_a_candidate_must_pass_those(rules, run):
    put(rules / "policy_test.yaml", TESTS.replace("POLICY", "policy.yaml").replace("OUTCOME", "allow"))
    own = TESTS.replace("POLICY", "candidate.yaml")

    put(rules / "candidate_test.yaml", own.replace("OUTCOME", "deny"))
    assert "expected deny, came challenge" in refusal(run("promote", "--yes"))

    put(rules / "candidate_test.yaml", own.replace("OUTCOME", "challenge"))
    assert run("promote", "--yes").exit_code == 0


def test_a_test_file_with_a_mistake_stops_a_promotion(rules, run):
    put(rules / "policy_test.yaml", TESTS.replace("POLICY", "policy.yaml").replace("OUTCOME", "perhaps"))

    assert "perhaps" in refusal(run("promote", "--yes"))


def test_a_policy_that_is_a_link_is_left_to_whoever_looks_after_it(rules, run):
    (rules / "..data").mkdir()
    (rules / "policy.yaml").rename(rules / "..data" / "policy.yaml")
    (rules / "policy.yaml").symlink_to("..data/policy.yaml")

    told = refusal(run("promote", "--yes"))

    assert "ConfigMap" in told
    assert (rules / "policy.yaml").read_text() == POLICY
    assert (rules / "candidate.yaml").exists()
    assert RuleFolder(rules).entries() == []


def test_a_folder_that_cannot_be_written_is_told(rules, run):
    (rules / ".history").write_text("in the way")

    assert "cannot be written" in refusal(run("promote", "--yes"))
    assert (rules / "policy.yaml").read_text() == POLICY


def test_a_candidate_that_changed_since_it_was_shown_is_not_promoted(rules):
    plan = promotion(RuleFolder(rules), passes)
    put(rules / "candidate.yaml", CANDIDATE + "# other\n")

    with pytest.raises(NotChanged, match="meanwhile"):
        carry_out(plan, RuleFolder(rules), by="ada", reason="", now=NOW)

    assert (rules / "policy.yaml").read_text() == POLICY


def test_a_list_file_that_changed_since_it_was_shown_stops_the_change(rules):
    put(rules / "vip.txt", "alice\n")
    put(rules / "candidate.yaml", LISTED)
    plan = promotion(RuleFolder(rules), passes)
    put(rules / "vip.txt", "mallory\n")

    with pytest.raises(NotChanged, match="list file"):
        carry_out(plan, RuleFolder(rules), by="ada", reason="", now=NOW)


def test_of_two_that_race_one_is_refused(rules):
    folder, done, refused = RuleFolder(rules), [], []
    plan = promotion(folder, passes)
    ready = threading.Barrier(8)

    def race():
        ready.wait()
        try:
            done.append(carry_out(plan, folder, by="ada", reason="", now=NOW))
        except NotChanged as wrong:
            refused.append(str(wrong))

    racers = [threading.Thread(target=race) for _ in range(8)]
    for each in racers:
        each.start()
    for each in racers:
        each.join()

    assert (len(done), len(refused)) == (1, 7)
    assert len(folder.entries()) == 1


def test_a_change_while_another_is_under_way_is_refused(rules):
    plan = promotion(RuleFolder(rules), passes)

    with RuleFolder(rules).locked(), pytest.raises(NotChanged, match="under way"):
        carry_out(plan, RuleFolder(rules), by="ada", reason="", now=NOW)


def test_a_promotion_is_shown_made_and_written_down(rules, run):
    result = run("promote", "--reason", "two weeks in shadow", input="y\n")

    assert result.exit_code == 0, result.output
    for line in ("removed rule tor", "added rule america", "changed id"):
        assert line in result.stderr
    assert (rules / "policy.yaml").read_text() == CANDIDATE
    assert not (rules / "candidate.yaml").exists()
    entry = json.loads(run("history", "--format", "json").stdout)[0]
    assert (entry["what"], entry["reason"]) == ("promote", "two weeks in shadow")
    assert entry["after"] in result.stdout


def test_the_file_stays_readable_for_whoever_could_read_it(rules, run):
    (rules / "policy.yaml").chmod(0o640)

    run("promote", "--yes")

    assert (rules / "policy.yaml").stat().st_mode & 0o777 == 0o640


def test_no_half_written_file_is_left(rules, run):
    run("promote", "--yes")

    assert sorted(each.name for each in rules.iterdir()) == [".history", "policy.yaml"]


def test_a_rollback_puts_the_text_of_before_back_and_another_one_undoes_it(rules, run):
    run("promote", "--yes")

    assert run("rollback", "--yes", "--reason", "too many challenges").exit_code == 0
    assert (rules / "policy.yaml").read_text() == POLICY
    assert run("rollback", "--yes").exit_code == 0
    assert (rules / "policy.yaml").read_text() == CANDIDATE
    assert [each["what"] for each in json.loads(run("history", "--format", "json").stdout)] == [
        "rollback",
        "rollback",
        "promote",
    ]


def test_any_policy_of_the_history_can_be_gone_back_to(rules, run):
    run("promote", "--yes")
    put(rules / "candidate.yaml", CANDIDATE.replace("US", "KP"))
    run("promote", "--yes")
    first = RuleFolder(rules).entries()[0].before

    assert run("rollback", "--yes", "--to", first[:20]).exit_code == 0
    assert (rules / "policy.yaml").read_text() == POLICY


@pytest.mark.parametrize("to", ["0000", "sha256:"])
def test_a_digest_that_names_no_one_policy_is_refused(rules, run, to):
    run("promote", "--yes")

    assert f"begins with '{to}'" in refusal(run("rollback", "--yes", "--to", to))


def test_without_a_promotion_there_is_nothing_to_go_back_to(run):
    assert "nothing was promoted" in refusal(run("rollback", "--yes"))


def test_a_policy_that_was_edited_since_is_not_thrown_away_unasked(rules, run):
    run("promote", "--yes")
    put(rules / "policy.yaml", CANDIDATE + "# by hand\n")

    assert "say --to DIGEST" in refusal(run("rollback", "--yes"))
    assert (rules / "policy.yaml").read_text() == CANDIDATE + "# by hand\n"


def test_a_rollback_tells_where_a_list_file_has_changed_since(rules):
    put(rules / "vip.txt", "alice\n")
    put(rules / "policy.yaml", LISTED)
    folder = RuleFolder(rules)
    carry_out(promotion(folder, passes), folder, by="ada", reason="", now=NOW)
    put(rules / "vip.txt", "mallory\n")

    plan = rollback(folder, "")

    assert "a list file that it reads has changed since" in plan.notes[0]
    assert plan.policy.text == LISTED


def test_a_broken_policy_can_be_replaced_and_is_kept(rules, run):
    put(rules / "policy.yaml", POLICY.replace("network.kind", "network.knd"))

    result = run("promote", "--yes")

    assert result.exit_code == 0, result.output
    assert "does not pass" in result.stderr
    assert len(list((rules / ".history").glob("*.yaml"))) == 2


def test_a_history_whose_last_line_was_cut_off_is_still_read(rules, run):
    run("promote", "--yes")
    with (rules / ".history" / "log.jsonl").open("a") as log:
        log.write('{"at": "20')

    assert len(RuleFolder(rules).entries()) == 1


def test_a_change_after_a_line_that_was_cut_off_is_written_down(rules, run):
    run("promote", "--yes")
    log = rules / ".history" / "log.jsonl"
    log.write_bytes(log.read_bytes() + b'{"at": "2026')

    assert run("rollback", "--yes").exit_code == 0

    assert [each.what for each in RuleFolder(rules).entries()] == ["promote", "rollback"]
    assert run("rollback", "--yes").exit_code == 0


def test_a_reason_may_hold_any_separator(rules, run):
    run("promote", "--yes", "--reason", "one\u2028two\x85three")

    assert [each.reason for each in RuleFolder(rules).entries()] == ["one\u2028two\x85three"]
    assert run("rollback", "--yes").exit_code == 0


def test_what_could_not_be_written_down_whole_is_taken_back(rules, run, monkeypatch):
    run("promote", "--yes")
    before = (rules / ".history" / "log.jsonl").read_bytes()

    def full(log, line):
        log.write(line[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("doorward.offline.rule_folder._append", full)
        assert "No space left" in refusal(run("rollback", "--yes"))

    assert (rules / ".history" / "log.jsonl").read_bytes() == before
    assert run("rollback", "--yes").exit_code == 0


def test_a_line_of_the_history_names_no_file_elsewhere(rules, run):
    run("promote", "--yes")
    put(rules.parent / "elsewhere.yaml", POLICY)
    entry = json.loads((rules / ".history" / "log.jsonl").read_text()) | {"before": "../../elsewhere"}
    with (rules / ".history" / "log.jsonl").open("a") as log:
        log.write(json.dumps(entry) + "\n")

    assert len(RuleFolder(rules).entries()) == 1
    assert "no policy" in refusal(run("rollback", "--yes", "--to", "../../elsewhere"))


def test_a_running_service_takes_a_promotion_and_a_rollback_up(desk):
    house = desk.house
    before = house.get("/v1/policy").get_json()

    def rules(*arguments):
        result = desk.run("rules", *arguments, "--yes")
        assert result.exit_code == 0, result.output
        house.wait(2)
        return house.get("/v1/policy").get_json()

    promoted = rules("promote")
    decided = house.decide()
    back = rules("rollback")

    assert (before["id"], promoted["id"], back["id"]) == ("live", "next", "live")
    assert (promoted["digest"], promoted["candidate"], promoted["error"]) == (before["candidate"], None, None)
    assert decided["policy"]["digest"] == promoted["digest"]
    assert back["digest"] == before["digest"]
