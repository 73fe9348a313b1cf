"""How far campaigns and boiling frogs get before a model notices them."""

import pytest

from doorward.offline.evidence import campaigns
from doorward.offline.evidence.evaluation import evaluate
from doorward.offline.evidence.successes import FROG, YES, split

from .made import Made, hundred


@pytest.fixture
def frozen():
    """Thresholds of it are 99, 98, 95 and 90."""
    return Made().genuine(*hundred()).attacks("naive", 91, 99.5).part


def judged():
    """Return a hundred genuine successes, of which 10 lie above 90."""
    return Made().genuine(*hundred())


def test_a_campaign_is_noticed_at_its_first_challenge(frozen):
    made = judged()
    made.attacks("spray", 1, 1, 99, 1, campaign=1).attacks("spray", 99, campaign=2).attacks("spray", 1, 2, campaign=3)
    made.attacks("vpn", 1)

    assert evaluate(frozen, made.part)["campaigns"] == [
        {"family": "spray", "campaigns": 3, "successes": 7, "never": 1, "median_before": 2.0, "most_before": 2}
    ]


def test_a_frog_is_told_by_its_step_and_in_no_family(frozen):
    made = judged()
    made.attacks(FROG, 1, 1, 1, 1, 99, 99, subject="ada").attacks(FROG, 1, 1, 1, 1, 1, 1, subject="ben")

    document = evaluate(frozen, made.part)

    frog = document["boiling_frog"]
    assert frog == {"runs": 2, "never": 1, "first_at": {"5": 1}, "no_cross": {"runs": 0, "never": 0, "first_at": {}}}
    assert document["scorers"]["model"]["families"] == {}
    assert document["judged"]["attacks"] == {FROG: 12}


def test_a_frog_on_the_victims_own_networks_is_told_apart(frozen):
    made = judged()
    own = {"subject": "ada", "network_used": YES}
    made.attacks(FROG, 1, 1, subject="ada").attacks(FROG, 1, 1, 1, 1, **own)
    made.attacks(FROG, 1, 1, 1, 1, 99, 1, subject="ben")

    frog = evaluate(frozen, made.part)["boiling_frog"]

    assert (frog["never"], frog["no_cross"]) == (1, {"runs": 1, "never": 1, "first_at": {}})


def test_a_frog_is_noticed_by_its_cross_where_it_makes_one(frozen):
    made = judged()
    made.attacks(FROG, 1, 1, 1, 1, 99, 1, subject="ada").attacks(FROG, 1, 1, 1, 1, 1, 99, subject="ben")
    made.attacks(FROG, 1, 1, subject="cy").attacks(FROG, 1, 1, 99, 1, subject="cy", network_used=YES)

    told = evaluate(frozen, made.part)["boiling_frog"]

    assert told["first_at"] == {"5": 2, "6": 1}
    assert campaigns.noticed(told) == 0.5


def test_where_no_frog_crosses_none_can_be_noticed(frozen):
    made = judged().attacks(FROG, 1, 1, 1, 1, 99, 1, subject="ada", network_used=YES)

    assert campaigns.noticed(evaluate(frozen, made.part)["boiling_frog"]) is None
    assert campaigns.noticed(None) is None


def test_a_frog_that_had_begun_before_is_not_counted():
    made = Made().genuine(*hundred()).attacks(FROG, 1, 1, subject="ada").genuine(*hundred())
    made.attacks(FROG, 99, 99, 99, 99, subject="ada")

    frozen, later = split(made.rows, 102 / 206)

    assert evaluate(frozen, later)["boiling_frog"] is None
