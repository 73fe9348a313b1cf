"""Makes a scorecard: fitted on some rows, given its scale by others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from doorward.offline.training import calibrating
from doorward.offline.training.export import Steps, rounded
from doorward.offline.training.fitting import Fitted, fit
from doorward.offline.training.measuring import log_odds
from doorward.offline.training.rows import NAMES, Rows
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import Calibration, Quantiles, Scorecard, Table

# One in a thousand successes of a tenant is fraud, unless somebody knows better.
FRAUD_EXPECTED = 0.001

# How much of the hand-set tables is in a trained one: as little as shows where nothing was learned.
# Nobody flies at 2000 km/h, however seldom a world tries: of speeds the whole table stays.
BY_HAND = 0.25
_WHOLLY_BY_HAND = {"travel_speed"}
_NOTHING = Steps((), (0.0,), 0.0)
# What a system without databases of networks and places does not know of anybody; so it says nothing, neither for nor
# against: a subject's first sign-in there has nothing else to be judged by.
_LOOKED_UP = {
    "llr_asn",
    "llr_country",
    "llr_city",
    "rarity_asn",
    "rarity_country",
    "first_country",
    "network_kind",
    "anonymous",
}
_LOOKED_UP |= {"asn_failure_ratio", "tenant_failure_ratio"}

# What is not known where nobody collects device tokens, and the score at which such sign-ins get what is promised.
_OF_TOKENS = ("device", "without_device", "late_network", "device_subjects_24h")
_PROMISED_AT = 95.0

# A first sign-in of which nothing is looked up. All of them score the same, so where that is above a threshold every
# newcomer is challenged; it is kept a point below where usual policies begin to.
_BARE = {name: 0.0 for name in NAMES if name.startswith("llr_")}
_BARE |= {"device": 3.0, "without_device": 0.0, "late_network": 0.0, "history": 0.0, "disowned": 0.0}
_BARE_AT_MOST = 94.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a scorecard says of itself; *source* names what its scale was measured on.

    *fraud_expected* is the share of fraud among a tenant's successes that its odds are for.
    """

    name: str = "default"
    description: str = "Trained on simulated sign-ins; see the model card beside it."
    source: str = "simulated"
    version: str = ""
    fraud_expected: float = FRAUD_EXPECTED


def made(training: Rows, calibration: Rows, *, terms: Terms, seed: int) -> Scorecard:
    """Return the scorecard fitted to *training*, with the scale of *calibration*."""
    return scaled(unscaled(fit(training, seed=seed), terms), calibration, terms)


def unscaled(fitted: Fitted, terms: Terms) -> Scorecard:
    """Return the tables of *fitted*, each with a share of the one that was set by hand.

    No world has breached passwords, Tor or revoked devices, and trees look at no country where the network says it all.
    Whoever meets such sign-ins should not find them ignored; what was never shown keeps its whole table.
    """
    steps = fitted.steps()
    tables = {}
    for name, by_hand in provisional().tables.items():
        weight = BY_HAND if name in fitted.names and name not in _WHOLLY_BY_HAND else 1.0
        tables[name] = _sum(steps.get(name, _NOTHING), by_hand, weight)
    return Scorecard(
        name=terms.name,
        description=terms.description,
        constant=fitted.constant,
        tables=tables,
        quantiles=Quantiles((0.0,), (0.0,)),
        calibration=Calibration(terms.source, 0, terms.version),
    )


def scaled(card: Scorecard, rows: Rows, terms: Terms) -> Scorecard:
    """Return *card* with what its sums mean among *rows*: odds, shares of genuine sign-ins, and what is usual."""
    plain = replace(card, calibration=Calibration(terms.source, 0, terms.version), prior_shift=0.0)
    a, b = calibrating.platt(log_odds(plain, rows.values), rows)
    genuine = rows.where(rows.genuine)
    calibrated = replace(
        plain,
        calibration=Calibration(terms.source, len(genuine), terms.version, a, b),
        prior_shift=calibrating.prior_shift(rows, terms.fraud_expected),
        tables=_with_references(plain.tables, genuine),
        distributions=calibrating.distributions(genuine),
    )
    found = replace(calibrated, quantiles=calibrating.quantiles(log_odds(calibrated, genuine.values)))
    if _is_known("device", genuine):
        found = _with_promise_without_tokens(found, genuine)
    return with_calm_first_sign_ins(found) if _is_known("rarity_asn", genuine) else found


def _is_known(name: str, genuine: Rows) -> bool:
    """Answer whether all have a value: what some lack is in the scale already, and may not be moved afterwards."""
    return not np.isnan(genuine.values[:, NAMES.index(name)]).any()


def _with_promise_without_tokens(card: Scorecard, genuine: Rows) -> Scorecard:
    """Return *card* so that its score keeps its promise where nobody collects device tokens.

    A known device speaks for most sign-ins; without tokens each lacks that, and three times as many would be challenged
    as the score says. What stands for an unknown device is the same for all sign-ins there, so it changes no order.
    """
    values = genuine.values.copy()
    values[:, [NAMES.index(name) for name in _OF_TOKENS]] = np.nan
    sums, scale = log_odds(card, values), card.quantiles
    aimed = _log_odds_at(scale, _PROMISED_AT)
    above = float(np.quantile(sums, _PROMISED_AT / 100)) - aimed
    device = card.tables["device"]
    missing = rounded(device.missing - above / card.calibration.a)
    return replace(card, tables={**card.tables, "device": replace(device, missing=missing)})


def with_calm_first_sign_ins(card: Scorecard) -> Scorecard:
    """Return *card* so that a first sign-in of which nothing is looked up scores `_BARE_AT_MOST` or less.

    By what stands for an unknown network, which is the same for all sign-ins of a tenant without such a database.
    """
    excess = card.log_odds(_BARE) - _log_odds_at(card.quantiles, _BARE_AT_MOST)
    if excess <= 0:
        return card
    rarity = card.tables["rarity_asn"]
    missing = rounded(rarity.missing - excess / card.calibration.a)
    return replace(card, tables={**card.tables, "rarity_asn": replace(rarity, missing=missing)})


def _log_odds_at(scale: Quantiles, score: float) -> float:
    return float(np.interp(score, scale.scores, scale.log_odds))


def _sum(steps: Steps, by_hand: Table, weight: float) -> Table:
    """Return the table that says what *steps* and *weight* times *by_hand* say together, told in the latter's words."""
    thresholds = tuple(sorted({*steps.thresholds, *by_hand.thresholds}))
    fitted = Table(steps.thresholds, steps.values, steps.missing)
    return replace(
        by_hand,
        thresholds=thresholds,
        values=tuple(rounded(fitted.value_at(x) + weight * by_hand.value_at(x)) for x in (*thresholds, inf)),
        missing=rounded(fitted.missing + weight * by_hand.missing),
        reference=0.0,
    )


def _with_references(tables: Mapping[str, Table], genuine: Rows) -> dict[str, Table]:
    usual = calibrating.references(tables, genuine)
    return {
        name: replace(table, reference=usual[name], missing=usual[name] if name in _LOOKED_UP else table.missing)
        for name, table in tables.items()
    }
