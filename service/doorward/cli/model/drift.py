"""`doorward model drift`: whether genuine sign-ins still look as the model expects them to."""

import json
import os
import time
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import format_option, show
from doorward.cli.model.source import record_options, records_of
from doorward.cli.rules.backtest import Share
from doorward.risk.model_file import load_scorecard
from doorward.risk.stability import MOVED
from doorward.settings import load

OVER_BOUND = 1


@click.command()
@record_options
@click.option(
    "--model",
    "model_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The model to compare with; the service's own unless given.",
)
@click.option(
    "--bound", type=click.FloatRange(min=0), default=MOVED, show_default=True, help="Fail where an index is larger."
)
@click.option("--target", type=Share(), help="Fail where more genuine sign-ins are challenged, such as 5%.")
@format_option
@click.pass_context
def drift(
    ctx: click.Context,
    /,
    model_file: Path | None,
    bound: float,
    target: float | None,
    form: str,
    **which: Any,
) -> None:
    """Compare the genuine sign-ins of a period with those that the model was trained on.

    The index is the population stability index: below 0.1 nothing has moved, from 0.25 on it has. That of `score`
    compares the scores with what they mean, and needs no training data in the model.

    Exit status: 0 within the bounds, 1 over one, 2 the command or a file is wrong.
    """
    from doorward.offline.drift import Drift, over

    found = Drift(load_scorecard(model_file or load(os.environ).model))
    for record in records_of(**which, now=time.time()):
        found.take(record)
    document = found.to_json() | {"bound": bound, "target": target}
    beyond = over(document, bound=bound, target=target)
    if form == "json":
        click.echo(json.dumps(document | {"over": beyond}, indent=2, ensure_ascii=False))
    else:
        _tell(document)
    for sentence in beyond:
        click.echo(f"over the bound: {sentence}", err=True)
    ctx.exit(OVER_BOUND if beyond else 0)


def _tell(document: dict[str, Any]) -> None:
    click.echo(f"model             {document['model']}")
    click.echo(f"genuine sign-ins  {document['genuine']} of {document['records']} records")
    for name in ("challenge_rate", "deny_rate", "pass_rate"):
        click.echo(f"{name.replace('_', ' '):<17} {percent(document[name])}")
    for least, share in document["score_at_least"].items():
        click.echo(f"score {least} or more  {percent(share)}, where {100 - int(least)} % are expected")
    if not document["has_training"]:
        click.echo("The model does not tell how its features lay in training: only the scores are compared.")
    if document["scored_by_other_models"]:
        click.echo(f"{document['scored_by_other_models']} were scored by another model, and their scores are left out.")
    click.echo("")
    show(document["indices"], ("name", "index", "sign_ins"), "text")


def percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"
