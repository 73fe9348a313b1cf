"""`doorward model`: what the scores of a tenant rest on, whether that still fits, and what another model would say."""

import click

from doorward.cli.model.drift import drift
from doorward.cli.model.scale import scale, thaw
from doorward.cli.model.shadow import shadow_report

COMMANDS = (scale, thaw, drift, shadow_report)


@click.group()
def model() -> None:
    """Look after the model that scores: a tenant's own scale, drift, a shadow model."""


for command in COMMANDS:
    model.add_command(command)
