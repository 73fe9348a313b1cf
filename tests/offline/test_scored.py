"""A log replayed for a model: the features that it sees are those that the service saw."""

import json
from contextlib import closing

import pytest

from doorward.core.signals.base import Attempt
from doorward.offline.event import read_event
from doorward.offline.judging import Judging
from doorward.offline.replay import rebuilt
from doorward.offline.scored import Log, scored
from doorward.offline.shelf import Shelf
from doorward.risk.features import features

from .scenes import SCENES, past
from .test_replay import CARD, policy


def served_vector(record):
    return features(Attempt(record.request, record.facts, record.at))


def scored_from(served, shelf):
    return scored(enumerate(map(read_event, served.events())), past(shelf), CARD)


@pytest.mark.parametrize("number", range(len(SCENES)))
def test_an_event_has_the_same_features_in_service_training_and_back_test(served, number):
    with closing(Shelf()) as one, closing(Shelf()) as other:
        trained = list(scored_from(served, one))[number].values
        tested = list(rebuilt(map(read_event, served.events()), past(other), Judging([(policy(), CARD)])))[number].case

    vector = served_vector(served.records[number])
    assert trained == pytest.approx(vector, nan_ok=True)
    assert features(Attempt(tested.request, tested.facts, tested.now)) == pytest.approx(vector, nan_ok=True)


def test_an_event_is_scored_before_it_is_learned_from(served):
    with closing(Shelf()) as shelf:
        first = next(scored_from(served, shelf))

    assert first.facts.history.events == 0
    assert first.assessment.confidence == "none"


def test_events_come_in_the_order_of_time_with_their_places_in_the_log(served, tmp_path):
    log = tmp_path / "log.jsonl"
    lines = [json.dumps(event) for event in served.events()]
    log.write_text("\n".join([lines[2], "no event", lines[0], lines[1]]) + "\n")
    read = Log([log])

    assert [index for index, _ in read.events()] == [2, 3, 0]
    assert read.entries == 4
