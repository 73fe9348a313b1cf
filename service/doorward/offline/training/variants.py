"""Sign-ins as another system would have seen them, so that a model does not lean on what not everybody knows.

A world knows every device, network and place. Some rows of the training therefore lack what some systems lack: tokens
that nobody collects, databases that nobody has bought. And some attackers bring a token of an account of their own:
no world has them, and a model that has never met one would take a stranger's token for a friend's.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.random import Generator

from doorward.core.facts import DeviceFacts, Facts

# How many rows lack something, and how many frauds that come without a token get one.
LACKING = 0.25
WITH_OWN_TOKEN = 0.1

_NONE = "none"
_STRANGERS = DeviceFacts(token_state="valid", seen=False, known=False, remembered=False)  # noqa: S106
_PLACE = ("country", "city")
_NO_PLACE: dict[str, Any] = dict.fromkeys(("country", "region", "city", "timezone", "lat", "lon", "accuracy_km"))
_NO_LAST: dict[str, Any] = dict.fromkeys(("last_country", "last_lat", "last_lon", "last_accuracy_km", "nearest_km"))


class Variants:
    """Draws what is changed of each row from *rng*: the same rows in the same order always come out the same."""

    def __init__(self, rng: Generator) -> None:
        self._rng = rng

    def of(self, facts: Facts, *, fraud: bool) -> Facts:
        """Return *facts*, or what somebody else would have known."""
        if fraud and facts.device.token_state == _NONE and self._rng.random() < WITH_OWN_TOKEN:
            facts = replace(facts, device=_STRANGERS)
        if self._rng.random() >= LACKING:
            return facts
        return _LESS[int(self._rng.integers(len(_LESS)))](facts)


def without_device(facts: Facts) -> Facts:
    """Return the facts of a system that collects no device tokens."""
    counts = {name: number for name, number in facts.velocity.counts.items() if name != "device_subjects_24h"}
    velocity = replace(facts.velocity, counts=counts)
    return replace(facts, device=DeviceFacts(reason="no device token was collected"), velocity=velocity)


def without_kind(facts: Facts) -> Facts:
    """Return the facts where nobody knows what kind a network is, nor whether it hides its users."""
    network = replace(facts.network, kind=None, anonymous=None, hosting=None)
    return replace(facts, network=network, history=replace(facts.history, last_kind=None, last_anonymous=None))


def without_network(facts: Facts) -> Facts:
    """Return the facts without a database of networks."""
    known = without_kind(_without_levels(facts, ("asn",)))
    known = replace(known, history=replace(known.history, before_network=None))
    network = replace(known.network, asn=None, as_org=None)
    return replace(known, network=network, velocity=replace(known.velocity, asn_failure_ratio_1h=None))


def without_place(facts: Facts) -> Facts:
    """Return the facts without a database of places."""
    known = _without_levels(facts, _PLACE)
    network = replace(known.network, **_NO_PLACE)
    return replace(known, network=network, history=replace(known.history, usual_country="", **_NO_LAST))


_LESS = (without_device, without_device, without_device, without_kind, without_network, without_place)


def _without_levels(facts: Facts, levels: tuple[str, ...]) -> Facts:
    def rest(of: Mapping[str, Any]) -> dict[str, Any]:
        return {level: value for level, value in of.items() if level not in levels}

    history, population = facts.history, facts.population
    return replace(
        facts,
        history=replace(history, counts=rest(history.counts), totals=rest(history.totals)),
        population=replace(
            population,
            counts=rest(population.counts),
            totals=rest(population.totals),
            distinct=rest(population.distinct),
        ),
    )
