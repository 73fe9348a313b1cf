"""The words of reasons: what a scorecard's templates may name, and what it reads as for one attempt.

A word is a count, a distance, a country code or one of our own terms; never an address, nor text of the caller's.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from doorward.core.facts import LEVELS
from doorward.core.signals.base import Attempt
from doorward.risk import travel

_WORD = re.compile(r"\{(\w+)\}")

# Below this share of the subject's sign-ins a value that was seen before is still worth a remark.
_RARE = 0.2

_DEVICES = {
    "none": ("no_device", "no device token"),
    "expired": ("expired_device", "an expired device token"),
    "revoked": ("revoked_device", "a revoked device token"),
    "foreign": ("foreign_device", "a device token that is not ours"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """How a contribution is told: *code* for machines, *detail* for people; both may name WORDS in braces."""

    code: str
    detail: str


class Told(NamedTuple):
    """A voice that can be asked what it says of an attempt; empty where it has nothing to say."""

    code: Callable[[Attempt], str]
    detail: Callable[[Attempt], str]


@lru_cache(maxsize=1024)
def telling(voice: Voice) -> Told:
    """Return what fills the words of *voice* in."""
    return Told(_filling(voice.code), _filling(voice.detail))


def _filling(template: str) -> Callable[[Attempt], str]:
    """Return what writes *template*: the empty text where one of its words has nothing to say of the attempt."""
    words = [WORDS[word] for word in _WORD.findall(template)]
    if not words:
        return lambda _: template
    pattern = _WORD.sub("%s", template.replace("%", "%%"))
    if len(words) == 1:
        return _filling_one(pattern, words[0])

    def filled(attempt: Attempt) -> str:
        said = tuple([word(attempt) for word in words])
        return pattern % said if all(said) else ""

    return filled


def _filling_one(pattern: str, word: Callable[[Attempt], str]) -> Callable[[Attempt], str]:
    def filled(attempt: Attempt) -> str:
        said = word(attempt)
        return pattern % said if said else ""

    return filled


def unknown_words(template: str) -> list[str]:
    """Return what *template* names that is no word; a brace that belongs to none counts as one."""
    rest = _WORD.sub("", template)
    return [word for word in _WORD.findall(template) if word not in WORDS] + re.findall(r"[{}]", rest)


def _oddness_at(level: str) -> Callable[[Attempt], str]:
    """The novelty of what is not usual: a value that is the subject's own is no reason against it."""

    def oddness(attempt: Attempt) -> str:
        share = _share(attempt, level)
        return "" if share >= _RARE else "rare" if share > 0 else "new"

    return oddness


def _novelty_at(level: str) -> Callable[[Attempt], str]:
    oddness = _oddness_at(level)
    return lambda attempt: oddness(attempt) or "usual"


def _frequency_at(level: str) -> Callable[[Attempt], str]:
    def frequency(attempt: Attempt) -> str:
        share = _share(attempt, level)
        return f"{max(1, round(100 * share))} % of sign-ins are" if share > 0 else "first sign-in"

    return frequency


def _share(attempt: Attempt, level: str) -> float:
    history = attempt.facts.history
    count, total = history.counts.get(level, 0.0), history.totals.get(level, 0.0)
    return min(1.0, count / total) if count > 0 and total > 0 else 0.0


def _counted(name: str) -> Callable[[Attempt], str]:
    return lambda attempt: str(attempt.facts.velocity.counts.get(name, 0))


def _device(attempt: Attempt) -> tuple[str, str]:
    device = attempt.facts.device
    state = device.token_state
    if state != "valid":
        return _DEVICES.get(state or "", ("no_device", "no device token"))
    if device.known:
        return "known_device", "a device that the subject is known on"
    if device.seen:
        return "recent_device", "a device that the subject has begun to use"
    return "new_device", "a device that the subject has not used"


def _km(km: float | None) -> str:
    """Write a distance or speed as exactly as it is known, with a gap at the thousands."""
    rounded = round(km or 0.0, -2 if (km or 0.0) >= 1000 else -1)
    return f"{rounded:,.0f}".replace(",", "\N{NO-BREAK SPACE}")


def _elapsed(attempt: Attempt) -> str:
    """Write the time since the last verified sign-in in the unit that a person would use."""
    hours = travel.hours_since_last(attempt) or 0.0
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} days"


def _days(attempt: Attempt) -> str:
    return f"{(travel.hours_since_last(attempt) or 0.0) / 24:.0f}"


def _account_days(attempt: Attempt) -> str:
    created_at = attempt.request.subject.created_at
    return "0" if created_at is None else f"{max(0.0, attempt.now - created_at) / 86_400:.0f}"


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0.0):.0f} %"


WORDS: dict[str, Callable[[Attempt], str]] = {
    "country": lambda attempt: attempt.facts.network.country or "an unknown country",
    "usual_country": lambda attempt: attempt.facts.history.usual_country or "unknown",
    "last_country": lambda attempt: attempt.facts.history.last_country or "place unknown",
    "kind": lambda attempt: attempt.facts.network.kind or "unknown",
    "events": lambda attempt: str(attempt.facts.history.events),
    "km": lambda attempt: _km(travel.km_since_last(attempt)),
    "usual_km": lambda attempt: _km(travel.km_from_usual(attempt)),
    "speed": lambda attempt: _km(travel.speed_kmh(attempt)),
    "elapsed": _elapsed,
    "days": _days,
    "account_days": _account_days,
    "device_code": lambda attempt: _device(attempt)[0],
    "device": lambda attempt: _device(attempt)[1],
    "asn_failures": lambda attempt: _percent(attempt.facts.velocity.asn_failure_ratio_1h),
    "tenant_failures": lambda attempt: _percent(attempt.facts.velocity.tenant_failure_ratio_10m),
    **{f"{level}_oddness": _oddness_at(level) for level in LEVELS},
    **{f"{level}_novelty": _novelty_at(level) for level in LEVELS},
    **{f"{level}_frequency": _frequency_at(level) for level in LEVELS},
    **{
        name: _counted(name)
        for name in (
            "subject_failures_1h",
            "subject_failures_24h",
            "ip_subjects_1h",
            "ip_failures_1h",
            "prefix_subjects_1h",
            "device_subjects_24h",
        )
    },
}
