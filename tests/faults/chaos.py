"""The table of faults: where each strikes, how, what tells of it, and what came of it in a row of the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import furnished
from .furnished import HOUR, Furnished
from .grounds import SmallDisk, Wired
from .places import File, Service, Start, strike
from .replicated import ReplicatedCluster, Sentinels
from .shows import serving
from .trials import Times, Trial, trial

Ground = Callable[[Path], Any]
Strike = Callable[[Any, Service], object]

TIMES = Times()
# A replica takes over by itself, and its old master comes back: Sentinels look after that every ten seconds.
TAKE_OVER = Times(away=6.0, after=4.0, people=12)


@dataclass(frozen=True, slots=True)
class Fault:
    """*strike* and *mend* happen to a ground and the service on it; *tell* says how it looks meanwhile."""

    name: str
    strike: Strike
    mend: Strike
    times: Times = TIMES
    tell: Callable[[Service], str] | None = None
    # Connections of a worker that dies break, and nothing else may.
    may_tear: bool = False
    # What the store held is gone, entries of lists too: that is the fault.
    may_lose: bool = False
    # It ends by itself, before it is mended.
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault did; *wrong* is what must not have been."""

    fault: str
    gets: str
    spent: str
    lost: str
    recovery: str
    wrong: list[str] = field(default_factory=list)


def _by(name: str) -> Strike:
    return lambda ground, service: getattr(ground, name)()


def _stepped(seconds: int) -> Strike:
    return lambda ground, service: ground.step(seconds)


def _first_worker(ground: Any, service: Service) -> None:
    strike(service.workers()[0])


def _nothing(ground: Any, service: Service) -> None:
    """A worker is replaced by itself."""


FAULTS: tuple[tuple[Ground, tuple[Fault, ...]], ...] = (
    (
        Wired,
        (
            Fault("Redis stopped, started again from its file", _by("kill"), _by("restart")),
            Fault("Redis hangs", _by("hang"), _by("go_on")),
            Fault("Redis slow: 0.12 s a reply", _by("slow"), _by("quick")),
            Fault("Redis full (`noeviction`)", _by("fill"), _by("make_room")),
            Fault("Redis read-only (a replica without a master)", _by("follow"), _by("lead")),
            Fault("Redis read-only (`min-replicas-to-write`)", _by("want_replicas"), _by("want_none")),
        ),
    ),
    (
        Wired,
        (
            Fault(
                "Redis restarted empty, accepted by the operator", _by("lose_everything"), _by("accept"), may_lose=True
            ),
        ),
    ),
    (
        Sentinels,
        (Fault("a Sentinel's master killed (one replica)", _by("kill"), _by("restart"), TAKE_OVER, ends=True),),
    ),
    (
        ReplicatedCluster,
        (Fault("a Cluster's master killed (3 + 3)", _by("kill"), _by("restart"), TAKE_OVER, ends=True),),
    ),
    (File, (Fault("SQLite locked by another program", _by("hang"), _by("go_on")),)),
    (SmallDisk, (Fault("SQLite's disk full", _by("fill"), _by("make_room")),)),
    (
        Furnished,
        (
            Fault("geo file removed", _by("remove_geo"), _by("restore_geo"), tell=furnished.place_of_oslo),
            Fault("geo file truncated", _by("truncate_geo"), _by("restore_geo"), tell=furnished.place_of_oslo),
            Fault("geo file replaced", _by("replace_geo"), _by("restore_geo"), tell=furnished.place_of_oslo),
            Fault("policy broken", _by("break_policy"), _by("mend_policy"), tell=furnished.policy_reload),
            Fault("mail server down", _by("lose_mail"), _by("restore_mail"), tell=furnished.mail_sent),
            Fault("a worker killed", _first_worker, _nothing, may_tear=True),
            Fault("clock an hour ahead, then right", _stepped(HOUR), _stepped(0), tell=furnished.present_code),
            Fault("clock an hour behind, then right", _stepped(-HOUR), _stepped(0), tell=furnished.present_code),
        ),
    ),
)


def named(name: str) -> tuple[Ground, Fault]:
    """Return the fault that begins like *name*, and its ground."""
    return next((ground, fault) for ground, faults in FAULTS for fault in faults if fault.name.startswith(name))


def happen(
    ground: Ground, faults: Sequence[Fault], start: Start, folder: Path, times: Times | None = None
) -> list[Row]:
    """Let *faults* happen one after the other on one ground, and return a row for each."""
    rows = []
    with serving(ground, start, folder) as (place, service, contract):
        for fault in faults:
            told: list[str] = []
            seen = trial(
                place,
                service,
                contract,
                lambda fault=fault: fault.strike(place, service),
                lambda fault=fault, told=told: (told.extend(_told(fault, service)), fault.mend(place, service)),
                times or fault.times,
            )
            rows.append(row(fault, seen, [*told, *_told(fault, service)]))
    return rows


def _told(fault: Fault, service: Service) -> list[str]:
    return [fault.tell(service)] if fault.tell else []


def row(fault: Fault, seen: Trial, told: Sequence[str]) -> Row:
    """Return what came of *fault*; *told* is how it looked meanwhile, and afterwards."""
    torn = [each for each in seen.broken if "the connection broke" in each] if fault.may_tear else []
    wrong = [each for each in seen.broken if each not in torn] + [f"lost: {each}" for each in seen.lost]
    wrong = [] if fault.may_lose else wrong
    wrong += [f"good twice: {each}" for each in seen.good_twice]
    wrong += [] if seen.newcomer_passes else ["nobody could answer a challenge afterwards"]
    gets = "; ".join([seen.gets(), "; afterwards ".join(told)] if told else [seen.gets()])
    away = f"{seen.away_seconds:.1f} s by itself" if fault.ends else f"{seen.recovery_seconds:.1f} s"
    return Row(fault.name, gets, seen.spent(), seen.kept(), away, wrong)


def shortly(names: Sequence[str]) -> tuple[Ground, list[Fault]]:
    """Return the faults that begin like *names*, as the tests let them happen, and the ground of them all."""
    found = [named(name) for name in names]
    times = Times(away=1.2, after=1.2, a_second=25, people=2)
    return found[0][0], [replace(fault, times=times) for _, fault in found]
