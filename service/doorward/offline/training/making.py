"""Makes a scorecard: fitted on some rows, given its scale by others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from doorward.offline.training import calibrating
from doorward.offline.training.export import Steps
from doorward.offline.training.fitting import Fitted, fit
from doorward.offline.training.measuring import log_odds
from doorward.offline.training.rows import Rows
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
_LOOKED_UP = {"llr_asn", "llr_country", "llr_city", "rarity_asn", "rarity_country", "network_kind", "anonymous"}
_LOOKED_UP |= {"asn_failure_ratio", "tenant_failure_ratio"}


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
    return replace(calibrated, quantiles=calibrating.quantiles(log_odds(calibrated, genuine.values)))


def _sum(steps: Steps, by_hand: Table, weight: float) -> Table:
    """Return the table that says what *steps* and *weight* times *by_hand* say together, told in the latter's words."""
    thresholds = tuple(sorted({*steps.thresholds, *by_hand.thresholds}))
    fitted = Table(steps.thresholds, steps.values, steps.missing)
    return replace(
        by_hand,
        thresholds=thresholds,
        values=tuple(fitted.value_at(x) + weight * by_hand.value_at(x) for x in (*thresholds, inf)),
        missing=fitted.missing + weight * by_hand.missing,
        reference=0.0,
    )


def _with_references(tables: Mapping[str, Table], genuine: Rows) -> dict[str, Table]:
    usual = calibrating.references(tables, genuine)
    return {
        name: replace(table, reference=usual[name], missing=usual[name] if name in _LOOKED_UP else table.missing)
        for name, table in tables.items()
    }
