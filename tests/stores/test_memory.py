"""What a machine remembers of its store, and what it makes of one that is not the same."""

import shutil
import stat

import pytest

from doorward.core.errors import StoreNotAccepted
from doorward.stores.memory import Memory
from doorward.stores.sqlite import open_store

from .samples import DAY, NOW


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def opening(path, state, closing):
    """Open the store as one more start on this machine does."""
    return lambda: closing(open_store(path, state_dir=state))


@pytest.fixture
def used(opening, path):
    """A store that was used for a while, and a copy of what it was the day before."""
    store = opening()
    store.look()
    store.beat(NOW)
    store.checkpoint()
    shutil.copy(path, path + ".yesterday")
    for later in (NOW + DAY - 20, NOW + DAY - 12, NOW + DAY - 6, NOW + DAY):
        store.look()
        store.beat(later)
    store.close()
    return path


def refused(call):
    with pytest.raises(StoreNotAccepted) as refusal:
        call()
    return str(refusal.value)


def memory_file(state):
    (file,) = (state / "stores").iterdir()
    return file


def test_a_file_that_came_back_from_yesterday_is_refused_at_the_next_start(used, opening):
    shutil.copy(used + ".yesterday", used)

    reason = refused(opening().look)

    assert "rolled back" in reason
    assert "doorward store accept" in reason


def test_a_file_that_was_lost_and_made_anew_is_refused(used, opening, tmp_path):
    for file in tmp_path.glob("doorward.db*"):
        file.unlink()

    assert "not the store that was used until" in refused(opening().look)


def test_what_was_refused_is_used_once_it_is_accepted(used, opening):
    shutil.copy(used + ".yesterday", used)
    store = opening()
    refused(store.look)

    store.accept(NOW + DAY + 60)

    assert store.look().accepted_at == NOW + DAY + 60
    assert opening().look().accepted_at == NOW + DAY + 60


def test_the_first_file_of_a_machine_needs_nobody_to_accept_it(opening):
    assert opening().look().accepted_at == 0


def test_another_start_of_the_same_machine_goes_on(used, opening):
    assert opening().look().beat == NOW + DAY


def test_a_machine_that_never_saw_the_store_believes_it_and_asks_about_its_age(used, path, tmp_path, closing):
    store = closing(open_store(path, state_dir=tmp_path / "another"))
    store.look()

    store.beat(NOW + 3 * DAY)

    assert any("restored dump?" in warning for warning in store.warnings())
    following = closing(open_store(path, state_dir=tmp_path / "another"))
    following.look()
    assert any("restored dump?" in warning for warning in following.warnings())


def test_a_machine_that_used_the_store_itself_is_not_asked_about_a_pause(used, opening):
    store = opening()
    store.look()

    store.beat(NOW + 9 * DAY)

    assert not any("restored dump?" in warning for warning in store.warnings())


def test_a_clock_that_is_far_behind_the_store_is_told(used, opening):
    store = opening()
    store.look()

    store.beat(NOW)

    assert any("ahead of the clock" in warning for warning in store.warnings())


def test_what_is_remembered_is_for_its_owner_alone(used, state):
    file = memory_file(state)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["", "{", "[]", '{"seen": 1, "believed": [0, 0]}', '{"seen": {}, "believed": 7}'])
def test_a_memory_that_cannot_be_read_is_not_taken_for_none(used, state, opening, text):
    memory_file(state).write_text(text)

    assert "cannot be read" in refused(opening().look)


def test_accepting_mends_a_memory_that_cannot_be_read(used, state, opening):
    memory_file(state).write_text("{")
    opening().accept(NOW + DAY)

    assert opening().look().accepted_at == NOW + DAY


def test_a_folder_that_cannot_be_written_is_told_and_stops_nothing(path, tmp_path, closing):
    (tmp_path / "file").write_text("")
    store = closing(open_store(path, state_dir=tmp_path / "file"))
    with pytest.raises(StoreNotAccepted):
        store.look()

    (tmp_path / "file").unlink()
    store.look()
    (tmp_path / "file").write_text("")
    store.beat(NOW)

    assert any("cannot remember" in warning for warning in store.warnings())


def test_each_store_is_remembered_by_itself(tmp_path):
    first, second = (Memory(tmp_path, f"redis://127.0.0.1:6379/{number}") for number in (0, 1))

    first.keep({}, (1.0, 2.0))

    assert second.recall().believed == (0.0, 0.0)
    assert first.recall().believed == (1.0, 2.0)
