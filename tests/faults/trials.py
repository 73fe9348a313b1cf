"""One fault under load: decisions, reports and lists, people who answer challenges, and what became of all of it."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..challenges.callers import Caller
from .keeping import Kept, acknowledged, counted, lost
from .load import Answer, under_load
from .outages import is_missing, percentile
from .places import Place, Service
from .promises import Breach, Contract, broken, lacks
from .spending import TAKEN, Again, Spend, Spenders

BEFORE_SECONDS = 1.0
AFTER_SECONDS = 3.0
PATIENCE_SECONDS = 15.0

_trials = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Trial:
    """Every answer, when the fault began, was about to end and had ended, and what was found afterwards."""

    answers: Sequence[Answer]
    spends: Sequence[Spend]
    struck: float
    mending: float
    mended: float
    broken: Sequence[Breach]
    lost: Sequence[Kept]
    again: Sequence[Again]
    newcomer_passes: bool

    @property
    def during(self) -> list[Answer]:
        """Return what was asked for while the fault lasted."""
        return [each for each in self.answers if self.struck <= each.began < self.mended]

    @property
    def away_seconds(self) -> float:
        """Return for how long after the fault began some decision was not full: of itself, or until it was mended."""
        return max((each.ended - self.struck for each in self.during if lacks(each)), default=0.0)

    @property
    def recovery_seconds(self) -> float:
        """Return how long after the fault was mended some answer was not full."""
        after = [each for each in self.answers if each.began >= self.mended]
        return max((each.ended - self.mended for each in after if is_missing(each)), default=0.0)

    def gets(self) -> str:
        """Return in a few words what callers got while it lasted."""
        asked = [each for each in self.during if each.sent.decides and each.status]
        decisions = [each for each in asked if each.status == 200]
        short = sum(1 for each in decisions if lacks(each))
        failed = len(asked) - len(decisions) or "none"
        others = [each for each in self.during if not each.sent.decides]
        refused = sum(1 for each in others if each.status == 503)
        torn = sum(1 for each in self.during if each.status == 0)
        wrong = Counter(each.status for each in self.during if each.status >= 500 and each.status != 503)
        words = [f"{len(decisions) - short} full and {short} degraded decisions, {failed} failed"]
        words += [f"{refused} of {len(others)} other requests 503"] if refused else []
        words += [f"{torn} connections broke"] if torn else []
        words += [f"{number} answers {status}" for status, number in wrong.items()]
        return "; ".join([*words, f"p99 {percentile(self.during, 99):.0f} ms"])

    def spent(self) -> str:
        """Return what became of the codes and proofs that were handed in, before, meanwhile and afterwards."""
        codes = Counter(each.code for each in self.spends)
        proofs = Counter(each.proof for each in self.spends if each.proof)
        twice = sum(1 for each in self.again if each.verdict == TAKEN)
        words = [f"{codes[TAKEN]} of {len(self.spends)} codes passed{_others(codes)}"]
        words += [f"{proofs[TAKEN]} of {proofs.total()} proofs redeemed{_others(proofs)}"]
        return "; ".join([*words, f"{twice} were good twice"])

    def kept(self) -> str:
        """Return what was lost of what was acknowledged."""
        return counted(acknowledged(self.answers), self.lost)


def _others(verdicts: Counter[str]) -> str:
    """Return how many met what else; of an answer that stands for itself its status."""
    shown = Counter[str]()
    for what, number in verdicts.items():
        shown[f"met {what[:3]}" if what[0].isdigit() else what] += number
    return "".join(f", {number} {what}" for what, number in sorted(shown.items()) if what != TAKEN)


@dataclass(frozen=True, slots=True)
class Times:
    """How long a trial takes, and how much is asked: requests a second, and people with a code."""

    away: float = 2.5
    after: float = AFTER_SECONDS
    a_second: float = 40.0
    people: int = 8


def trial(
    place: Place,
    service: Service,
    contract: Contract,
    strike: Callable[[], object],
    mend: Callable[[], object],
    times: Times,
) -> Trial:
    """Strike and mend under load, and try everything again that counts once."""
    caller = Caller(service.url, service.key)
    spenders = Spenders(caller, times.people)
    spenders.prepare()
    seed = 1000 * next(_trials)
    with under_load(service.url, service.key, a_second=times.a_second, first_seed=seed) as load:
        spenders.start((BEFORE_SECONDS + times.away + times.after) / max(1, times.people))
        time.sleep(BEFORE_SECONDS)
        struck = time.monotonic()
        strike()
        time.sleep(times.away)
        mending = time.monotonic()
        mend()
        mended = time.monotonic()
        time.sleep(times.after)
    spenders.stop()
    whole = is_whole_again(spenders)
    return Trial(
        load.answers,
        spenders.spends,
        struck,
        mending,
        mended,
        broken(load.answers, contract),
        lost(place, caller, load.answers),
        spenders.again(),
        whole,
    )


def is_whole_again(spenders: Spenders) -> bool:
    """Answer whether newcomers pass again before patience ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if spenders.newcomer_passes():
                return True
        except AssertionError:
            # Refused while the last of it goes by.
            time.sleep(0.3)
    return False
