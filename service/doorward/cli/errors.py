"""Expected errors as plain lines on standard error; only what is a bug shows a traceback."""

import os
import sys
from typing import Any

import click

from doorward.core.errors import BadInput, DoorwardError
from doorward.settings import SettingsError

FAILED = 1
USAGE = 2


class RulesRefused(DoorwardError):
    """There are policies that do not pass; *findings* holds a line for each mistake, with its file and place."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


class PlainErrors(click.Group):
    """A group whose commands end with a line for each mistake instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DoorwardError as wrong:
            for line in lines_of(wrong):
                click.echo(line, err=True)
            ctx.exit(USAGE if isinstance(wrong, SettingsError | BadInput) else FAILED)
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough; nothing may be written at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(FAILED)


def lines_of(wrong: DoorwardError) -> list[str]:
    """Return one line for each mistake that *wrong* carries; one in a file begins with its place."""
    if isinstance(wrong, RulesRefused):
        return wrong.findings
    if isinstance(wrong, SettingsError):
        return [f"doorward: {mistake}" for mistake in wrong.mistakes]
    if isinstance(wrong, BadInput):
        return [f"doorward: {mistake.detail}" for mistake in wrong.mistakes]
    return [f"doorward: {line}" for line in str(wrong).splitlines()]
