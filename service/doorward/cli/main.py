"""`doorward`: the group of all commands."""

import click

from doorward import __version__
from doorward.cli.errors import PlainErrors
from doorward.cli.event_logs import logs
from doorward.cli.geodata import geodata
from doorward.cli.importing import importing
from doorward.cli.keys import keys
from doorward.cli.model import model
from doorward.cli.records import records
from doorward.cli.rules import rules
from doorward.cli.sandbox import sandbox
from doorward.cli.serve import serve
from doorward.cli.settings import settings
from doorward.cli.store import store
from doorward.cli.world import world

COMMANDS = (serve, sandbox, rules, logs, importing, world, model, keys, records, store, geodata, settings)


@click.group(cls=PlainErrors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="doorward")
def main() -> None:
    """Doorward decides how sure a system must be of who is at the door.

    Settings come from DOORWARD_* environment variables; `doorward settings` lists them.
    Exit status: 0 done, 1 failed, 2 the command or a setting is wrong.
    """


for command in COMMANDS:
    main.add_command(command)
