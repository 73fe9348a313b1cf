"""The table of faults: where each strikes, how, what tells of it, and what came of it in a row of the page."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import furnished
from .furnished import HOUR, Furnished
from .grounds import SmallDisk, Wired
from .places import File, Service, Start, strike
from .promises import LET_IN, Breach
from .replicated import ReplicatedCluster, Sentinels
from .shows import serving
from .spending import BROKE, GONE, REFUSED, Spend
from .trials import Times, Trial, trial

Ground = Callable[[Path], Any]
Strike = Callable[[Any, Service], object]

TIMES = Times()
PATIENCE_SECONDS = 5.0
OSLO = furnished.place_of_oslo
NORWAY, SWEDEN = "an address of Oslo is in NO", "an address of Oslo is in SE"
NOWHERE = "an address of Oslo is in no known country (`/readyz`: there is no geo database in this folder)"
UNUSED = f"{NORWAY} (`/readyz`: the replacement is not used: it is no geo database, or a broken one)"
RELOAD = ("`/readyz` is ready, reload refused", "`/readyz` is ready, reload ok")
MAIL = ("binding an address of mail is 502", "binding an address of mail is 201")
CODE = ("the code of an app is refused", "the code of an app is right")
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
    # What is to be told meanwhile, and afterwards.
    tells: tuple[str, str] = ("", "")
    # Connections of a worker that dies break, and nothing else may.
    may_tear: bool = False
    # What the store held before it was mended is gone, entries of lists too: that is the fault.
    may_lose: bool = False
    # It ends by itself, before it is mended.
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault did; *wrong* is what must not have been, *untried* why nothing was tried."""

    fault: str
    gets: str
    spent: str = ""
    lost: str = ""
    recovery: str = ""
    wrong: list[str] = field(default_factory=list)
    untried: str = ""


def not_tried(fault: str, why: str) -> Row:
    return Row(fault, f"**not tried**: {why}", untried=why)


def verdict(rows: Sequence[Row], *, allow_untried: bool) -> list[str]:
    """Return why a run did not prove what it was to prove; nothing where it did."""
    if not rows:
        return ["no fault has such a name"]
    found = [f"{row.fault}: {len(row.wrong)} wrong" for row in rows if row.wrong]
    return found + [f"{row.fault}: not tried, {row.untried}" for row in rows if row.untried and not allow_untried]


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
            Fault("geo file removed", _by("remove_geo"), _by("restore_geo"), tell=OSLO, tells=(NOWHERE, NORWAY)),
            Fault("geo file truncated", _by("truncate_geo"), _by("restore_geo"), tell=OSLO, tells=(UNUSED, NORWAY)),
            Fault("geo file replaced", _by("replace_geo"), _by("restore_geo"), tell=OSLO, tells=(SWEDEN, NORWAY)),
            Fault("policy broken", _by("break_policy"), _by("mend_policy"), tell=furnished.policy_reload, tells=RELOAD),
            Fault("mail server down", _by("lose_mail"), _by("restore_mail"), tell=furnished.mail_sent, tells=MAIL),
            Fault("a worker killed", _first_worker, _nothing, may_tear=True),
            Fault(
                "clock an hour ahead, then right", _stepped(HOUR), _stepped(0), tell=furnished.present_code, tells=CODE
            ),
            Fault(
                "clock an hour behind, then right",
                _stepped(-HOUR),
                _stepped(0),
                tell=furnished.present_code,
                tells=CODE,
            ),
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
                lambda fault=fault, told=told: (told.extend(_told(fault, service, 0)), fault.mend(place, service)),
                times or fault.times,
            )
            rows.append(row(fault, seen, [*told, *_told(fault, service, 1)]))
    return rows


def _told(fault: Fault, service: Service, place: int) -> list[str]:
    """Return what is told, once it is what is due at *place* of `tells`, or when patience ends."""
    if fault.tell is None:
        return []
    until = time.monotonic() + PATIENCE_SECONDS
    while (said := fault.tell(service)) != fault.tells[place] and time.monotonic() < until:
        # A worker looks at its files every other second, and either may be asked.
        time.sleep(0.5)
    return [said]


def row(fault: Fault, seen: Trial, told: Sequence[str]) -> Row:
    """Return what came of *fault*; *told* is how it looked meanwhile, and afterwards."""
    wrong = [str(each) for each in seen.broken if not _is_the_fault(fault, seen, each)]
    wrong += [f"lost: {each}" for each in seen.lost if not (fault.may_lose and each.began < seen.mended)]
    wrong += [each for spend in seen.spends if not _met_the_fault(fault, seen, spend) for each in spend.unexpected]
    refusals = (REFUSED, GONE) if fault.may_lose else (REFUSED,)
    wrong += [str(each) for each in seen.again if each.verdict not in refusals]
    wrong += [f"told {said!r}, not {due!r}" for said, due in zip(told, fault.tells, strict=bool(told)) if said != due]
    wrong += [] if seen.newcomer_passes else ["nobody could answer a challenge afterwards"]
    gets = "; ".join([seen.gets(), "; afterwards ".join(told)] if told else [seen.gets()])
    away = f"{seen.away_seconds:.1f} s by itself" if fault.ends else f"{seen.recovery_seconds:.1f} s"
    return Row(fault.name, gets, seen.spent(), seen.kept(), away, wrong)


def _is_the_fault(fault: Fault, seen: Trial, breach: Breach) -> bool:
    """Answer whether a promise had to break: a connection of a dead worker, or what asks for something that is lost."""
    answer = breach.answer
    if answer.status == 0:
        return fault.may_tear
    if not fault.may_lose or answer.ended < seen.mending:
        return False
    is_of_the_lost = answer.status == 404 and answer.sent.about in {each.name for each in seen.lost}
    return breach.what == LET_IN or is_of_the_lost


def _met_the_fault(fault: Fault, seen: Trial, spend: Spend) -> bool:
    """Answer whether somebody was at a worker when it died, or came with a challenge that is lost."""
    is_torn = fault.may_tear and BROKE in (spend.code, spend.proof)
    return is_torn or (fault.may_lose and spend.ended >= seen.mending and spend.code.startswith("404"))


def shortly(names: Sequence[str]) -> tuple[Ground, list[Fault]]:
    """Return the faults that begin like *names*, as the tests let them happen, and the ground of them all."""
    found = [named(name) for name in names]
    times = Times(away=1.2, after=1.2, a_second=25, people=2)
    return found[0][0], [replace(fault, times=times) for _, fault in found]
