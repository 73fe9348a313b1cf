"""How long one score takes, beside what scikit-learn takes for the same row.

    python bench/score.py [--rounds 9]

Sign-ins of a small world, replayed and their signals worked out, as they are where a decision is scored; so few that
they stay in the processor's cache, as facts do that were found a moment ago. Then by turns: the whole assessment with
its reasons, the same without, the features, the look-up in the tables, and one row of scikit-learn's
`decision_function`, which is kept to one thread. Needs the extra `train`. CPU time of that thread, so that a busy
machine says little; the ratio says most.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from doorward.core.signals import evaluate
from doorward.core.signals.base import Attempt
from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline.event import read_event
from doorward.offline.past import Past
from doorward.offline.scored import Scored, scored
from doorward.offline.shelf import Shelf
from doorward.offline.training.fitting import fit
from doorward.offline.training.rows import rows_of
from doorward.offline.worlds.world import Asked, World
from doorward.risk.features import features
from doorward.risk.model_file import load_scorecard
from doorward.risk.scorecard import assess

ROOT = Path(__file__).resolve().parents[1]
ROWS = 100
TIMES = 10
PREDICTED = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    card = load_scorecard(ROOT / "models/default.json")
    told = replayed()
    fitted = fit(rows_of(told), seed=1)
    late = [each for each in told if each.is_success][-ROWS:]
    attempts = [attempt(each) for each in late]
    rows = [card.row_about(each) for each in attempts]
    vectors = [np.array([list(each.values.values())]) for each in late]
    sides: dict[str, tuple[Callable[[int], object], int]] = {
        "assessment with reasons": (lambda at: assess(card, attempts[at]), ROWS * TIMES),
        "assessment without reasons": (lambda at: assess(card, attempts[at], with_reasons=False), ROWS * TIMES),
        "features alone": (lambda at: features(attempts[at]), ROWS * TIMES),
        "tables alone": (lambda at: card.sum_of(rows[at]), ROWS * TIMES),
        "scikit-learn, one row": (lambda at: fitted.decision(vectors[at]), PREDICTED),
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    with threadpool_limits(1):
        for _ in range(rounds):
            for name, (ask, number) in sides.items():
                taken[name].append(micros(ask, number))
    least = median(taken["assessment with reasons"])
    print(f"{rounds} rounds, µs of CPU each: median (least to most), and against the assessment with reasons")
    for name, each in taken.items():
        print(f"{name:28} {median(each):9.1f} ({min(each):.1f} to {max(each):.1f})  {median(each) / least:.2f}")


def replayed() -> list[Scored]:
    """Return the sign-ins of a world of 150 people, with the features of their moments."""
    card = load_scorecard(ROOT / "models/default.json")
    events = enumerate(map(read_event, World(Asked(users=150, days=120)).events()))
    with closing(Shelf()) as shelf:
        return list(scored(events, Past(locator=GeoProvider(()), agents=UserAgents(), shelf=shelf), card))


def attempt(told: Scored) -> Attempt:
    made = Attempt(told.event.request, told.facts, told.event.at)
    evaluate(made)
    return made


def micros(ask: Callable[[int], object], number: int) -> float:
    begun = time.thread_time()
    for at in range(number):
        ask(at % ROWS)
    return (time.thread_time() - begun) / number * 1e6


if __name__ == "__main__":
    main()
