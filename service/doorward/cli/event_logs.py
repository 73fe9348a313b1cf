"""`doorward logs`: sign-in logs of other systems, read as Doorward's own events."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import click

from doorward.cli.common import format_option, show
from doorward.cli.records_export import opened_for_writing
from doorward.core.errors import BadInput, Mistake
from doorward.core.times import moment
from doorward.offline.importers import AUTO, IMPORTERS, Report, read
from doorward.offline.ordering import in_order
from doorward.offline.reading import STDIN, Source, files_of

STDOUT = Path("-")


@click.group()
def logs() -> None:
    """Read sign-in logs of other systems."""


@logs.command()
@format_option
def formats(form: str) -> None:
    """List the formats that can be read."""
    show([{"name": each.name, "what": each.doc} for each in IMPORTERS], ("name", "what"), form)


@logs.command()
@click.argument("paths", metavar="LOGS...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="OUT.jsonl, OUT.jsonl.gz or -.")
@click.option(
    "--format",
    "form",
    type=click.Choice([AUTO, *(each.name for each in IMPORTERS)]),
    default=AUTO,
    show_default=True,
    help="What the logs are; each file's first objects tell by themselves.",
)
@click.option("--sort", is_flag=True, help="Bring the events into the order of their time.")
@click.pass_context
def convert(ctx: click.Context, paths: tuple[Path, ...], target: Path, form: str, sort: bool) -> None:
    """Write the sign-ins of LOGS (files, folders, or - for standard input) to --to, one canonical event a line.

    Files may be gzip. What cannot be read is counted, shown with its place, and stops nothing. Where there is no
    sign-in at all, nothing is written.

    Exit status: 0 done, 1 there was no sign-in to read, 2 a path or an option is wrong.
    """
    sources: list[Source] = ["-" if str(path) == STDIN else path for path in paths]
    refuse_input_as_target(files_of(sources), target)
    report = Report()
    with reading_bar() as note:
        events = read(sources, form=form, report=report, note=note)
        write_events(in_order(events, _at) if sort else events, target)
    for line in summary(report, is_sorted=sort):
        click.echo(line, err=True)
    ctx.exit(0 if report.events else 1)


def _at(event: dict[str, Any]) -> float:
    return moment(event["at"])


def summary(report: Report, *, is_sorted: bool) -> Iterator[str]:
    """Say in lines what was read and what was not."""
    files = ", ".join(f"{name} {count}" for name, count in sorted(report.formats.items()))
    yield f"{report.events} events" + (f" (files: {files})" if files else "")
    for reason, count in report.skipped.most_common():
        yield f"skipped {count}: {reason}"
    if report.unreadable:
        shown = len(report.first)
        yield f"unreadable {report.unreadable}" + (f", the first {shown}:" if report.unreadable > shown else ":")
        yield from (f"  {printable(str(wrong))}" for wrong in report.first)
    if report.backwards and not is_sorted:
        yield f"{report.backwards} events are earlier than the one before: --sort brings them into the order of time"


def refuse_input_as_target(files: list[Source], target: Path) -> None:
    """BadInput where *target* is one of *files*."""
    if target != STDOUT and target.exists() and any(target.samefile(file) for file in files if isinstance(file, Path)):
        raise BadInput([Mistake(f"'{target}' is one of the logs that would be read")])


@contextmanager
def reading_bar() -> Iterator[Any]:
    """Give what shows the progress, on a terminal; elsewhere nothing is shown."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=100, file=sys.stderr, label="reading", hidden=hidden) as bar:

        def note(told: Report) -> None:
            if told.total_bytes:
                bar.update(min(100, told.read_bytes * 100 // told.total_bytes) - bar.pos)

        yield note


def write_events(events: Iterable[dict[str, Any]], target: Path) -> None:
    """Write *events*; where there are none, nothing is written."""
    coming = iter(events)
    first = next(coming, None)
    if first is None:
        return
    with written_whole(target) as file:
        for event in chain((first,), coming):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


@contextmanager
def written_whole(target: Path) -> Iterator[IO[str]]:
    """Open *target* to be written whole or not at all: an old file stays until the new one is there."""
    part = _part_of(target)
    try:
        with opened_for_writing(part) as file:
            yield file
        if part != target:
            part.replace(target)
    except BrokenPipeError:
        raise  # the reader has seen enough
    except OSError as wrong:
        raise BadInput([Mistake(f"cannot write '{target}': {wrong.strerror}")]) from None
    finally:
        if part != target:
            part.unlink(missing_ok=True)


def refuse_unwritable(target: Path) -> None:
    """BadInput where *target* could not be written, told before there is anything to lose; it stays as it is."""
    part = _part_of(target)
    if part == STDOUT:
        return
    try:
        with opened_for_writing(part):
            pass
        part.unlink()
    except OSError as wrong:
        raise BadInput([Mistake(f"cannot write '{target}': {wrong.strerror}")]) from None


def _part_of(target: Path) -> Path:
    return target if target == STDOUT else target.with_name(f".part-{target.name}")


def printable(text: str) -> str:
    """Return *text* without what could move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
