"""The likelihood ratio of population and own history, and the trap that its unsmoothed form has."""

from math import isnan, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.facts import LEVELS, Facts, HistoryFacts, PopulationFacts
from doorward.risk.likelihood import LIMIT, log_ratios, population_shares

weights = st.floats(0.0, 1e6)


def log_ratio(facts, level):
    return log_ratios(facts, population_shares(facts.population))[level]


def population_share(facts, level):
    return population_shares(facts.population)[level]


def facts_at(level, *, count, total, everyones=0.0, everyone=0.0, distinct=0):
    return Facts(
        history=HistoryFacts(logins=total, events=max(1, int(total)), counts={level: count}, totals={level: total}),
        population=PopulationFacts(
            counts={level: everyones}, totals={level: everyone}, distinct={level: min(distinct, 10**6)}
        ),
    )


@given(weights, weights, st.integers(0, 10**6))
def test_what_the_population_shares_is_a_probability(part, rest, distinct):
    facts = facts_at("asn", count=0, total=1, everyones=part, everyone=part + rest, distinct=distinct)

    share = population_share(facts, "asn")

    assert 0 < share <= 1


def test_before_anything_was_counted_every_value_is_common():
    facts = facts_at("asn", count=0, total=1)

    assert population_share(facts, "asn") == 1.0


def test_the_ratio_is_the_one_of_the_design():
    facts = facts_at("asn", count=3.0, total=4.0, everyones=100.0, everyone=1000.0, distinct=50)
    of_all = (100 + 0.5) / (1000 + 0.5 * 51)
    of_subject = (3 + 3 * of_all) / (4 + 3)

    assert log_ratio(facts, "asn") == pytest.approx(log(of_all) - log(of_subject))


@given(st.floats(0.1, 1000), st.floats(0, 1e6), st.integers(0, 10**5))
def test_an_unseen_value_is_as_telling_as_the_history_is_long(total, everyone, distinct):
    facts = facts_at("country", count=0, total=total, everyone=everyone, distinct=distinct)

    assert log_ratio(facts, "country") == pytest.approx(min(LIMIT, log((total + 3) / 3)))


@given(st.sampled_from(LEVELS), weights, weights, weights, weights, st.integers(0, 10**6))
def test_a_ratio_lies_within_its_limits(level, count, rest, part, other, distinct):
    facts = facts_at(level, count=count, total=count + rest, everyones=part, everyone=part + other, distinct=distinct)

    assert -LIMIT <= log_ratio(facts, level) <= LIMIT


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_a_more_familiar_value_never_has_a_higher_ratio(one, other, rest):
    less, more = sorted((one, other))
    total = more + rest

    assert log_ratio(facts_at("asn", count=more, total=total), "asn") <= log_ratio(
        facts_at("asn", count=less, total=total), "asn"
    )


@pytest.mark.parametrize("level", LEVELS)
def test_without_history_a_ratio_says_nothing(level, facts):
    assert log_ratio(facts(sign_ins=0.0), level) == 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_a_history_that_cannot_be_read_gives_no_ratio(level):
    facts = Facts(history=HistoryFacts(reachable=False))

    assert isnan(log_ratio(facts, level))


def test_an_attempt_without_a_value_has_no_ratio(facts):
    without = facts(history={"totals": {"ip": 12.0}, "counts": {"ip": 12.0}})

    assert isnan(log_ratio(without, "country"))
    assert not isnan(log_ratio(without, "ip"))


def test_a_new_address_of_ones_own_network_is_less_odd_than_one_of_another(facts):
    lease = log_ratio(facts(unseen=("ip",)), "ip")

    elsewhere = log_ratio(facts(unseen=("ip", "asn")), "ip")

    assert lease < elsewhere


@given(st.floats(0.1, 200), st.floats(0, 1e7))
def test_an_address_unseen_at_every_level_is_never_the_likelier_one(sign_ins, population):
    def at(count, everyones):
        return Facts(
            history=HistoryFacts(
                logins=sign_ins,
                events=1,
                counts=dict.fromkeys(LEVELS, count),
                totals=dict.fromkeys(LEVELS, sign_ins),
            ),
            population=PopulationFacts(
                counts=dict.fromkeys(LEVELS, everyones),
                totals=dict.fromkeys(LEVELS, population),
                distinct=dict.fromkeys(LEVELS, 100),
            ),
        )

    unseen, own, own_and_common = at(0.0, 0.0), at(sign_ins, 0.0), at(sign_ins, 0.9 * population)

    assert log_ratio(unseen, "ip") > max(log_ratio(own, "ip"), log_ratio(own_and_common, "ip"))
