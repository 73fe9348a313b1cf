"""One evaluation from files to figures: which logs, which model, and what came of it as one document."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from re import MULTILINE, search
from typing import Any

from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline import importers
from doorward.offline.evidence.card import LEFT_OUT, NOT_TOLD
from doorward.offline.evidence.evaluation import evaluate
from doorward.offline.evidence.gathering import gather
from doorward.offline.evidence.successes import Successes, split, whole
from doorward.offline.past import Past
from doorward.offline.reading import Source, files_of
from doorward.offline.scored import Log
from doorward.offline.shelf import Shelf
from doorward.policy.model import Policy
from doorward.risk.scorecard import Scorecard

Json = dict[str, Any]
Note = Callable[[str, int, int | None], None]

_LEFT_OUT = rf"^\| {LEFT_OUT} \| (.*) \|$"
_NONE = ("none", NOT_TOLD)
_LONGEST_CARD = 1 << 20
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What to evaluate. Without *validation* the first *frozen_share* of *logs* sets the thresholds.

    *policy* is the one whose rules are a baseline, None for none. *geo* are the databases for logs that state no place.
    """

    logs: Sequence[Source]
    model: Path
    card: Scorecard
    validation: Sequence[Source] = ()
    frozen_share: float = 0.5
    at: float = 0.02
    unseen: Sequence[str] = ()
    floors: Mapping[str, float] = field(default_factory=dict)
    policy: Policy | None = None
    log_format: str = importers.AUTO
    assume_verified: bool = False
    geo: tuple[Path, ...] = ()


def run(asked: Asked, note: Note = lambda *_: None) -> Json:
    """Return the document of the evaluation; BadInput where there is too little to say anything."""
    rows, told = _replayed(asked, asked.logs, "replaying", note)
    if asked.validation:
        before, told_before = _replayed(asked, asked.validation, "replaying the validation", note)
        frozen, judged = whole(before), whole(rows)
    else:
        told_before = None
        frozen, judged = split(rows, asked.frozen_share)
    note("counting", 0, 1)
    document = evaluate(frozen, judged, at=asked.at, unseen=asked.unseen, floors=asked.floors)
    note("counting", 1, 1)
    digest = sha256(asked.model.read_bytes()).hexdigest()
    made_of = {
        "model": {"id": asked.card.id, "file": asked.model.name, "sha256": digest},
        "logs": told,
        "validation": told_before,
        "frozen_share": None if asked.validation else asked.frozen_share,
    }
    return made_of | document


def unseen_of(model: Path) -> tuple[str, ...]:
    """Return the families that the card beside *model* says it was not fitted to; none where nothing says so."""
    card = model.with_suffix(".md")
    try:
        with card.open(encoding="utf-8", errors="replace") as file:
            found = search(_LEFT_OUT, file.read(_LONGEST_CARD), MULTILINE)
    except OSError:
        return ()
    names = found[1].split(",") if found else []
    return tuple(name.strip() for name in names if name.strip() not in _NONE)


def _replayed(asked: Asked, logs: Sequence[Source], label: str, note: Note) -> tuple[Successes, Json]:
    files = files_of(logs)
    log = Log(files, form=asked.log_format, note=lambda now: note("reading", now.read_bytes, now.total_bytes))
    number = 0

    def tick() -> None:
        nonlocal number
        number += 1
        if number % _TOLD_EVERY == 0:
            note(label, number, log.report.events)

    with closing(Shelf()) as shelf:
        past = Past(locator=GeoProvider(asked.geo), agents=UserAgents(), shelf=shelf)
        found = gather(
            log.events(), past, asked.card, policy=asked.policy, assume_verified=asked.assume_verified, tick=tick
        )
    unread = log.unread.events + log.report.unreadable
    told = {"events": number, "unread": unread, "passed_over": dict(log.passed_over.most_common())}
    return found, {"files": [_file(each) for each in files], **told}


def _file(source: Source) -> Json:
    """Return the name and the digest of a file; what came through a pipe has none."""
    if not isinstance(source, Path) or not source.is_file():
        return {"name": str(source), "sha256": None}
    digest = sha256()
    with source.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return {"name": source.name, "sha256": digest.hexdigest()}
