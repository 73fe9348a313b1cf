"""Rows that tests make themselves: address and device tell, the others say nothing."""

import numpy as np
import pytest

from doorward.offline.training.rows import NAMES, Rows


def rows_of_nobody(number=4000, seed=1, family="targeted"):
    """Return rows, a tenth of which are attacks from new addresses without a token."""
    rng = np.random.default_rng(seed)
    values = np.full((number, len(NAMES)), np.nan)
    fraud = rng.random(number) < 0.1
    values[:, NAMES.index("llr_ip")] = np.round(rng.normal(2.0 * fraud, 1.5), 1)
    values[:, NAMES.index("device")] = np.where(fraud, 3, rng.choice([0, 1, 2, 3], number, p=[0.8, 0.1, 0.05, 0.05]))
    values[:, NAMES.index("gap")] = rng.gamma(2.0, 1.0, number)
    values[:, NAMES.index("history")] = np.round(rng.gamma(2.0, 1.0, number), 1)
    values[rng.random(values.shape) < 0.1] = np.nan
    families = np.where(fraud, family, "")
    return Rows(values, families, np.arange(number, dtype=float), rng.integers(0, 50, number))


@pytest.fixture(scope="session")
def rows():
    return rows_of_nobody
