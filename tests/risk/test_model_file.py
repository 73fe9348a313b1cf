"""Scorecards as files: what is written reads back, and what is wrong is told whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.risk.features import FEATURES
from doorward.risk.model_file import MAX_BYTES, ModelError, load_scorecard, parse_scorecard, write_scorecard
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import Calibration, Quantiles, Table
from doorward.risk.wording import Voice

CARD = provisional()
numbers = st.floats(-1e6, 1e6)
texts = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="{}"), min_size=1, max_size=30)


@pytest.fixture
def document():
    return json.loads(write_scorecard(CARD))


def parse(document):
    return parse_scorecard(json.dumps(document).encode(), path="model.json")


def pointers(document):
    with pytest.raises(ModelError) as caught:
        parse(document)
    return [mistake.pointer for mistake in caught.value.mistakes]


@st.composite
def tables(draw, direction):
    thresholds = sorted(draw(st.lists(numbers, max_size=6, unique=True)))
    values = draw(st.lists(numbers, min_size=len(thresholds) + 1, max_size=len(thresholds) + 1))
    voice = st.none() | st.builds(Voice, st.sampled_from(["a", "{country_novelty}_b"]), texts)
    return Table(
        thresholds=tuple(thresholds),
        values=tuple(sorted(values, reverse=direction < 0)),
        missing=draw(numbers),
        reference=draw(numbers),
        raises=draw(voice),
        lowers=draw(voice),
    )


@st.composite
def cards(draw):
    features = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=4, unique_by=lambda each: each.name))
    knots = sorted(draw(st.lists(numbers, min_size=1, max_size=5, unique=True)))
    scores = sorted(draw(st.lists(st.floats(0, 100), min_size=len(knots), max_size=len(knots))))
    return replace(
        CARD,
        description=draw(texts),
        constant=draw(numbers),
        prior_shift=draw(numbers),
        calibration=Calibration(draw(texts), draw(st.integers(0, 10**9)), draw(texts), draw(st.floats(0.01, 9)), 0.5),
        tables={feature.name: draw(tables(feature.direction)) for feature in features},
        quantiles=Quantiles(tuple(knots), tuple(scores)),
    )


@given(cards())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_reads_back(card):
    written = write_scorecard(card)

    read = parse_scorecard(written, path="model.json")

    assert read == card
    assert write_scorecard(read) == written


def test_a_text_with_brackets_is_written_as_it_is():
    card = replace(CARD, description="see [1,  2] and {this}")

    assert parse_scorecard(write_scorecard(card), path="model.json") == card


def test_the_id_tells_two_contents_apart(document):
    one = parse(document).id

    document["constant"] += 0.001

    assert one.startswith("provisional@")
    assert parse(document).id != one


def test_all_mistakes_come_at_once(document):
    document["format"] = "other/1"
    document["constant"] = "0"
    document["features"]["llr_asn"]["values"][0] = True
    document["surprise"] = 1
    del document["quantiles"]["scores"]

    assert set(pointers(document)) >= {
        "#/format",
        "#/constant",
        "#/features/llr_asn/values/0",
        "#/surprise",
        "#/quantiles/scores",
    }


def test_a_mistake_is_told_with_file_and_place(document):
    document["prior_shift"] = None

    with pytest.raises(ModelError, match=r"^model\.json: #/prior_shift: expected a number"):
        parse(document)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("format", "doorward-scorecard/2"),
        ("name", "../secret"),
        ("name", ""),
        ("description", "two\nlines"),
        ("constant", 1e10),
        ("constant", 10**400),
        ("features", {}),
        ("features", []),
        ("features/made_up", {}),
        ("features/gap", None),
        ("features/gap/thresholds", [1.0, 1.0]),
        ("features/gap/thresholds", [2.0, 1.0]),
        ("features/gap/values", []),
        ("features/bot/values", [1.0, 0.0]),
        ("features/bot/missing", None),
        ("features/bot/raises", {"code": "Bot", "detail": "a bot"}),
        ("features/bot/raises", {"code": "bot"}),
        ("features/bot/raises", {"code": "bot", "detail": "{address}"}),
        ("features/bot/raises", {"code": "bot", "detail": "{country.__class__}"}),
        ("features/bot/raises", {"code": "bot", "detail": "{country!r}"}),
        ("features/bot/raises", {"code": "bot", "detail": "an open { brace"}),
        ("calibration/a", 0.0),
        ("calibration/a", -1.0),
        ("calibration/n", -1),
        ("calibration/n", 1.5),
        ("calibration/n", True),
        ("calibration/source", ""),
        ("quantiles", {"log_odds": [], "scores": []}),
        ("quantiles", {"log_odds": [1.0], "scores": [1.0, 2.0]}),
        ("quantiles", {"log_odds": [1.0, 0.0], "scores": [1.0, 2.0]}),
        ("quantiles", {"log_odds": [1.0, 1.0, 1.0], "scores": [1.0, 2.0, 3.0]}),
        ("quantiles", {"log_odds": [0.0, 1.0], "scores": [2.0, 1.0]}),
        ("quantiles", {"log_odds": [0.0, 1.0], "scores": [0.0, 100.1]}),
        ("quantiles", {"log_odds": [0.0] * 4097, "scores": [0.0] * 4097}),
    ],
    ids=str,
)
def test_a_scorecard_that_is_not_sound_is_refused(document, pointer, value):
    *way, last = pointer.split("/")
    place = document
    for step in way:
        place = place[step]
    place[last] = value

    assert any(found.startswith(f"#/{pointer}") for found in pointers(document))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"a": 1, "a": 2}',
        b'{"constant": NaN}',
        b'{"constant": Infinity}',
        b"[" * 100_000,
        b" " * (MAX_BYTES + 1),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_scorecard_is_refused(content):
    with pytest.raises(ModelError):
        parse_scorecard(content, path="model.json")


def test_a_table_needs_one_value_more_than_thresholds(document):
    document["features"]["gap"]["thresholds"] = [1.0]

    assert pointers(document) == ["#/features/gap/values"]


def test_an_overflowing_number_is_refused():
    content = write_scorecard(CARD).replace(b'"constant": 0.0', b'"constant": 1e999')

    with pytest.raises(ModelError, match="#/constant"):
        parse_scorecard(content, path="model.json")


def test_a_file_that_is_not_there_is_told_by_its_path(tmp_path):
    with pytest.raises(ModelError, match=r"missing\.json: #: cannot be read"):
        load_scorecard(tmp_path / "missing.json")


def test_a_card_may_leave_features_out(document):
    document["features"] = {"device": document["features"]["device"]}

    assert list(parse(document).tables) == ["device"]


def test_two_quantiles_may_share_a_value(document):
    document["quantiles"] = {"log_odds": [0.0, 0.0, 1.0, 1.0], "scores": [0.0, 40.0, 40.0, 90.0]}

    assert parse(document).quantiles.score(0.5) == 40.0


def test_the_example_of_the_documentation_is_sound():
    page = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")

    example = page.split("```json\n")[1].split("```")[0]

    assert list(parse_scorecard(example.encode(), path="docs/scoring.md").tables) == ["bot"]


def test_a_card_may_tell_how_its_features_lay_in_training(document):
    document["distributions"] = {"gap": {"edges": [1.0, 3.0], "shares": [0.25, 0.5, 0.15], "missing": 0.1}}

    card = parse(document)

    assert card.distributions["gap"].all_shares == (0.25, 0.5, 0.15, 0.1)
    assert parse(json.loads(write_scorecard(card))).distributions == card.distributions


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"gap": {"edges": [1.0], "shares": [0.5, 0.6], "missing": 0.0}}, "#/distributions/gap/shares"),
        ({"gap": {"edges": [1.0], "shares": [1.5, -0.5], "missing": 0.0}}, "#/distributions/gap/shares"),
        ({"gap": {"edges": [1.0, 1.0], "shares": [0.2, 0.3, 0.5], "missing": 0.0}}, "#/distributions/gap/edges"),
        ({"gap": {"edges": [1.0], "shares": [1.0], "missing": 0.0}}, "#/distributions/gap/shares"),
        ({"gap": {"edges": [], "shares": [1.0]}}, "#/distributions/gap/missing"),
        ({"no_such": {"edges": [], "shares": [1.0], "missing": 0.0}}, "#/distributions/no_such"),
        ([], "#/distributions"),
    ],
)
def test_a_distribution_that_is_not_sound_is_refused(document, wrong, pointer):
    document["distributions"] = wrong

    assert pointer in pointers(document)
