"""What a policy may say, and what it then means."""

from hypothesis import given
from hypothesis import strategies as st

from doorward.core.outcome import Requirement
from doorward.core.signals import SIGNALS
from doorward.policy.compiler import compile_policy
from doorward.policy.model import Effect

MFA = Requirement(name="mfa", any_of=("passkey", "push", "totp", "sms"), aal=2)


def test_the_example_of_the_description_passes(check, design_example, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "corporate.txt").write_text("192.0.2.0/24 # the new building\n")

    made = check(design_example)

    assert made.errors == ()
    assert made.policy.text == design_example
    assert [rule.id for rule in made.policy.rules][:3] == ["blocked", "embargo", "spray"]
    assert made.policy.requirements["mfa"] == MFA
    assert made.policy.levels == {"medium": 95.0, "high": 99.0}
    assert made.policy.rules[4].then == Effect("challenge", MFA, max_age_seconds=300, bind=True)


def test_a_challenge_for_the_unknown_is_as_fresh_and_bound_as_the_one_for_the_known(check, design_example, tmp_path):
    text = design_example.replace("  corporate: {cidr_file: lists/corporate.txt}\n", "")

    transfer = check(text).policy.rules[4]

    assert transfer.on_unknown == transfer.then


def test_words_that_yaml_would_take_for_truth_stay_words(check):
    made = check("""
        version: 1
        id: x
        lists: {nordic: [NO, SE, yes]}
        rules:
          - {id: a, on: login, when: geo.country in lists.nordic, on_unknown: skip, then: deny}
          - {id: b, when: true, then: allow}
    """)

    assert made.errors == ()
    assert made.policy.lists["nordic"].words == ["NO", "SE", "yes"]


def test_what_is_left_out_has_a_strict_default(check):
    policy = check('{version: 1, id: x, rules: [{id: a, when: "true", then: allow}]}').policy

    assert policy.unenrolled == {"login": "enrol", "login_high_risk": "deny", "action": "deny"}
    assert policy.degraded.outcome == "challenge"
    assert (policy.combine, policy.pending) == ("first_match", "tell")


def test_the_digest_covers_text_and_files(check, tmp_path):
    text = """
        version: 1
        id: x
        lists: {bad: {file: bad.txt}}
        rules: [{id: a, when: subject.id in lists.bad, then: deny}, {id: b, when: "true", then: allow}]
    """
    (tmp_path / "bad.txt").write_text("alice\n")
    before = check(text).policy.digest
    (tmp_path / "bad.txt").write_text("bob\n")

    after = check(text).policy.digest

    assert before != after
    assert after.startswith("sha256:")
    assert after == check(text).policy.digest
    assert after != check(text + "\n").policy.digest


YAML_PIECES = st.sampled_from(
    [
        "version: 1\n",
        "id: x\n",
        "rules:\n",
        "  - id: a\n",
        "    when: ",
        "new.ip",
        "&",
        "*a",
        "!x",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "|\n",
        ">-\n",
        ": ",
        "- ",
        "\n",
        "\t",
        "then: deny\n",
        "\\u0041",
        "\\",
        "é",
        "\x85",
        "#",
        "?",
        ",",
        "<<: ",
        "\0",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(YAML_PIECES, max_size=25).map("".join)))
def test_no_text_makes_the_compiler_raise(text):
    made = compile_policy(text, signals=SIGNALS)

    assert made.policy is not None or made.errors
    assert all(each.line >= 1 and each.column >= 1 for each in made.findings)


CONDITION_PIECES = st.sampled_from(
    [
        "new.ip",
        "risk.score",
        "context",
        ".a",
        "['a']",
        " && ",
        " || ",
        "!",
        " == ",
        " > ",
        "1",
        "1.5",
        "'x'",
        '"',
        "(",
        ")",
        " ? ",
        " : ",
        " in ",
        "[",
        "]",
        "lists.x",
        "in_network",
        "decimal(",
        "has(",
        "subject.id",
        "r'\\'",
        "//",
        "\n",
        "💥",
    ]
)


@given(st.lists(CONDITION_PIECES, max_size=12).map("".join))
def test_no_condition_makes_the_compiler_raise(condition):
    quoted = condition.replace("'", "''").replace("\n", "\n\n      ")
    text = "version: 1\nid: x\nlists: {x: [a]}\nrules:\n  - {id: a, on_unknown: skip, then: deny}\n"
    text = text.replace("{id: a,", f"{{id: a, when: '{quoted}',")

    made = compile_policy(text, signals=SIGNALS)

    assert made.policy is not None or made.errors
