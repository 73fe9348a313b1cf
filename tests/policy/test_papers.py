"""What the description of the language says is what the code does."""

import re
from pathlib import Path

import pytest

from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.policy.functions import FUNCTIONS
from doorward.policy.lint.document import markdown

PAPER = Path(__file__).parents[2] / "docs" / "policy-language.md"


@pytest.fixture(scope="module")
def paper():
    return PAPER.read_text(encoding="utf-8")


def test_the_example_is_a_policy_without_fault(paper, check):
    example = re.search(r"```yaml\n(.*?)```", paper, re.DOTALL)[1]

    assert check(example).findings == ()


def test_every_function_and_type_is_described(paper):
    names = [spec.signature for spec in FUNCTIONS.values()] + [*AUTHENTICATOR_TYPES]

    assert [name for name in names if f"`{name}`" not in paper] == []


def test_the_page_of_the_checks_is_made_from_the_table():
    page = PAPER.with_name("linting.md").read_text(encoding="utf-8")

    assert page == markdown(), "run `make docs`"
