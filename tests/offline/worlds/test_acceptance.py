"""The table of what a world should look like, measured from events made by hand."""

import pytest

from doorward.offline.worlds.acceptance import Row, quantile, table
from doorward.offline.worlds.novelty import Share, measure

from .made import FIREFOX, made


def test_what_attackers_do_is_not_measured_as_new():
    measured = measure([made("a", 0), made("a", 1, ip="240.0.0.9", family="naive"), made("a", 2)])

    assert measured.successes["a"] == 2
    assert measured.new("ip").value == 0.0


def test_a_first_success_is_not_new_and_failures_are_not_judged():
    measured = measure([made("a", 0, ip="240.0.0.1"), made("a", 1, ip="240.0.0.2", passed=False)])

    assert (measured.judged["a"], measured.attempts["a"], measured.new("ip").value) == (0, 2, 0.0)


def test_an_address_is_new_until_its_user_has_had_it():
    addresses = ["240.0.0.1", "240.0.0.2", "240.0.0.1", "240.0.0.2", "240.0.0.3"]

    assert measure(made("a", day, ip=ip) for day, ip in enumerate(addresses)).new("ip").value == 2 / 4


def test_a_value_is_unusual_where_a_user_has_it_less_often_than_people_have():
    crowd = [made(f"u-{number}", 0, agent=FIREFOX) for number in range(9)]
    measured = measure([*crowd, made("a", 1), made("a", 2), made("a", 3, agent=FIREFOX), made("a", 4, agent=FIREFOX)])

    # Once in three sign-ins is less than the nine of eleven that people have.
    assert measured.new("browser").value == 1 / 3
    assert measured.unusual("browser").value == 2 / 3


def test_a_known_device_is_a_success_with_a_token():
    measured = measure([made("a", 0), made("a", 1, token="c-1"), made("a", 2, token="c-1"), made("a", 3)])

    assert measured.with_device["a"] == 2


def test_the_rba_share_of_successes_leaves_out_accounts_that_do_not_exist():
    events = [made("a", 0), made("a", 1, passed=False, family="spray"), made("x", 2, passed=False, family="stuffing")]
    rows = {row.name: row for row in table(measure(events), profile="rba_like", users=1, days=60)}

    assert rows["success share, attacks included"].measured == 0.5


def test_the_number_of_events_is_that_of_a_world_of_that_size():
    rows = table(measure([made("a", 0)]), profile="realistic", users=600, days=240)

    assert (rows[0].target, rows[0].measured) == (14_690.0, 1)


@pytest.mark.parametrize(("measured", "is_inside"), [(0.86, True), (1.14, True), (0.84, False), (1.16, False)])
def test_a_row_is_inside_up_to_its_tolerance(measured, is_inside):
    assert Row("a", 1.0, measured).is_inside is is_inside


@pytest.mark.parametrize(("noise", "is_inside"), [(0.01, False), (0.03, True)])
def test_a_row_beyond_its_tolerance_is_inside_where_chance_explains_the_rest(noise, is_inside):
    assert Row("a", 1.0, 1.2, noise).is_inside is is_inside


def test_the_noise_of_a_share_is_that_of_users_who_differ_and_not_of_their_sign_ins():
    one_of_ten_users = Share({"u-0": 100}, {f"u-{number}": 100 for number in range(10)})
    every_user_alike = Share({f"u-{number}": 10 for number in range(10)}, {f"u-{number}": 100 for number in range(10)})

    assert one_of_ten_users.value == every_user_alike.value == 0.1
    assert one_of_ten_users.noise == pytest.approx(0.0949, abs=1e-4)
    assert every_user_alike.noise == 0.0


def test_the_noise_of_a_quantile_is_that_of_its_rank():
    events = [made(f"u-{user}", day) for user in range(100) for day in range(user)]
    rows = {row.name: row for row in table(measure(events), profile="rba_like", users=100, days=60)}

    assert rows["attempts of a user, median"].measured == 50
    assert rows["attempts of a user, median"].noise == pytest.approx(5, abs=0.5)


def test_a_table_of_nothing_is_outside_and_no_error():
    assert not any(row.is_inside for row in table(measure([]), profile="realistic", users=1, days=7))


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 1), (0.5, 3), (0.9, 5), (1.0, 5)])
def test_a_quantile_is_one_of_the_counts(share, wanted):
    assert quantile([5, 1, 4, 2, 3], share) == wanted
