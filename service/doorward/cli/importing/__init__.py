"""`doorward import`: what another system knows of a tenant's people, brought in before their first day here."""

import click

from doorward.cli.importing.authenticators import authenticators

COMMANDS = (authenticators,)


@click.group(name="import")
def importing() -> None:
    """Bring in what another system knows: authenticators.

    Nothing is written without --apply.
    """


for command in COMMANDS:
    importing.add_command(command)
