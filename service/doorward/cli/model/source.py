"""Where the commands of `doorward model` take records from: the store, or files that `records export` has written."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import ago, opened, prepared_settings
from doorward.core.record import DecisionRecord
from doorward.kept import KeptRecords
from doorward.ports import RecordQuery
from doorward.sealing import AesGcmSealer, load_keys

PAGE_ROWS = 200
PERIOD = "30d"

Command = Callable[..., Any]


def record_options(command: Command) -> Command:
    """Add the options that say which records: `--tenant`, `--from`, `--to`, `--records`."""
    options = (
        click.option("--tenant", default="default", show_default=True, help="Whose decisions."),
        click.option("--from", "since", help="Not before: 24h (ago), 2027-01-31.  [default: 30d; of files all]"),
        click.option("--to", "until", help="Before this.  [default: now]"),
        click.option(
            "--records",
            "files",
            multiple=True,
            type=click.Path(exists=True, path_type=Path),
            help="A file of `records export` in place of the store; may be given again.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def records_of(
    tenant: str, since: str | None, until: str | None, files: Sequence[Path], *, now: float
) -> Iterator[DecisionRecord]:
    """Yield the records of the period; from *files*, where there are any, and otherwise from the store."""
    first = ago(since or PERIOD, now) if since or not files else 0.0
    last = now if until is None else ago(until, now)
    if files:
        yield from (each for each in _of_files(files) if first <= each.at < last)
        return
    settings = prepared_settings()
    with opened(settings) as store:
        kept = KeptRecords(store, AesGcmSealer(load_keys(settings.encryption_keys or "")))
        query = RecordQuery(tenant=tenant, since=first, until=last, limit=PAGE_ROWS)
        for row in kept.rows(query, now):
            yield kept.open(row)


def _of_files(files: Sequence[Path]) -> Iterator[DecisionRecord]:
    from doorward.offline.reading import LogFile, files_of
    from doorward.offline.record_file import RecordFile

    lines = (found for file in files_of(list(files)) for _, found in LogFile(file).entries())
    yield from RecordFile(lines, folder=None, complain=_tell).records()


def _tell(reason: str) -> None:
    click.echo(f"left out: {reason}", err=True)
