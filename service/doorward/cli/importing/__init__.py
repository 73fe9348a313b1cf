"""`doorward import`: what another system knows of a tenant's people, brought in before their first day here."""

import click

from doorward.cli.importing.authenticators import authenticators
from doorward.cli.importing.history import history

COMMANDS = (authenticators, history)


@click.group(name="import")
def importing() -> None:
    """Bring in what another system knows: authenticators, and sign-ins to learn from.

    Nothing is written without --apply.
    """


for command in COMMANDS:
    importing.add_command(command)
