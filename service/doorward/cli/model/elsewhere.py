"""`doorward model elsewhere`: what a model is worth in worlds unlike those that it was trained on."""

import json
import os
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import format_option
from doorward.cli.rules.progress import Progress
from doorward.cli.world import MOST_SEED, MOST_USERS, needed

FEWEST_USERS = 200
MOST_WORKERS = 64


@click.command()
@click.argument("names", nargs=-1, metavar="[WORLD]...")
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The model to evaluate; the service's own unless given.",
)
@click.option(
    "--seed", type=click.IntRange(0, MOST_SEED), default=61, show_default=True, help="None that it was trained on."
)
@click.option(
    "--users", type=click.IntRange(FEWEST_USERS, MOST_USERS), default=2500, show_default=True, help="Of each world."
)
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True, help="Worlds at a time.")
@format_option
def elsewhere(names: tuple[str, ...], model: Path | None, form: str, **sizes: Any) -> None:
    """Make worlds that differ in one way each, replay them, and tell what a model catches there at 2 %.

    WORLD names some of them; all unless given. `doorward world unlike` says how each differs, docs/evidence.md what
    every column is.

    Exit status: 0 done, 2 the command or a file is wrong.
    """
    from doorward.settings import load

    evidence = needed("doorward.offline.evidence.elsewhere")
    known = [case.name for case in evidence.CASES]
    for name in names:
        if name not in known:
            raise click.BadParameter(f"'{name}' is none of {', '.join(known)}", param_hint="WORLD")
    asked = evidence.Asked(model=model or Path(load(os.environ).model), names=names, **sizes)
    found = []
    with Progress() as progress:
        for each in evidence.figures(asked):
            found.append(each)
            progress.at("worlds", len(found), len(names) or len(known))
    if form == "json":
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(evidence.table(found)))
