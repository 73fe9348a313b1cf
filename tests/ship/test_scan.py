"""How the scans of `make lint` are judged; the scanners themselves run there, not here."""

import re

import yaml

from .scan import AUDITED, OUR_RULES, ROOT, Found, audited, judged, overlooked
from .scan_allowed import ALLOWED, Allowed
from .scan_planted import planted

ROW = Allowed("rule", "made-up", "of a test")


def test_what_no_row_allows_is_told_by_its_place_and_not_repeated():
    told = judged([Found("rule", "the-real-one", "a.py:3")], ())

    assert told == ["a.py:3: looks like a secret (rule); take it out, and out of use"]


def test_another_rule_is_not_allowed_by_a_row_of_the_same_text():
    assert judged([Found("other", "made-up", "a.py:3"), Found("rule", "made-up", "a.py:4")], (ROW,)) != []


def test_what_a_row_allows_is_allowed_wherever_it_stands():
    assert judged([Found("rule", "made-up", "a.py:3"), Found("rule", "made-up", "old.py:9")], (ROW,)) == []


def test_a_row_that_allows_nothing_any_more_is_told():
    assert len(judged([], (ROW,))) == 1


def test_every_row_has_a_reason_and_stands_once():
    assert all(row.reason for row in ALLOWED)
    assert len({(row.rule, row.text) for row in ALLOWED}) == len(ALLOWED)


def test_each_rule_of_ours_matches_what_is_planted_for_it_and_nothing_shorter():
    rules = {rule["id"]: re.compile(rule["pattern"]) for rule in yaml.safe_load(OUR_RULES.read_text())["rules"]}
    text, made = planted()

    assert set(rules) == set(made)
    for rule, secret in made.items():
        assert [found[1] for found in rules[rule].finditer(text)] == [secret]
        assert rules[rule].search(text.replace(secret, secret[:20])) is None


def test_a_planted_secret_that_is_not_found_is_told_by_its_rule_alone():
    assert overlooked([Found("one", "planted", "a:1")], {"one": "planted"}) == []
    assert overlooked([Found("other", "planted", "a:1")], {"one": "planted"}) == [
        "the scanner does not find a planted one"
    ]


def test_every_list_of_pinned_packages_is_audited_or_within_one_that_is():
    # Data has no vulnerabilities that anybody tells of.
    others = {"tools.txt", "granian.txt", "trace.txt", "geodata.txt"}

    assert {path.name for path in (ROOT / "requirements").glob("*.txt")} - set(AUDITED) == others


def test_a_known_vulnerability_is_told_with_what_mends_it():
    told = {"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}]}

    assert audited(told) == (["a 1: PYSEC-1, fixed in 2"], [])


def test_a_package_of_which_nothing_is_known_does_not_pass_for_a_safe_one():
    assert audited({"dependencies": [{"name": "a", "skip_reason": "not found"}]}) == ([], ["a"])
