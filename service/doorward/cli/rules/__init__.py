"""`doorward rules`: write, check and try policies, without a service that runs."""

import click

from doorward.cli.rules.backtest import backtest
from doorward.cli.rules.explain import explain
from doorward.cli.rules.lint import lint
from doorward.cli.rules.promote import history, promote, rollback
from doorward.cli.rules.schema import schema
from doorward.cli.rules.shadow_report import shadow_report
from doorward.cli.rules.test import test

COMMANDS = (lint, schema, test, backtest, explain, shadow_report, promote, rollback, history)


@click.group()
def rules() -> None:
    """Check policies before they decide anything."""


for command in COMMANDS:
    rules.add_command(command)
