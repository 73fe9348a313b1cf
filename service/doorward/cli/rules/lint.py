"""`doorward rules lint`: everything that is wrong with a policy, or probably not meant."""

import json
from pathlib import Path

import click

from doorward.cli.common import format_option
from doorward.cli.rules.files import policy_files
from doorward.policy.findings import ERROR


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=Path("rules"))
@format_option
@click.pass_context
def lint(ctx: click.Context, path: Path, form: str) -> None:
    """Report all mistakes and doubts in the policies of PATH, a file or a folder.

    Exit status: 0 no mistake, 1 a mistake, 2 nothing to check.
    """
    rows = [
        {"file": str(file.path)} | finding.to_json() | {"text": f"{file.path}:{finding}"}
        for file in policy_files(path)
        for finding in file.compile().findings
    ]
    if form == "json":
        click.echo(json.dumps([{k: v for k, v in row.items() if k != "text"} for row in rows], indent=2))
    else:
        for row in rows:
            click.echo(row["text"])
    ctx.exit(1 if any(row["severity"] == ERROR for row in rows) else 0)
