"""Which sign-ins count in the tenant's own scale, and how that is taken back."""

from doorward.core import history
from doorward.core.odds import HIGHEST, LAST_BIN, LOWEST, PER_UNIT, bin_of

DAY = 86_400
START = 1_767_225_600 + 10 * 3600


def learned(profile, name, at, sight, place):
    return history.learn(profile, event_id=name, at=at, sight=sight, weight=0.5, quarantined=False, now=at, odds=place)


def days_of(sight, places, start=START):
    """Learn a sign-in in each of *places*, an hour apart; return the history and what the scale has gained."""
    profile, gains = None, []
    for number, place in enumerate(places):
        made = learned(profile, f"e{number}", start + 3600 * number, sight(number), place)
        profile = made.profile
        gains += made.scored
    return profile, gains


def test_of_one_day_three_sign_ins_count(sight):
    _, gains = days_of(sight, [100, 110, 120, 130, 140])

    assert gains == [(100, 1), (110, 1), (120, 1)]


def test_the_next_day_counts_again(sight):
    profile, _ = days_of(sight, [100, 110, 120, 130])

    assert learned(profile, "next", START + DAY, sight(9), 150).scored == ((150, 1),)


def test_a_sign_in_without_a_score_counts_nowhere(sight):
    assert learned(None, "e", START, sight(), None).scored == ()


def test_learning_an_event_again_counts_nothing_more(sight):
    profile, _ = days_of(sight, [100])

    assert learned(profile, "e0", START, sight(0), 100).scored == ()


def test_a_sign_in_that_is_forgotten_is_taken_back(sight):
    profile, _ = days_of(sight, [100])

    assert history.forget(profile, "e0", START + DAY).scored == ((100, -1),)


def test_who_did_not_count_that_day_takes_the_place_of_one_that_is_forgotten(sight):
    profile, _ = days_of(sight, [100, 110, 120, 130])

    gone = history.forget(profile, "e1", START + DAY)

    assert gone.scored == ((110, -1), (130, 1))


def test_forgetting_leaves_the_history_of_a_twin_who_never_saw_it(sight):
    profile, gains = days_of(sight, [100, 110, 120, 130, 140])
    gone = history.forget(profile, "e0", START + DAY)

    twin, twins = None, []
    for number, place in enumerate([110, 120, 130, 140], 1):
        made = learned(twin, f"e{number}", START + 3600 * number, sight(number), place)
        twin = made.profile
        twins += made.scored

    assert history.forget(twin, "none", START + DAY).profile == gone.profile
    assert sums(gains + list(gone.scored)) == sums(twins)


def sums(moves):
    found = {}
    for place, gain in moves:
        found[place] = found.get(place, 0) + gain
    return {place: count for place, count in found.items() if count}


def test_who_signs_in_all_day_from_one_context_counts_three_times(sight):
    profile, gains = None, []
    for number in range(50):
        made = learned(profile, f"e{number}", START + 60 * number, sight(1), 100 + number)
        profile = made.profile
        gains += made.scored

    assert sum(gain for _, gain in gains) == 3


def test_an_edge_belongs_to_the_bin_below():
    assert bin_of(1.0) == bin_of(1.0 - 0.5 / PER_UNIT)
    assert bin_of(1.0) < bin_of(1.0 + 0.5 / PER_UNIT)


def test_what_lies_beyond_the_bins_is_in_the_outermost():
    assert (bin_of(LOWEST - 900.0), bin_of(HIGHEST + 900.0)) == (0, LAST_BIN)


def test_an_export_tells_what_was_kept_of_the_score(sight):
    profile, _ = days_of(sight, [bin_of(-2.52)])

    assert [each["log_odds"] for each in history.export(profile, START)["sign_ins"]] == [-2.5]
