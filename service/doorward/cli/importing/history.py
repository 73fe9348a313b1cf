"""`doorward import history`: the sign-ins of a log, learned as if they had come here."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import format_option, prepared_settings
from doorward.cli.event_logs import printable, reading_bar
from doorward.cli.importing.store import opened_to_write, tenant_option
from doorward.core.keyed import KeyedHash
from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline.event import BadEvent, read_event
from doorward.offline.importers import AUTO, IMPORTERS, MOST_SHOWN, Report, Unreadable, read
from doorward.offline.merging import Groups, Merged, merge
from doorward.offline.reading import STDIN, Source
from doorward.offline.spool import Spool
from doorward.offline.warming import NOT_TOLD, Sorting
from doorward.settings import Settings
from doorward.wiring_sources import hasher


@click.command()
@click.argument("logs", type=click.Path(path_type=Path), nargs=-1, required=True)
@tenant_option
@click.option(
    "--from",
    "shape",
    type=click.Choice([AUTO, *(each.name for each in IMPORTERS)]),
    default=AUTO,
    show_default=True,
    help="What the logs are; each file's first objects tell by themselves.",
)
@click.option("--apply/--dry-run", "apply", default=False, help="Learn, or only tell what would be (the default).")
@click.option(
    "--assume-success-verified",
    "assumed",
    is_flag=True,
    help="Learn from a success of which the log does not say whether it ended as verified.",
)
@format_option
def history(logs: tuple[Path, ...], tenant: str, shape: str, apply: bool, assumed: bool, form: str) -> None:
    """Learn from the sign-ins of LOGS, so that people are known here on their first day.

    Only what ended as verified is learned, no older than 180 days, once however often it is brought. Histories lose
    nothing by it. No device becomes known, for a log's names are no tokens, and the counts of the last hours are not
    made up for. The service may go on meanwhile.
    """
    now, settings = time.time(), prepared_settings()
    report = Report()
    with closing(Spool()) as spool, opened_to_write(settings, apply=apply) as store:
        reasons = _sorted(logs, shape, report, _sorting(settings, tenant, assumed=assumed, now=now), spool)
        merged = merge(store, tenant, spool, apply=apply, now=now, progress=_shown)
    told = _told(tenant, merged, reasons, report, applied=apply)
    click.echo(json.dumps(told, indent=2) if form == "json" else "\n".join(_lines(told)))
    for wrong in report.first:
        click.echo(f"doorward: {printable(str(wrong))}", err=True)
    click.get_current_context().exit(1 if report.unreadable else 0)


def _sorting(settings: Settings, tenant: str, *, assumed: bool, now: float) -> Sorting:
    marks: KeyedHash = hasher(settings.secret or b"")
    return Sorting(marks, tenant, GeoProvider(settings.geo), UserAgents(), assumed=assumed, now=now)


def _sorted(logs: Sequence[Path], shape: str, report: Report, sorting: Sorting, spool: Spool) -> Counter[str]:
    """Put what may be learned from into *spool*; return why the rest was left out."""
    reasons: Counter[str] = Counter()
    sources: list[Source] = ["-" if str(path) == STDIN else path for path in logs]
    with reading_bar() as note:
        for number, event in enumerate(read(sources, form=shape, report=report, note=note), 1):
            try:
                reason = sorting.put(read_event(event), spool)
            except BadEvent as wrong:
                report.unreadable += 1
                if len(report.first) < MOST_SHOWN:
                    report.first.append(Unreadable(("event", number), str(wrong)))
                continue
            if reason:
                reasons[reason] += 1
    return reasons + report.skipped


def _shown(groups: Groups, number: int) -> Groups:
    """Hand subjects on, and show on a terminal how far it is."""
    if not sys.stderr.isatty():
        yield from groups
        return
    with click.progressbar(groups, length=number, label="learning", file=sys.stderr) as bar:
        yield from bar


def _told(tenant: str, merged: Merged, reasons: Counter[str], report: Report, *, applied: bool) -> dict[str, Any]:
    return {
        "tenant": tenant,
        "applied": applied,
        "events": dict(merged.events.most_common()),
        "left_out": dict(reasons.most_common()),
        "unreadable": report.unreadable,
        "subjects": {"found": merged.subjects, "changed": merged.changed, "new": merged.new},
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    yield from _counted("sign-ins", told["events"])
    yield from _counted("left out", told["left_out"])
    if told["unreadable"]:
        yield f"unreadable  {told['unreadable']:>9}"
    subjects, done = told["subjects"], "learned of" if told["applied"] else "to learn of"
    yield f"subjects    {subjects['found']:>9}  of tenant {told['tenant']}"
    yield f"            {subjects['changed']:>9}  with something {done}, {subjects['new']} of them with nothing before"
    if told["left_out"].get(NOT_TOLD):
        yield "The log does not tell which successes were verified: --assume-success-verified takes them all."
    if not told["applied"]:
        yield "Nothing was written: --apply learns."


def _counted(what: str, counts: dict[str, int]) -> Iterable[str]:
    return [f"{what:10}  {number:>9}  {reason}" for reason, number in counts.items()]
