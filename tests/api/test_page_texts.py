"""The page's texts: every language says the same things, and all of them."""

import re
from string import Formatter

import pytest

from doorward.api.page.languages import FALLBACK, TEXTS, Texts
from doorward.api.page.rendering import FILES
from doorward.api.page.steps import BEGUN_FIRST, FORMS, SAID

ENGLISH = TEXTS[FALLBACK]


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_says_the_same_with_the_same_places(language):
    said = TEXTS[language]

    assert said.keys() == ENGLISH.keys()
    assert {name: places(text) for name, text in said.items()} == {n: places(text) for n, text in ENGLISH.items()}


def test_every_text_that_a_template_names_is_there():
    named = {
        name
        for path in FILES.glob("*.html")
        for name in re.findall(r't(?:\.raw)?\("([a-z_.]+[a-z_])"[,)]', path.read_text(encoding="utf-8"))
    }

    assert len(named) > 20
    assert sorted(named - ENGLISH.keys()) == []


def test_every_type_and_every_answer_has_its_words():
    wanted = {f"type.{each}" for each in FORMS} | {f"said.{each}" for each in SAID}
    wanted |= {f"title.{each}" for each in FORMS.values()}
    wanted |= {f"{kind}.{each}" for each, form in FORMS.items() if form in BEGUN_FIRST for kind in ("before", "begin")}
    wanted |= {f"hint.{each}" for each in FORMS}

    assert sorted(wanted - ENGLISH.keys()) == []


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "Less than a minute left"), (59, "Less than a minute left"), (60, "1 minute left"),
                          (119, "1 minute left"), (120, "2 minutes left")],
)  # fmt: skip
def test_the_time_is_never_said_to_be_longer_than_it_is(seconds, said):
    assert Texts("en").minutes(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(1, "1 second"), (59, "59 seconds"), (61, "2 minutes")])
def test_a_wait_is_never_said_to_be_shorter_than_it_is(seconds, said):
    assert Texts("en").wait(seconds) == said
