"""Tables say exactly what the trees say, wherever a value may fall."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from doorward.offline.training.calibrating import looked_up
from doorward.offline.training.export import Interacting, steps_of
from doorward.offline.training.fitting import fit
from doorward.offline.training.rows import DIRECTIONS, NAMES
from doorward.risk.scorecard import Table

LARGEST_DIFFERENCE = 1e-9


@pytest.fixture(scope="module")
def fitted(rows):
    return fit(rows(), seed=1)


def summed(fitted, values):
    steps = fitted.steps()
    return fitted.constant + sum(looked_up(each, values[:, NAMES.index(name)]) for name, each in steps.items())


def test_trees_that_look_at_two_features_at_once_are_refused(rows):
    learned = rows()
    columns = [NAMES.index("llr_ip"), NAMES.index("device")]
    model = HistGradientBoostingClassifier(max_iter=5).fit(learned.values[:, columns], learned.fraud)

    with pytest.raises(Interacting):
        steps_of(model, ["llr_ip", "device"])


def test_rows_that_the_trees_have_not_seen_get_the_same_sums(fitted, rows):
    unseen = rows(seed=2)

    difference = np.abs(summed(fitted, unseen.values) - fitted.decision(unseen.values))

    assert difference.max() < LARGEST_DIFFERENCE


def test_exact_thresholds_their_neighbours_infinities_and_nan_get_the_same_sums(fitted):
    steps = fitted.steps()
    rng = np.random.default_rng(3)
    values = np.full((5000, len(NAMES)), np.nan)
    for name, each in steps.items():
        edges = [(t, np.nextafter(t, -np.inf), np.nextafter(t, np.inf)) for t in each.thresholds]
        edge = np.array([*np.ravel(edges), np.inf, -np.inf, np.nan, 0.0, -0.0])
        values[:, NAMES.index(name)] = rng.choice(edge, len(values))

    difference = np.abs(summed(fitted, values) - fitted.decision(values))

    assert difference.max() < LARGEST_DIFFERENCE


def test_more_of_what_speaks_of_risk_never_lowers_the_sum(fitted):
    for name, each in fitted.steps().items():
        if DIRECTIONS[NAMES.index(name)] > 0:
            assert list(each.values) == sorted(each.values)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6, unique=True), st.floats(allow_nan=True))
def test_a_table_is_looked_up_as_a_scorecard_does(thresholds, x):
    thresholds = tuple(sorted(thresholds))
    table = Table(thresholds, tuple(float(each) for each in range(len(thresholds) + 1)), missing=-1.0)

    assert looked_up(table, np.array([x]))[0] == table.value_at(x)


def test_a_feature_that_never_differs_is_left_out(rows):
    learned = rows()
    learned.values[:, NAMES.index("bot")] = 0.0

    assert "bot" not in fit(learned, seed=1).steps()


def test_the_same_rows_and_seed_give_the_same_tables(rows):
    assert fit(rows(), seed=1).steps() == fit(rows(), seed=1).steps()
