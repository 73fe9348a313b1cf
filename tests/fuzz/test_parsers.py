"""Every parser of the table, for a short time and with the same inputs each run; `make fuzz` goes on with others."""

import pytest

from doorward.offline.authenticator_files import SHAPES
from doorward.offline.importers import IMPORTERS

from .growing import worst_growth
from .looping import Trial
from .target import SECRET, Target, text
from .targets import TARGETS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_parser_says_what_it_may_and_nothing_else(target):
    trial = Trial(target)

    for _ in range(target.tries):
        trial.once()

    assert [str(each) for each in trial.findings.values()] == []


def test_every_format_of_logs_and_shape_of_authenticators_is_fuzzed():
    names = {target.name for target in TARGETS}

    assert {f"{each.name} log" for each in IMPORTERS} <= names
    assert {f"authenticators as {shape}" for shape in SHAPES} <= names


@pytest.mark.parametrize("name", ["form", "form in parts"])
def test_what_the_forms_begin_with_comes_through_to_the_challenge(name):
    """A form that is not the page's own would be refused before it is read."""
    (form,) = (target for target in TARGETS if target.name == name)

    assert form.read(form.seeds[0]) == 303


def tried(read, errors=(ValueError,)):
    """Return what is found where *read* is tried with a number that has a secret behind it."""
    trial = Trial(Target("planted", text(read), errors, [f"1,{SECRET}".encode()]))
    for _ in range(200):
        trial.once()
    return [each.what for each in trial.findings.values()]


def test_an_error_that_was_not_declared_is_found():
    assert any("ZeroDivisionError" in what for what in tried(lambda said: 1 // (len(said) % 7)))


def test_an_error_that_repeats_a_secret_is_found():
    def echoing(said):
        raise ValueError(f"cannot read {said}")

    assert any("repeats a secret" in what for what in tried(echoing))


def test_a_parser_that_says_what_it_may_is_left_in_peace():
    assert tried(lambda said: len(said)) == []


def test_the_same_seed_tries_the_same_inputs():
    given = ([], [])
    for seen in given:
        trial = Trial(Target("kept", seen.append, seeds=[b"abc"]), seed=7)
        for _ in range(50):
            trial.once()

    assert given[0] == given[1]


def test_a_time_that_grows_with_the_square_of_what_is_given_is_found():
    def first_double(said):
        names = said.split("&")
        return next((name for name in names if names.count(name) > 1), None)

    assert worst_growth(Target("planted", text(first_double), most=65_536)).is_too_much
