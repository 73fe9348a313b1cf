"""Comments that accept a warning."""

import pytest

POLICY = """\
version: 1
id: x
lists: {spare: [NO]}                    LIST
rules:
  RULE
  - id: phone
    on_unknown: skip                    INSIDE
    when: >-
      device.type
      == "phone"
    then: {challenge: mfa}
  - {id: rest, when: "true", then: allow}
requirements: {mfa: {any_of: [passkey]}}
"""


def codes(check, *, LIST="", RULE="", INSIDE=""):  # noqa: N803 - as they stand in the text
    text = POLICY.replace("LIST", LIST).replace("RULE", RULE).replace("INSIDE", INSIDE)
    return [(each.line, each.code) for each in check(text).findings]


def test_without_a_comment_everything_is_told(check):
    assert codes(check) == [(3, "unused-list"), (10, "impossible-value")]


@pytest.mark.parametrize(
    "comments",
    [
        {"LIST": "# lint: allow unused-list: the next release reads it"},
        {"LIST": "# spare parts  # lint: allow unused-list: kept for the audit"},
    ],
)
def test_a_comment_accepts_what_is_found_on_its_line(check, comments):
    assert codes(check, **comments) == [(10, "impossible-value")]


@pytest.mark.parametrize(
    "comment",
    [
        "# lint: allow impossible-value: our own agent says so",
        "# lint: allow impossible-value: our own agent says so\n  # and more about it",
    ],
)
def test_a_comment_above_a_rule_accepts_what_is_found_anywhere_in_it(check, comment):
    assert [code for _, code in codes(check, RULE=comment)] == ["unused-list"]


@pytest.mark.parametrize("comment", ["# lint: allow", "# lint: allow unused-list", "# lint: ignore unused-list: why"])
def test_a_comment_without_a_check_and_a_reason_accepts_nothing_and_is_told(check, comment):
    found = codes(check, LIST=comment)

    assert (3, "unused-list") in found
    assert (3, "bad-lint-comment") in found


def test_a_check_that_does_not_exist_is_told_with_the_near_one(check):
    text = POLICY.replace("LIST", "# lint: allow unused-lists: soon").replace("RULE", "").replace("INSIDE", "")

    doubt = next(each for each in check(text).findings if each.code == "bad-lint-comment")

    assert (doubt.line, doubt.column, doubt.suggestion) == (3, 41, "unused-list")


def test_a_comment_that_accepts_nothing_is_told(check):
    assert (7, "needless-lint-comment") in codes(check, INSIDE="# lint: allow unused-list: elsewhere")


def test_what_is_looked_for_by_the_command_alone_is_not_needless_here(check):
    assert codes(check, INSIDE="# lint: allow rule-without-test: soon") == codes(check)


def test_an_error_cannot_be_accepted(check):
    text = POLICY.replace("LIST", "").replace("RULE", "# lint: allow unknown-signal: no").replace("INSIDE", "")

    assert [each.code for each in check(text.replace("device.type", "device.kind")).errors] == ["unknown-signal"]
