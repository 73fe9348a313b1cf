"""Databases that are replaced, broken or taken away while the service runs."""

import os
import threading

import pytest

from doorward.facts.networks import DAY, MISSING, OLD_DAYS, UNREADABLE, GeoProvider

from .conftest import CITIES, OSLO, nested, operator, write

NOW = 1_782_900_000.0
BERGEN = {"84.208.0.0/16": nested("NO", "Bergen", 60.39, 5.32)}


@pytest.fixture
def later():
    """Return a clock that is far enough on at each call for a refresh to look again."""
    times = iter(range(10, 10_000, 10))
    return lambda: NOW + next(times)


def broken(path):
    beside = path.with_suffix(".new")
    beside.write_bytes(path.read_bytes()[:-200])
    os.replace(beside, path)


def test_a_broken_replacement_leaves_the_old_database_in_use(provider, cities, later):
    broken(cities)

    provider.refresh(later())

    assert provider.look_up(OSLO).city == "Oslo"
    assert [(each["ok"], each["error"]) for each in provider.state()] == [
        (False, "the replacement is not used: it is no geo database, or a broken one")
    ]


def test_a_broken_replacement_that_is_repaired_is_used(provider, cities, later):
    broken(cities)
    provider.refresh(later())
    write(cities, BERGEN)

    provider.refresh(later())

    assert provider.look_up(OSLO).city == "Bergen"
    assert provider.state()[0]["ok"]


def test_a_database_that_is_cut_short_in_place_is_not_touched_again(provider, cities, later):
    os.truncate(cities, 100)

    facts = provider.look_up(OSLO)
    provider.refresh(later())

    assert facts.location_reason == "the geo database cannot be read at this address"
    assert provider.look_up(OSLO).location_reason == UNREADABLE
    assert not provider.state()[0]["ok"]


def test_a_database_that_is_overwritten_in_place_is_opened_anew(provider, cities, folder, later):
    provider.look_up(OSLO)
    cities.write_bytes(write(folder / "other.file", BERGEN).read_bytes())

    provider.refresh(later())

    assert provider.look_up(OSLO).city == "Bergen"


def test_a_deleted_database_is_no_longer_used(provider, cities, later):
    cities.unlink()

    provider.refresh(later())

    assert provider.look_up(OSLO).location_reason == MISSING
    assert provider.state()[0]["error"] == "there is no such file"


def test_a_replaced_database_is_opened_and_what_was_kept_is_dropped(provider, cities, later):
    assert provider.look_up(OSLO).city == "Oslo"
    write(cities, BERGEN)

    provider.refresh(later())

    assert provider.look_up(OSLO).city == "Bergen"


def test_files_are_looked_at_every_few_seconds_only(provider, cities):
    provider.refresh(NOW)
    write(cities, BERGEN)

    provider.refresh(NOW + 0.5)
    before = provider.look_up(OSLO).city
    provider.refresh(NOW + 2.5)

    assert (before, provider.look_up(OSLO).city) == ("Oslo", "Bergen")


def test_a_clock_that_is_set_back_stops_no_refresh(provider, cities):
    provider.refresh(NOW)
    write(cities, BERGEN)

    provider.refresh(NOW - DAY)

    assert provider.look_up(OSLO).city == "Bergen"


def test_an_unchanged_database_keeps_its_answers(provider, later):
    provider.look_up(OSLO)

    provider.refresh(later())
    provider.look_up(OSLO)

    assert provider.lookups == 1


def test_a_file_that_comes_into_the_folder_is_used(folder, later):
    provider = GeoProvider([folder])
    before = provider.look_up(OSLO).location_reason
    write(folder / "city.mmdb", CITIES)

    provider.refresh(later())

    assert before == MISSING
    assert provider.look_up(OSLO).city == "Oslo"


def test_hidden_and_foreign_files_of_a_folder_are_left_alone(folder, cities):
    (folder / ".city.mmdb").write_bytes(b"half a download")
    (folder / "ATTRIBUTION.txt").write_text("credit")

    assert [each["file"] for each in GeoProvider([folder, cities]).state()] == ["city.mmdb"]


def test_an_empty_folder_says_so(folder):
    assert GeoProvider([folder]).state()[0]["error"] == "there is no geo database in this folder"


def test_the_state_names_type_and_date_without_the_path(provider, cities):
    state = provider.state()

    assert [(each["file"], each["type"], each["ok"], each["error"]) for each in state] == [
        ("city.mmdb", "GeoIP2-City", True, None)
    ]
    assert len(state[0]["built"]) == len("2026-01-31")
    assert str(cities.parent) not in str(state)


def test_an_old_database_is_told(provider):
    built = provider._slots[next(iter(provider._slots))].database.built_at

    provider.refresh(built + OLD_DAYS * DAY - 60)
    young = provider.state()[0]["warnings"]
    provider.refresh(built + OLD_DAYS * DAY + 60)

    assert (young, provider.state()[0]["warnings"]) == ([], ["older than 180 days"])


def test_look_ups_go_on_while_the_database_is_replaced(folder, cities, later):
    provider = GeoProvider([folder])
    bergen, oslo = write(folder / "bergen", BERGEN).read_bytes(), cities.read_bytes()
    seen, ended = set(), threading.Event()

    def look_up():
        number = 0
        while not ended.is_set():
            number += 1
            seen.add(provider.look_up(f"84.208.{number % 256}.{number // 256 % 256}").city)

    threads = [threading.Thread(target=look_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(60):
        beside = folder / "beside"
        beside.write_bytes(b"broken" if number % 3 == 2 else bergen if number % 3 else oslo)
        os.replace(beside, cities)
        provider.refresh(later())
    ended.set()
    for thread in threads:
        thread.join()

    assert seen == {"Oslo", "Bergen"}
    assert provider.failures == 0


@pytest.fixture
def operators(folder):
    return write(folder / "asn.mmdb", {"84.208.0.0/16": operator(64500, "Nordic Net")}, type="GeoLite2-ASN")


def test_a_broken_list_of_kinds_is_told_and_the_one_before_stays_in_use(folder, operators, later):
    own = folder / "as_kinds.csv"
    own.write_text("asn,64500,corporate,Nordic Net\n")
    provider = GeoProvider([folder])
    own.write_text("asn,64500,wifi,Nordic Net again\n")

    provider.refresh(later())

    assert provider.look_up(OSLO).kind == "corporate"
    assert [(each["file"], each["ok"]) for each in provider.state()] == [("asn.mmdb", True), ("as_kinds.csv", False)]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 4_000_001, b"x" * 200_000, b"asn,1,hosting\0,x\n"])
def test_a_list_of_kinds_that_is_none_leaves_the_shipped_one_in_use(folder, operators, content):
    (folder / "as_kinds.csv").write_bytes(content)
    write(operators, {"84.208.0.0/16": operator(64500, "Nordic Hosting")}, type="GeoLite2-ASN")

    provider = GeoProvider([folder])

    assert provider.look_up(OSLO).kind == "hosting"
    assert not provider.state()[-1]["ok"]


def test_an_own_list_of_kinds_takes_the_place_of_the_shipped_one_until_it_goes(folder, operators, later):
    provider = GeoProvider([folder])
    own = folder / "as_kinds.csv"
    kinds = [provider.look_up(OSLO).kind]
    own.write_text("asn,64500,corporate,Nordic Net\n")
    provider.refresh(later())
    kinds.append(provider.look_up(OSLO).kind)
    own.unlink()
    provider.refresh(later())

    assert [*kinds, provider.look_up(OSLO).kind] == [None, "corporate", None]
