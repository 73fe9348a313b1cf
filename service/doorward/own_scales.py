"""The tenants' own scales: which is in force, made once a day of what was learned, and kept by version for records.

A decision looks nothing up in the store: each worker holds the scorecards that `look` has put together.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from doorward.core.errors import Unreadable
from doorward.core.odds import level_of
from doorward.core.population import ATTEMPTS, SECOND_STEPS, Population, scale
from doorward.core.purposes import purpose_at
from doorward.core.record import DecisionRecord
from doorward.core.standing import Standing
from doorward.core.times import beginning_of
from doorward.ports import Sealer, SecretStore
from doorward.risk.own_scale import (
    DIGITS,
    OwnScale,
    is_own,
    own_scale,
    scale_from_json,
    scale_to_json,
    with_own_scale,
)
from doorward.risk.scale_alarms import Sums, shift
from doorward.risk.scorecard import Scorecard
from doorward.scale_state import DAY, ScaleState, next_state, without_old
from doorward.tallies import Tallies

KIND = "scale"
MOST_AT_ONCE = 5
_STATE, _VERSION = "scale_state:", "scale:"

Json = dict[str, Any]


class OwnScales:
    """Implements the look-ups of decisions and records. *keep_seconds* is the life of a record."""

    def __init__(
        self, store: SecretStore, sealer: Sealer, tallies: Tallies, card: Scorecard, *, keep_seconds: float
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._tallies = tallies
        self._shipped = card
        self._keep_seconds = keep_seconds
        self._cards: dict[str, Scorecard] = {}
        self._standings: dict[str, Standing] = {}

    @property
    def model(self) -> str:
        return self._shipped.id

    @property
    def dated_at(self) -> float | None:
        """When the shipped model was calibrated; None where its version does not begin with a month or a day."""
        return beginning_of(self._shipped.calibration.version)

    def card(self, tenant: str) -> Scorecard:
        """Return what scores the sign-ins of *tenant* now."""
        return self._cards.get(tenant, self._shipped)

    def read(self, tenant: str) -> Scorecard:
        """Return the same as the store has it, for whoever does not look every minute."""
        self._take_up(tenant, self._state(tenant).current)
        return self.card(tenant)

    def standings(self) -> list[Standing]:
        """Return how each scale stood when this worker looked last."""
        return list(self._standings.values())

    def card_of(self, tenant: str, record: DecisionRecord) -> tuple[Scorecard, bool]:
        """Return what scored *record*, and True; the present one and False where that is not held any more."""
        if record.model != self._shipped.id:
            return self.card(tenant), False
        name = scale_name(record)
        if name is None:
            return self._shipped, True
        kept = self.kept(tenant, *name)
        if kept is None:
            return self.card(tenant), False
        return with_own_scale(self._shipped, scale_from_json(kept)), True

    def kept(self, tenant: str, model: str, version: str) -> Json | None:
        """Return a version as it is kept, or None where it is not held or cannot be opened."""
        name = _version_name(model, version)
        found = self._opened(self._store.secret(tenant, name), tenant, name)
        try:
            made: Json | None = None if found is None else json.loads(found)
            if made is not None:
                scale_from_json(made)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return made

    def look(self, tenants: Iterable[str], now: float) -> Iterator[Standing]:
        """Put in force for each of *tenants* what is, make the version that is due, and yield how its scale stands.

        A version needs all of a tenant's sums; the next look makes those that are one too many for this one.
        """
        left = MOST_AT_ONCE
        for tenant in tenants:
            state = self._state(tenant)
            if left and state.is_due(now):
                left -= 1
                state = self._advance(tenant, state, self._summed(tenant, now), now)
            self._standings[tenant] = self._standing(tenant, state, state.seen, now)
            yield self._standings[tenant]

    def standing(self, tenant: str, now: float) -> Standing:
        """Return how the scale of *tenant* stands with all that is counted now, and make no version."""
        return self._standing(tenant, self._state(tenant), self._summed(tenant, now), now)

    def _summed(self, tenant: str, now: float) -> Sums:
        return _sums(self._tallies.population(tenant, now, newest=sys.maxsize), self.model)

    def _standing(self, tenant: str, state: ScaleState, sums: Sums, now: float) -> Standing:
        own = self._take_up(tenant, state.current)
        divisor = scale(now)
        recent = sums.since(Sums({}), divisor)
        return Standing(
            tenant=tenant,
            version=own.version if own else "",
            n=round(own.n if own else recent.n),
            held=state.held,
            held_since=state.held_since,
            challenge_rate=recent.challenge_rate,
            pass_rate=recent.pass_rate,
            made_at=state.versions[-1].at if own else None,
            shift=shift(own, state.usual.since(Sums({}), divisor), sums.since(state.usual, divisor)) if own else None,
        )

    def thaw(self, tenant: str) -> bool:
        """Let the next look make a version whatever alarms; answer whether it was held."""
        was_held: list[bool] = []

        def thawed(held: bytes | None) -> bytes | None:
            state = self._read(tenant, held)
            was_held[:] = [bool(state.held)]
            return self._sealed(tenant, replace(state, thawed=True)) if state.held else held

        self._store.rewrite_secret(tenant, _state_name(self.model), thawed)
        return was_held[-1]

    def _advance(self, tenant: str, state: ScaleState, sums: Sums, now: float) -> ScaleState:
        """Return the state after a look; of workers that look at once, one is listened to."""
        own = self._own(tenant, state.current)
        made = next_state(state, own, sums, divisor=scale(now), now=now)
        if made.current != state.current:
            self._keep(tenant, made.current, sums, now)
        made, old = without_old(made, now - self._keep_seconds - DAY)
        agreed = [made]

        def rewrite(held: bytes | None) -> bytes | None:
            present = self._read(tenant, held)
            agreed[:] = [made if present == state else present]
            return self._sealed(tenant, made) if present == state else held

        self._store.rewrite_secret(tenant, _state_name(self.model), rewrite)
        for version in old if agreed[-1] is made else ():
            self._store.rewrite_secret(tenant, _version_name(self.model, version), lambda _: None)
        return agreed[-1]

    def _keep(self, tenant: str, version: str, sums: Sums, now: float) -> None:
        divisor = scale(now)
        counts = {place: round(count / divisor, DIGITS) for place, count in sums.genuine.items()}
        counts = {place: count for place, count in counts.items() if count > 0}
        body = json.dumps(scale_to_json(own_scale(version, counts), counts), separators=(",", ":")).encode()
        name = _version_name(self.model, version)
        self._store.put_secret_if_absent(tenant, name, self._sealer.seal(body, purpose_of(tenant, name)))

    def _take_up(self, tenant: str, version: str) -> OwnScale | None:
        """Put *version* in force here, and return it; where it cannot be read, what is in force stays."""
        own = self._own(tenant, version)
        if own is not None and self.card(tenant).own is not own:
            self._cards[tenant] = with_own_scale(self._shipped, own)
        return own

    def _own(self, tenant: str, version: str) -> OwnScale | None:
        held = self.card(tenant).own
        if isinstance(held, OwnScale) and held.version == version:
            return held
        kept = self.kept(tenant, self.model, version) if version else None
        return None if kept is None else scale_from_json(kept)

    def _state(self, tenant: str) -> ScaleState:
        return self._read(tenant, self._store.secret(tenant, _state_name(self.model)))

    def _read(self, tenant: str, sealed: bytes | None) -> ScaleState:
        """Return the state that is kept; one that nobody can read begins anew."""
        found = self._opened(sealed, tenant, _state_name(self.model))
        try:
            return ScaleState() if found is None else ScaleState.from_bytes(found)
        except (ValueError, KeyError, TypeError, AttributeError):
            return ScaleState()

    def _opened(self, sealed: bytes | None, tenant: str, name: str) -> bytes | None:
        try:
            return None if sealed is None else self._sealer.open(sealed, purpose_of(tenant, name))
        except Unreadable:
            return None

    def _sealed(self, tenant: str, state: ScaleState) -> bytes:
        return self._sealer.seal(state.to_bytes(), purpose_of(tenant, _state_name(self.model)))


def scale_name(record: DecisionRecord) -> tuple[str, str] | None:
    """Return model and version of the tenant's own scale that scored *record*; None where the model's own did."""
    calibration = record.answer["risk"]["calibration"]
    return (record.model, str(calibration["version"])) if is_own(calibration) else None


def purpose_of(tenant: str, name: str) -> str:
    """Return for what the secret *name* is sealed; empty where it is none of a scale's."""
    return purpose_at(KIND, tenant, name) if name.startswith((_STATE, _VERSION)) else ""


def _sums(population: Population, model: str) -> Sums:
    tried, failed = population.sums(ATTEMPTS).get(0, (0.0, 0.0))
    asked, passed = population.sums(SECOND_STEPS).get(0, (0.0, 0.0))
    genuine = {place: a for place, (a, _) in population.sums(level_of(model)).items()}
    return Sums(genuine, tried, failed, asked, passed)


def _state_name(model: str) -> str:
    return _STATE + model


def _version_name(model: str, version: str) -> str:
    return f"{_VERSION}{model}:{version}"
