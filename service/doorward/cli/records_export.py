"""`doorward records export`: the records of a time as a file, for back-tests and training."""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO

import click

from doorward.cli.common import ago, prepared_settings
from doorward.ports import RecordQuery

TOLD_EVERY = 1000


@click.command()
@click.option("--tenant", default="default", show_default=True, help="Whose decisions.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write; .gz is compressed, - is standard output.",
)
@click.option("--from", "since", help="Not before: 24h (ago), 30d (ago), 2027-01-31 or an RFC 3339 time.")
@click.option("--to", "until", help="Before this.")
def export(out: Path, tenant: str, since: str | None, until: str | None) -> None:
    """Write the records of decisions as lines of JSON, with the policies that made them.

    The file holds addresses and subjects in clear, which the store keeps encrypted: only its owner may read it. It is
    what `doorward rules backtest` takes in its mode `recorded`.
    """
    from doorward import records_export, wiring
    from doorward.kept import KeptRecords
    from doorward.policy_texts import PolicyTexts

    now = time.time()
    query = RecordQuery(
        tenant,
        since=None if since is None else ago(since, now),
        until=None if until is None else ago(until, now),
    )
    built = wiring.build(prepared_settings())
    try:
        sealer = built.services.sealer
        lines = records_export.export(
            built.store,
            KeptRecords(built.store, sealer),
            PolicyTexts(built.store, sealer),
            built.scale_watch.scales,
            query,
            now,
        )
        number = 0
        with opened_for_writing(out) as file:
            for line in lines:
                file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n")
                number += "answer" in line
                if number % TOLD_EVERY == 0 and "answer" in line:
                    _tell(number)
    finally:
        built.store.close()
    click.echo(f"{number} records written", err=True)


@contextmanager
def opened_for_writing(path: Path) -> Iterator[IO[str]]:
    """Open *path* as text that only its owner can read, compressed where its name ends so; `-` is standard output."""
    if str(path) == "-":
        yield sys.stdout
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        if path.suffix == ".gz":
            # Without a name and a time in it, so that the same lines make the same file.
            with (
                gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
                TextIOWrapper(packed, encoding="utf-8") as file,
            ):
                yield file
        else:
            with os.fdopen(os.dup(raw.fileno()), "w", encoding="utf-8") as file:
                yield file


def _tell(number: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{number} records", err=True, nl=False)
