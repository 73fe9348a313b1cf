"""What several commands share: settings from the environment, instants as a person types them, tables."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import structlog

from doorward import logs
from doorward.core.errors import DoorwardError
from doorward.core.times import moment
from doorward.ports import Store
from doorward.secret_files import with_secrets
from doorward.settings import Settings, load

_LIFE = re.compile(r"([1-9][0-9]{0,4})([hd])\Z")
_UNIT_SECONDS = {"h": 3600, "d": 86400}

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people or one JSON array for programs.",
)


class Refused(DoorwardError):
    """The operator has not agreed, or cannot be asked."""


def prepared_settings() -> Settings:
    """Return the settings with their secrets, and send the log where they say; SettingsError with every mistake."""
    settings = load(os.environ)
    logs.configure(level=settings.log_level, form=settings.log_format)
    settings, made = with_secrets(settings)
    if made:
        structlog.get_logger().info("secrets_created", files=[str(file) for file in made])
    return settings


def agreed(question: str) -> None:
    """Return where a person says yes to *question*; Refused if not."""
    try:
        if click.confirm(question, err=True):
            return
    except click.Abort:
        raise Refused("nothing was changed: nobody answered; say --yes to go on without being asked") from None
    raise Refused("nothing was changed")


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store of *settings* as it is, accepted or not, and close it."""
    from doorward import store_opening

    found = store_opening.opened(settings)
    try:
        yield found
    finally:
        found.close()


def instant(text: str, now: float) -> float:
    """Read `30d`, `12h`, a date or an RFC 3339 time as seconds since 1970; a time without a zone is in UTC."""
    life = _LIFE.match(text)
    if life:
        return now + int(life[1]) * _UNIT_SECONDS[life[2]]
    try:
        return moment(text)
    except ValueError:
        raise click.BadParameter(f"expected 30d, 12h, 2027-01-31 or 2027-01-31T12:00:00Z, got '{text}'") from None


def ago(text: str, now: float) -> float:
    """Read an instant; `7d` is seven days before *now*."""
    at = instant(text, now)
    return 2 * now - at if text[-1:] in {"d", "h"} else at


def show(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: str) -> None:
    """Print *rows* as one JSON array, or their *columns* as an aligned table."""
    if form == "json":
        click.echo(json.dumps(list(rows), indent=2, ensure_ascii=False))
        return
    table = [list(columns), *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(columns))]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    return printable("-" if value is None or value == "" else str(value))


def printable(text: str) -> str:
    """Return *text* as one that cannot move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
