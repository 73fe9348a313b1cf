"""Rows of systems that know less: what nobody told is not known, and nothing else changes."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from doorward.core.facts import DeviceFacts
from doorward.core.signals.base import Attempt
from doorward.offline.training import variants
from doorward.offline.training.variants import Variants
from doorward.risk.features import features

LOST = {
    variants.without_device: {"device", "without_device", "late_network", "device_subjects_24h"},
    variants.without_kind: {"network_kind", "anonymous"},
    variants.without_network: {
        "network_kind",
        "anonymous",
        "llr_asn",
        "rarity_asn",
        "asn_failure_ratio",
        "late_network",
    },
    variants.without_place: {"llr_country", "llr_city", "rarity_country", "travel_speed", "usual_distance"},
}


@pytest.fixture
def known(served):
    """Return a record of somebody with a history, of whom much is known."""
    return next(record for record in reversed(served.records) if record.facts.history.events > 1)


def vector(record, facts):
    return features(Attempt(record.request, facts, record.at))


@pytest.mark.parametrize("less", LOST)
def test_what_is_lost_is_not_known(known, less):
    values = vector(known, less(known.facts))

    assert {name for name in LOST[less] if not isnan(values[name])} == set()


@pytest.mark.parametrize("less", LOST)
def test_nothing_else_is_lost(known, less):
    before, after = vector(known, known.facts), vector(known, less(known.facts))

    lost = {name for name in after if isnan(after[name]) and not isnan(before[name])}
    assert lost <= LOST[less]


def test_some_attackers_bring_a_token_of_their_own(known):
    bare = replace(known.facts, device=DeviceFacts(token_state="none", known=False))
    drawn = Variants(np.random.default_rng(1))

    states = {drawn.of(bare, fraud=True).device.token_state for _ in range(200)}

    assert "valid" in states


def test_no_genuine_sign_in_gets_a_token(known):
    bare = replace(known.facts, device=DeviceFacts(token_state="none", known=False))
    drawn = Variants(np.random.default_rng(1))

    assert {drawn.of(bare, fraud=False).device.token_state for _ in range(200)} <= {"none", None}


def test_the_same_draw_comes_out_the_same(known):
    one, other = Variants(np.random.default_rng(7)), Variants(np.random.default_rng(7))

    assert [one.of(known.facts, fraud=True) for _ in range(50)] == [
        other.of(known.facts, fraud=True) for _ in range(50)
    ]
