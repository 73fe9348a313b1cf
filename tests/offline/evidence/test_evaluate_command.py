"""`doorward model evaluate` from a world to a page, a card and an exit status."""

import hashlib
import json
import re

import pytest
from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.evidence.card import card
from doorward.offline.evidence.evaluation import evaluate
from doorward.offline.evidence.page import html
from doorward.offline.evidence.run import unseen_of

from ..report_page import Page
from .made import Made, hundred

FAMILIES = {"naive", "vpn", "resproxy", "targeted", "very_targeted", "cookie_theft"}


def run(*arguments):
    return CliRunner().invoke(main, ["model", "evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "world.jsonl"
    made = CliRunner().invoke(
        main, ["world", "generate", "--seed", "5", "--users", "60", "--days", "60", "--out", str(path)]
    )
    assert made.exit_code == 0, made.output
    return path


@pytest.fixture(scope="module")
def evaluated(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    targets = [folder / name for name in ("figures.json", "report.html", "card.md")]
    options = [each for pair in zip(("--json", "--html", "--card"), targets, strict=True) for each in pair]
    result = run(world, "--validation", world, "--unseen", "very_targeted,slowlow", "--floor", "naive=1", *options)
    assert result.exit_code == 0, result.output
    return result, *(target.read_text(encoding="utf-8") for target in targets)


@pytest.fixture(scope="module")
def document(evaluated):
    return json.loads(evaluated[1])


def test_all_is_judged_and_reproducible(document, world):
    digest = hashlib.sha256(world.read_bytes()).hexdigest()

    assert set(document["scorers"]["model"]["families"]) >= FAMILIES
    assert set(document["scorers"]) == {"model", "random", "rules", "policy", "freeman", "ratios"}
    assert document["logs"]["files"] == [{"name": "world.jsonl", "sha256": digest}]
    assert document["logs"] == document["validation"]
    assert document["judged"]["genuine"] == document["frozen_on"]["genuine"]


def test_on_the_same_sign_ins_no_more_are_challenged_than_was_aimed_at(document):
    for scorer in document["scorers"].values():
        for rate, each in zip(document["rates"], scorer["challenged"], strict=True):
            assert each["share"] <= rate


def test_it_does_better_than_a_lot(document):
    mean = {name: scorer["mean_seen"][-1] for name, scorer in document["scorers"].items()}

    assert mean["model"] > mean["random"] + 0.2


def test_the_table_is_printed(evaluated):
    lines = evaluated[0].stdout.splitlines()

    assert lines[0] == "| challenge rate aimed at | 1 % | 2 % | 5 % | 10 % | 95 % at 2 % |"
    assert "| at 2 % | model | random | rules | policy | freeman | ratios |" in lines
    assert any(re.match(r"\| very_targeted \(\d+, not fitted to\) \|", line) for line in lines)


def test_the_page_has_every_figure_and_says_what_is_out_of_reach(evaluated):
    page = Page(evaluated[2])

    assert page.headings() == [
        *("In short", "Attacks", "Without the model", "Who bears it", "Odds and promises", "Campaigns")
    ]
    assert "out of reach" in page.main()
    assert {row[0] for row in page.table("caught-table")} >= {"genuine", "naive"}
    assert "All 1 are reached at 2" in page.card("Floors")


def test_the_card_names_its_data_and_its_limits(evaluated, world):
    card = evaluated[3]

    assert hashlib.sha256(world.read_bytes()).hexdigest() in card
    assert "| families that nothing was fitted to | slowlow, very_targeted |" in card
    assert "Offer passkeys." in card


def test_below_a_floor_the_exit_status_says_so_and_names_it(world):
    result = run(world, "--floor", "cookie_theft=100", "--floor", "unheard_of=1%", "--floor", "random=0")

    assert result.exit_code == 1
    assert "below the floor: cookie_theft: " in result.stderr
    assert "below the floor: unheard_of: no such attack was judged" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--floor", "naive"], "expected a family and per cent"),
        (["--floor", "naive=200"], "expected 0% to 100%"),
        (["--floors", "reference", "--at", "5%"], "the reference floors are for --at 2%"),
        (["--validation", "nowhere.jsonl"], "there is no file or folder 'nowhere.jsonl'"),
        (["--validation-share", "0%"], "0 genuine successes to set thresholds on"),
    ],
)
def test_what_is_wrong_is_told_with_status_2(world, options, told):
    result = run(world, *options)

    assert result.exit_code == 2
    assert told in result.stderr


def test_a_log_is_never_written_over(world):
    before = world.read_bytes()

    result = run(world, "--json", world)

    assert result.exit_code == 2
    assert world.read_bytes() == before


def test_the_models_own_card_tells_what_it_was_not_fitted_to(tmp_path):
    model = tmp_path / "model.json"
    assert unseen_of(model) == ()
    model.with_suffix(".md").write_text("| a | b |\n| families that nothing was fitted to | spray, slowlow |\n")
    assert unseen_of(model) == ("spray", "slowlow")
    for nothing in ("none", "not told"):
        model.with_suffix(".md").write_text(f"| families that nothing was fitted to | {nothing} |\n")
        assert unseen_of(model) == ()


def test_either_card_tells_the_next_evaluation(evaluated, tmp_path):
    (tmp_path / "model.md").write_text(evaluated[3])

    assert unseen_of(tmp_path / "model.json") == ("slowlow", "very_targeted")


def test_a_log_without_attacks_has_a_page_and_a_card(document):
    made = Made().genuine(*hundred())
    told = document | evaluate(made.part, made.part)

    assert Page(html(told)).table("caught-table")[0][0] == "genuine"
    assert "Not told" in card(told)


def test_the_words_of_a_log_become_no_markup(document):
    evil = '<script>alert(1)</script>|`[x](javascript:1)"'
    told = json.dumps(document).replace("naive", json.dumps(evil)[1:-1]).replace("world.jsonl", json.dumps(evil)[1:-1])
    poisoned = json.loads(told)
    page, markdown = Page(html(poisoned)), card(poisoned)

    assert len(page.all("script")) == 3
    assert evil in page.main()
    assert "<script>" not in markdown
    assert "](" not in markdown.replace("](docs", "")


def test_the_same_document_gives_the_same_page(document):
    assert html(document) == html(document)
