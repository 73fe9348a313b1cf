import pytest

from doorward.core import history
from doorward.core.history import DeviceUse, device_use

DAY = 86_400
HOUR = 3600


def test_a_device_that_was_never_used_is_a_stranger(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))

    assert device_use(profile, "dev_b", now) == DeviceUse()
    assert device_use(profile, "", now) == DeviceUse()
    assert device_use(None, "dev_a", now) == DeviceUse()


def test_a_settled_sign_in_makes_its_device_known(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))

    assert device_use(profile, "dev_a", now + 1) == DeviceUse(seen=True, known=True, first_used_at=now)


def test_quarantine_makes_a_device_known_only_after_48_hours(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"), quarantined=True)

    assert device_use(profile, "dev_a", now + 48 * HOUR - 1) == DeviceUse(seen=True, known=False, first_used_at=now)
    assert device_use(profile, "dev_a", now + 48 * HOUR).known


def test_a_settled_sign_in_ends_the_quarantine_of_its_device(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"), quarantined=True)
    profile = learn(profile, "b", now + HOUR, sight(device_id="dev_a"))

    assert device_use(profile, "dev_a", now + HOUR).known


def test_a_device_goes_with_the_event_that_introduced_it(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))
    profile = learn(profile, "b", now + HOUR, sight(device_id="dev_a"))

    assert not device_use(history.forget(profile, "a", now + DAY).profile, "dev_a", now + DAY).seen


def test_a_device_stays_when_an_event_is_forgotten_that_only_used_it(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))
    profile = learn(profile, "b", now + HOUR, sight(device_id="dev_a"))

    assert device_use(history.forget(profile, "b", now + DAY).profile, "dev_a", now + DAY).known


def test_forgetting_the_event_that_ended_a_quarantine_brings_it_back(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"), quarantined=True)
    profile = learn(profile, "b", now + HOUR, sight(device_id="dev_a"))

    forgotten = history.forget(profile, "b", now + HOUR).profile

    assert not device_use(forgotten, "dev_a", now + HOUR).known


def test_remembering_ends_at_its_time(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))
    profile = history.remember_device(profile, "dev_a", now + DAY)

    assert device_use(profile, "dev_a", now + DAY - 1).remembered
    assert not device_use(profile, "dev_a", now + DAY).remembered


def test_a_device_that_was_not_used_cannot_be_remembered(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))

    assert not device_use(history.remember_device(profile, "dev_b", now + DAY), "dev_b", now).seen


def test_a_dropped_device_is_a_stranger_and_the_others_are_not(sight, learn, now):
    profile = learn(learn(None, "a", now, sight(device_id="dev_a")), "b", now, sight(2, device_id="dev_b"))

    profile = history.drop_device(profile, "dev_a")

    assert not device_use(profile, "dev_a", now).seen
    assert device_use(profile, "dev_b", now).seen


def test_all_devices_can_be_dropped_at_once(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))

    assert history.used_devices(history.drop_all_devices(profile), now) == []


def test_a_device_not_used_for_180_days_is_a_stranger(sight, learn, now):
    profile = learn(None, "a", now, sight(device_id="dev_a"))

    assert not device_use(profile, "dev_a", now + 180 * DAY).seen


def test_the_twenty_devices_used_last_are_kept(sight, learn, now):
    profile = None
    for day in range(25):
        profile = learn(profile, f"e{day}", now + day * DAY, sight(day + 1, device_id=f"dev_{day}"))

    kept = {used.id for used in history.used_devices(profile, now + 25 * DAY)}

    assert kept == {f"dev_{day}" for day in range(5, 25)}


def test_two_people_on_one_device_are_apart(sight, learn, now):
    hers = history.remember_device(learn(None, "a", now, sight(device_id="dev_a")), "dev_a", now + DAY)
    his = learn(None, "b", now, sight(device_id="dev_a"), quarantined=True)

    assert device_use(hers, "dev_a", now) == DeviceUse(True, True, True, now)
    assert device_use(his, "dev_a", now) == DeviceUse(True, False, False, now)


@pytest.mark.parametrize("name", ["c-81f", "x" * 500, "Gerät", "\ud800"])
def test_any_name_of_a_device_is_found_again(sight, learn, now, name):
    profile = learn(None, "a", now, sight(device_id=name))

    assert device_use(profile, name, now).known
    assert not device_use(profile, name + "x", now).seen
