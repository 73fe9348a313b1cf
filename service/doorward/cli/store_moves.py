"""`doorward store backup`, `restore` and `migrate`: what a store holds, brought elsewhere."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import click

from doorward import store_moves
from doorward.backup_file import open_backup
from doorward.cli.common import agreed, format_option, opened, prepared_settings
from doorward.core.store_url import without_secrets
from doorward.core.times import rfc3339
from doorward.row_kinds import ALL, ESSENTIAL, Row
from doorward.sealing import derive
from doorward.settings import Settings
from doorward.settings_parsers import store_url

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command()
@file_argument
@click.option(
    "--all", "everything", is_flag=True, help="Histories, records, devices, counts, proofs and challenges too."
)
@format_option
def backup(file: Path, everything: bool, form: str) -> None:
    """Write what cannot be had again to FILE, while the service goes on.

    Authenticators, API keys, run-time lists, signing keys and the texts of policies; with --all everything. What is
    sealed stays sealed, and the file is proved by DOORWARD_SECRET: keep that and the encryption keys elsewhere. A file
    that is there is not written over. Its mode is 0600.
    """
    settings = prepared_settings()
    kinds = ALL if everything else ESSENTIAL
    with opened(settings) as store:
        rows = store_moves.backup(store, file, kinds, now=time.time(), key=_key(settings), progress=progress)
    _tell(form, {"file": str(file), "rows": rows, "kinds": list(kinds)}, f"{rows} rows are in {file}.")


@click.command()
@file_argument
@click.option("--merge", is_flag=True, help="Into a store that holds something: what is there stays.")
@yes_option
@format_option
def restore(file: Path, merge: bool, yes: bool, form: str) -> None:
    """Bring the rows of FILE into the store of the settings, and accept that store.

    FILE is read to its end first: one that is cut off, altered or of another DOORWARD_SECRET changes nothing. Without
    --merge the store must be empty; with it, what is there stays as it is and only what is missing comes in.
    Meanwhile the store is refused to everybody else, and services decide degraded; they take it over by themselves. A
    restore that was broken off leaves it refused: run it again with --merge.
    """
    settings = prepared_settings()
    with open_backup(file, _key(settings)) as found, opened(settings) as store:
        written = f"{found.number} rows of {rfc3339(found.header.created_at)}"
        if not yes:
            agreed(f"Bring {written} into {without_secrets(settings.store)} and accept that?")
        came, there = store_moves.restore(store, found, merge=merge, now=time.time(), progress=progress)
    text = f"{came} rows came in, {there} were there. The store is accepted; services take it over by themselves."
    _tell(form, {"came": came, "were_there": there, "created_at": rfc3339(found.header.created_at)}, text)


@click.command()
@click.option("--from", "source", metavar="URL", help="The store to read from. Without: that of DOORWARD_STORE.")
@click.option("--to", "target", metavar="URL", required=True, help="The store to write to.")
@yes_option
@format_option
def migrate(source: str | None, target: str, yes: bool, form: str) -> None:
    """Copy one store into another, such as SQLite into Redis or back, and accept that.

    The old store goes on serving meanwhile. Everything is copied, then once more for what changed, then compared; what
    the old one does not hold is removed from the new one. What is written to the old store after that is NOT in the
    new one: enrolments, spent codes, histories. For a clean change: run it once while serving, stop the service, run it
    again, start the service with the new DOORWARD_STORE. It may be run as often as you like.

    @FILE in the place of a URL reads the URL from a file, so that a password is in no list of processes.
    """
    settings = prepared_settings()
    old = settings if source is None else replace(settings, store=_url("--from", source))
    new = replace(settings, store=_url("--to", target))
    if without_secrets(old.store) == without_secrets(new.store):
        raise click.BadParameter("is the store to read from", param_hint="--to")
    if not yes:
        agreed(f"Make {without_secrets(new.store)} hold what {without_secrets(old.store)} holds?")
    with opened(old) as reading, opened(new) as writing:
        moved = store_moves.migrate(reading, writing, now=time.time(), progress=progress)
    lines = [f"{kind:13} {number}" for kind, number in moved.rows.items()]
    lines += [f"{moved.removed} rows were removed that the old store does not hold"] if moved.removed else []
    lines += (
        [f"{moved.missing} rows were written meanwhile and are not there yet: run it again"] if moved.missing else []
    )
    _tell(form, asdict(moved), "\n".join([*lines, f"{without_secrets(new.store)} is accepted."]))


def progress(what: str, rows: Iterable[Row]) -> Iterable[Row]:
    """Hand *rows* on, and show on a terminal how many went by."""
    shown = sys.stderr.isatty()
    number = 0
    for number, row in enumerate(rows, 1):
        if shown and number % 500 == 0:
            click.echo(f"\r{what}: {number} rows", nl=False, err=True)
        yield row
    if shown:
        click.echo(f"\r{what}: {number} rows", err=True)


def _key(settings: Settings) -> bytes:
    return derive(settings.secret or b"", "backup")


def _url(option: str, text: str) -> str:
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text(encoding="utf-8").strip()
        return store_url(text)
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
        raise click.BadParameter(str(reason), param_hint=option) from None


def _tell(form: str, told: dict[str, object], text: str) -> None:
    click.echo(json.dumps(told, ensure_ascii=False) if form == "json" else text)
