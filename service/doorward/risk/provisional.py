"""The scorecard that was set by hand: what a training starts from, and what it keeps of where nothing was learned.

    python -m doorward.risk.provisional > models/provisional.json

The shapes follow detection 4; the numbers are judgement, and the quantiles come from no genuine sign-ins.
"""

import sys
from math import log1p

from doorward.risk.features import FEATURES
from doorward.risk.model_file import write_scorecard
from doorward.risk.scorecard import Calibration, Quantiles, Scorecard, Table
from doorward.risk.voices import VOICES

Shape = tuple[tuple[float, ...], tuple[float, ...]]

DESCRIPTION = "Set by hand; a provisional scale until it is measured."
VERSION = "2026-11"
CONSTANT = 0.0

# From «quite the subject's own» over 0, where nothing is known, to «never seen in a long history».
_RATIOS = (-5.0, -3.0, -1.5, -0.6, -0.2, -0.02, 0.02, 0.2, 0.4, 0.7, 1.2, 1.8, 2.6)
_UNLIKE = (-1.0, -0.9, -0.75, -0.55, -0.35, -0.15, 0.0, 0.25, 0.45, 0.65, 0.95, 1.25, 1.5, 1.65)
_WEIGHTS = {
    "llr_ip": 0.4,
    "llr_prefix": 0.3,
    "llr_asn": 0.9,
    "llr_country": 1.1,
    "llr_city": 0.5,
    "llr_agent": 0.3,
    "llr_browser": 0.5,
    "llr_os": 0.4,
    "llr_device_type": 0.3,
    "llr_language": 0.5,
}

_SHAPES: dict[str, Shape] = {
    "rarity_asn": ((6.0, 7.0, 8.0, 9.5, 11.5), (0.0, 0.2, 0.7, 1.4, 1.9, 2.3)),
    "rarity_country": ((5.5, 6.5, 7.5, 9.0, 11.0), (0.0, 0.2, 0.7, 1.4, 1.9, 2.3)),
    "first_country": ((5.5, 6.5, 7.5, 9.0, 11.0), (0.0, 0.1, 0.3, 0.5, 0.7, 0.9)),
    "device": ((0.0, 1.0, 2.0, 3.0, 4.0), (-2.5, -1.2, 0.5, 0.8, 0.9, 2.2)),
    "without_device": ((-1.0, 0.0, 1.0, 2.0), (0.0, 0.0, 0.0, 0.2, 0.4)),
    "late_network": ((0.4, 0.6), (0.0, 3.0, 5.0)),
    "travel_speed": ((0.0, 150.0, 400.0, 800.0, 1000.0, 2000.0), (0.0, 0.1, 0.3, 0.6, 1.0, 2.0, 2.8)),
    "usual_distance": (tuple(map(log1p, (0.0, 100.0, 400.0, 1500.0, 5000.0))), (-0.2, 0.1, 0.3, 0.6, 0.9, 1.2)),
    "gap": (tuple(map(log1p, (24.0 * 30, 24.0 * 180))), (0.0, 0.1, 0.3)),
    "new_ip_gap": ((-1.5, -0.5, 0.3, 1.0, 2.0, 3.0), (-0.3, -0.2, -0.1, 0.1, 0.3, 0.5, 0.7)),
    "hour_oddness": ((0.5, 0.8, 0.95), (-0.1, 0.0, 0.1, 0.25)),
    "history": (tuple(map(log1p, (0.0, 0.15, 0.5, 1.0, 3.0, 10.0))), (0.2, 0.1, 0.1, 0.05, 0.0, -0.1, -0.2)),
    "account_age": (tuple(map(log1p, (1.0, 30.0, 365.0))), (0.15, 0.05, 0.0, -0.1)),
    "disowned": ((0.5,), (0.0, 1.5)),
    "subject_failures_1h": (tuple(map(log1p, (0, 2, 4, 7, 11, 17))), (-0.05, 0.1, 0.4, 1.2, 2.8, 4.8, 6.5)),
    "subject_failures_24h": (tuple(map(log1p, (0, 3, 7, 11, 17))), (-0.05, 0.1, 0.4, 1.0, 2.0, 3.0)),
    "ip_subjects_1h": (tuple(map(log1p, (1, 3, 8, 20, 60))), (0.0, 0.2, 0.6, 1.1, 1.6, 2.0)),
    "ip_failures_1h": (tuple(map(log1p, (0, 3, 8, 20, 60))), (0.0, 0.1, 0.3, 0.5, 0.7, 0.9)),
    "prefix_subjects_1h": (tuple(map(log1p, (2, 8, 30, 100))), (0.0, 0.1, 0.3, 0.6, 0.9)),
    "device_subjects_24h": (tuple(map(log1p, (1, 2, 5, 9))), (0.0, 0.2, 0.8, 1.5, 2.0)),
    "asn_failure_ratio": ((0.3, 0.5, 0.7, 0.85), (0.0, 0.2, 0.6, 1.2, 1.7)),
    "tenant_failure_ratio": ((0.4, 0.6, 0.8), (0.0, 0.1, 0.3, 0.6)),
    "network_kind": ((0.0, 1.0, 2.0, 3.0, 4.0), (0.0, 0.0, 0.0, 0.6, 0.6, 2.4)),
    "anonymous": ((0.5,), (0.0, 0.4)),
    "bot": ((0.5,), (0.0, 2.0)),
    "breached": ((0.5,), (0.0, 1.0)),
}

# About what a genuine sign-in gets, most of them being on a known device; 0 for what is not here.
_REFERENCES = {
    "llr_ip": -0.25,
    "llr_prefix": -0.05,
    "llr_asn": -0.45,
    "llr_country": -0.4,
    "llr_city": -0.35,
    "llr_agent": -0.1,
    "llr_browser": -0.2,
    "llr_os": -0.15,
    "llr_device_type": -0.05,
    "llr_language": -0.1,
    "rarity_asn": 0.05,
    "device": -2.0,
    "usual_distance": -0.15,
    "new_ip_gap": -0.1,
    "hour_oddness": -0.1,
    "history": -0.1,
}

# (log-odds, percent of genuine sign-ins below), as they would lie where one in ten is a subject's first.
_SCALE = (
    (-8.0, 0.0),
    (-7.3, 1.0),
    (-6.7, 5.0),
    (-6.4, 10.0),
    (-6.1, 20.0),
    (-5.9, 30.0),
    (-5.6, 40.0),
    (-5.1, 50.0),
    (-4.4, 60.0),
    (-3.7, 70.0),
    (-2.6, 80.0),
    (-1.2, 85.0),
    (0.4, 88.0),
    (1.0, 91.0),
    (1.3, 95.0),
    (1.6, 97.5),
    (2.1, 99.0),
    (2.9, 99.4),
    (3.6, 99.8),
    (4.5, 99.9),
    (5.5, 99.97),
    (9.0, 100.0),
)


def provisional() -> Scorecard:
    """Return the scorecard of `models/provisional.json`."""
    return Scorecard(
        name="provisional",
        description=DESCRIPTION,
        calibration=Calibration(source="provisional", n=0, version=VERSION),
        constant=CONSTANT,
        tables={feature.name: _table(feature.name) for feature in FEATURES},
        quantiles=Quantiles(*zip(*_SCALE, strict=True)),
    )


def _table(name: str) -> Table:
    thresholds, values = _SHAPES[name] if name in _SHAPES else _ratio_shape(_WEIGHTS[name])
    raises, lowers = VOICES[name]
    return Table(
        thresholds=thresholds,
        values=values,
        missing=0.0,
        reference=_REFERENCES.get(name, 0.0),
        raises=raises,
        lowers=lowers,
    )


def _ratio_shape(weight: float) -> Shape:
    return _RATIOS, tuple(round(weight * value, 3) for value in _UNLIKE)


if __name__ == "__main__":
    sys.stdout.buffer.write(write_scorecard(provisional()))
