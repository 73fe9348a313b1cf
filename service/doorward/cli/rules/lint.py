"""`doorward rules lint`: everything that is wrong with a policy, or probably not meant."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from doorward.cli.errors import FAILED
from doorward.cli.rules.files import PolicyFile, TenantFile, rule_files
from doorward.cli.rules.tested import untested
from doorward.policy.findings import ERROR, WARNING, Finding, in_order
from doorward.settings import load

_COLOURS = {ERROR: "red", WARNING: "yellow"}


class _Found(NamedTuple):
    """One finding, and the file that it is in."""

    path: Path
    finding: Finding


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--strict", is_flag=True, help="Fail where there are warnings, too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="Lines for people, one JSON array for programs, or annotations of a GitHub workflow.",
)
@click.pass_context
def lint(ctx: click.Context, path: Path | None, strict: bool, form: str) -> None:
    """Report all mistakes and doubts in PATH: a policy, a tenant.yaml, or a folder with those below it.

    Without PATH it is the folder of DOORWARD_RULES_DIR. docs/linting.md describes every check.
    Exit status: 0 nothing or warnings alone, 1 an error (with --strict also a warning), 2 nothing to check.
    """
    files = rule_files(path or load(os.environ).rules_dir)
    found = [_Found(file.path, finding) for file in files for finding in _findings(file)]
    _FORMS[form](found)
    errors, warnings = (sum(each.finding.severity == kind for each in found) for kind in (ERROR, WARNING))
    if form == "text":
        parts = (_counted(len(files), "file"), _counted(errors, "error"), _counted(warnings, "warning"))
        click.echo("{}: {}, {}".format(*parts), err=True)
    ctx.exit(FAILED if errors or (strict and warnings) else 0)


def _findings(file: PolicyFile | TenantFile) -> Sequence[Finding]:
    if isinstance(file, TenantFile):
        return file.findings()
    made = file.compile()
    return in_order((*made.findings, *untested(made.policy, file.path))) if made.policy else made.findings


def _as_text(found: Sequence[_Found]) -> None:
    """Print a line for each finding; click takes the colours out where no terminal shows them."""
    for path, finding in found:
        severity = click.style(f"{finding.severity}:", fg=_COLOURS[finding.severity], bold=True)
        place, _, rest = _plain(f"{finding}").partition(f" {finding.severity}:")
        click.echo(f"{_plain(str(path))}:{place} {severity}{rest}")


def _as_json(found: Sequence[_Found]) -> None:
    rows = [{"file": str(path)} | finding.to_json() for path, finding in found]
    click.echo(json.dumps(rows, indent=2, ensure_ascii=False))


# What a workflow command would take for its own.
_IN_MESSAGES = "%\r\n"
_IN_PROPERTIES = _IN_MESSAGES + ":,"


def _as_github(found: Sequence[_Found]) -> None:
    for path, finding in found:
        values = {"file": str(path), "line": finding.line, "col": finding.column, "title": finding.code}
        properties = ",".join(f"{key}={_escaped(value, _IN_PROPERTIES)}" for key, value in values.items())
        message = (f"rule '{finding.rule}': " if finding.rule else "") + finding.message
        click.echo(f"::{finding.severity} {properties}::{_escaped(message, _IN_MESSAGES)}")


_FORMS = {"text": _as_text, "json": _as_json, "github": _as_github}


def _escaped(value: object, signs: str) -> str:
    """Return *value* with *signs* as a workflow command writes them: a per cent sign and two hexadecimal digits."""
    return re.sub(f"[{signs}]", lambda match: f"%{ord(match[0]):02X}", str(value))


def _plain(text: str) -> str:
    """Return *text* without what could move the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
