"""`doorward model`: scores of logs, own models, what they are worth, and whether a tenant's scores still fit."""

import click

from doorward.cli.model.drift import drift
from doorward.cli.model.elsewhere import elsewhere
from doorward.cli.model.evaluate import evaluate
from doorward.cli.model.first_days import first_days
from doorward.cli.model.scale import scale, thaw
from doorward.cli.model.score import score
from doorward.cli.model.shadow import shadow_report
from doorward.cli.model.train import train

COMMANDS = (score, train, evaluate, elsewhere, first_days, scale, thaw, drift, shadow_report)


@click.group()
def model() -> None:
    """Score logs, train and evaluate models, and look after those that score: an own scale, drift, a shadow model."""


for command in COMMANDS:
    model.add_command(command)
