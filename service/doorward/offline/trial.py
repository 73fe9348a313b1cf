"""One back-test from files to figures: which logs, by which policies, and what came of it as one document."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from doorward.core.errors import BadInput, Mistake
from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline import importers
from doorward.offline.backtest import Line, Unread, back_test_log, back_test_records, rebuild_records
from doorward.offline.past import Past
from doorward.offline.reading import LogFile, files_of
from doorward.offline.record_file import RecordFile, is_header
from doorward.offline.shelf import Shelf

Json = dict[str, Any]
Source = Path | Literal["-"]

AUTO, REBUILT, RECORDED = "auto", "rebuilt", "recorded"
TOLD_EVERY = 500
REPEATED = "a decision that stands in the logs more than once"
REBUILDING = "a warm-up and --assume-success-verified are for a past that is rebuilt, and 'recorded' rebuilds none"


class Watcher(Protocol):
    """Whoever wants to know how far a run has come."""

    def at(self, label: str, place: int, whole: int | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What to run. *lines* are policies with models, the last of which is under test; *folder* holds their lists.

    *geo* are the databases for logs that state no place.
    """

    logs: Sequence[Source]
    lines: tuple[Line, ...]
    log_format: str = AUTO
    mode: str = AUTO
    folder: Path | None = None
    warm_up_seconds: float = 0.0
    assume_verified: bool = False
    geo: tuple[Path, ...] = ()


def run(asked: Asked, watcher: Watcher) -> Json:
    """Return the figures of the run as one document; BadInput where there is nothing to judge."""
    own = _are_records(asked)
    mode = asked.mode if asked.mode != AUTO else RECORDED if own else REBUILT
    if mode == RECORDED and not own:
        raise BadInput([Mistake("the mode 'recorded' needs what `doorward records export` writes")])
    if mode == RECORDED and (asked.warm_up_seconds or asked.assume_verified):
        raise BadInput([Mistake(f"{REBUILDING}: give the mode 'rebuilt', or leave them out")])
    made = _own_records(asked, watcher, mode) if own else _rebuilt(asked, watcher)
    if made["results"]["events"] == 0:
        raise BadInput([Mistake(f"there is no event in {', '.join(map(str, asked.logs))}{_why(made)}")])
    return {"mode": mode, "title": _title(asked), "logs": [_name(each) for each in asked.logs], **made}


def _rebuilt(asked: Asked, watcher: Watcher) -> Json:
    report = importers.Report()
    events = importers.read(
        list(asked.logs),
        form=asked.log_format,
        report=report,
        note=lambda now: watcher.at("reading", now.read_bytes, now.total_bytes),
    )
    with closing(Shelf()) as shelf:
        results, unread = back_test_log(
            events,
            asked.lines,
            Past(locator=GeoProvider(asked.geo), agents=UserAgents(), shelf=shelf),
            warm_up_seconds=asked.warm_up_seconds,
            assume_verified=asked.assume_verified,
            tick=_Ticks(watcher, lambda: report.events).tick,
        )
    return {
        "results": results.to_json(),
        "unread": _unread_of(report, unread),
        "replayability": None,
        "differences": None,
        "assumptions": _assumptions(asked),
    }


def _own_records(asked: Asked, watcher: Watcher, mode: str) -> Json:
    unread = Unread()
    tick = _Ticks(watcher, lambda: None).tick
    file = RecordFile(_objects(asked.logs, unread), folder=asked.folder, complain=unread.add)
    replayability = differences = None
    if mode == RECORDED:
        results, replayability = back_test_records(
            file.records_in_order(), asked.lines, policy_by=file.policy, scale_of=file.scale, tick=tick
        )
    else:
        with closing(Shelf()) as shelf:
            past = Past(locator=GeoProvider(asked.geo), agents=UserAgents(), shelf=shelf)
            records = file.records_in_order()
            results, differences = rebuild_records(
                records,
                asked.lines,
                past,
                scale_of=file.scale,
                warm_up_seconds=asked.warm_up_seconds,
                assume_verified=asked.assume_verified,
                tick=tick,
            )
    return {
        "results": results.to_json(),
        "unread": unread.to_json() | {"skipped": _skipped(file)},
        "replayability": replayability.to_json() if replayability else None,
        "differences": differences.to_json() if differences else None,
        "assumptions": _how_learned(asked),
    }


def _skipped(file: RecordFile) -> list[Json]:
    return [{"reason": REPEATED, "events": file.repeated}] if file.repeated else []


class _Ticks:
    """Tells a watcher now and then how many events were judged."""

    def __init__(self, watcher: Watcher, whole: Any) -> None:
        self._watcher = watcher
        self._whole = whole
        self._number = 0

    def tick(self) -> None:
        self._number += 1
        if self._number % TOLD_EVERY == 0:
            self._watcher.at("judging", self._number, self._whole())


def _objects(logs: Sequence[Source], unread: Unread) -> Iterator[Any]:
    for file in files_of(list(logs)):
        for _, found in LogFile(file).entries():
            if isinstance(found, dict):
                yield found
            else:
                unread.add(str(getattr(found, "reason", "no object")))


def _are_records(asked: Asked) -> bool:
    """Answer whether the first file holds our own records; a pipe is read only once, so of pipes the mode tells."""
    files = files_of(list(asked.logs))
    first = next((each for each in files if isinstance(each, Path) and each.is_file()), None)
    if first is None:
        return asked.mode == RECORDED
    return any(is_header(found) for _, found in islice(LogFile(first).entries(), 1))


def _unread_of(report: importers.Report, unread: Unread) -> Json:
    told = unread.to_json()
    told["events"] += report.unreadable
    told["skipped"] = [{"reason": reason, "events": number} for reason, number in report.skipped.most_common()]
    told["first"] = [{"place": ":".join(map(str, each.place)), "reason": each.reason} for each in report.first]
    return told


def _assumptions(asked: Asked) -> list[str]:
    told = ["What subjects had enrolled is unknown where the log does not state it: they are challenged, not enrolled"]
    return told + _how_learned(asked)


def _how_learned(asked: Asked) -> list[str]:
    told = []
    if asked.assume_verified:
        told.append("Successes count as verified where the log cannot tell, and are learned from")
    if asked.warm_up_seconds:
        told.append(f"The first {asked.warm_up_seconds / 86_400:g} days are learned from and left out of the rates")
    return told


def _title(asked: Asked) -> str:
    policies = [f"{line.policy.id}" for line in asked.lines]
    return f"{policies[-1]} against {policies[0]}" if len(policies) > 1 else policies[0]


def _name(source: Source) -> str:
    return "standard input" if source == "-" else Path(source).name


def _why(made: Json) -> str:
    first = (made["unread"] or {}).get("first") or (made["unread"] or {}).get("reasons") or []
    return f": {first[0]['reason']}" if first else ""
