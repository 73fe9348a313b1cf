"""`doorward store`: look at the store, and take one into use that came back empty, or from another time."""

import json
import time
from typing import Any

import click

from doorward import acceptance
from doorward.cli.binding import bind
from doorward.cli.common import agreed, format_option, opened, prepared_settings
from doorward.cli.store_moves import backup, migrate, restore
from doorward.core.epoch import Epoch
from doorward.core.store_url import is_redis, without_secrets
from doorward.core.times import rfc3339
from doorward.settings import Settings


@click.group()
def store() -> None:
    """Look at the store, accept it, back it up, restore it, move it elsewhere.

    A Redis that is new, came back empty or came back from an older dump is not used until an operator says
    `doorward store accept`: everybody would read as not enrolled, and spent codes as fresh.
    """


@store.command(name="status")
@format_option
def status_(form: str) -> None:
    """Show what the store is, and whether it is accepted.

    Exit status 1 where it cannot be used.
    """
    settings = prepared_settings()
    with opened(settings) as found:
        told = _kind(settings) | acceptance.status(found, time.time())
    if form == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(told)))
    if not told["accepted"]:
        click.get_current_context().exit(1)


@store.command(name="accept")
@click.option("--if-new", is_flag=True, help="Do nothing where it is accepted; refuse one known to have lost data.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def accept_(if_new: bool, yes: bool, form: str) -> None:
    """Use the store as it is, from now on.

    Needed once when a Redis is set up, and after it lost data and nothing better can be restored. The store is given a
    new name. Services that run on it answer in full again within seconds, without a restart.
    """
    settings = prepared_settings()
    with opened(settings) as found:
        told = found.sighting()
        if if_new and (epoch := acceptance.accepted_before(told)):
            _tell(epoch, "Nothing was done: it is accepted already, as {name}.", form)
            return
        _explain(settings, acceptance.lost(told, time.time()))
        if not yes:
            agreed(f"Accept {without_secrets(settings.store)} as it is?")
        epoch = acceptance.accept(found, time.time())
    _tell(epoch, "Accepted as {name}. Services that run on it take it over by themselves.", form)


def _tell(epoch: Epoch, sentence: str, form: str) -> None:
    if form == "json":
        accepted_at = rfc3339(epoch.accepted_at) if epoch.accepted_at else None
        click.echo(json.dumps({"name": epoch.name, "accepted_at": accepted_at}))
    else:
        click.echo(sentence.format(name=epoch.name))


def _kind(settings: Settings) -> dict[str, Any]:
    kind = "redis" if is_redis(settings.store) else "sqlite"
    return {"kind": kind, "address": without_secrets(settings.store)}


def _explain(settings: Settings, lost: str) -> None:
    click.echo(f"{without_secrets(settings.store)}: {lost}.\n", err=True)
    click.echo("\n".join(acceptance.MEANS) + "\n", err=True)


def _lines(told: dict[str, Any]) -> list[str]:
    """Return a line for each thing that is told."""
    accepted = {True: "yes", False: "no", None: "unknown"}[told["accepted"]]
    newest = f"{told['newest']} ({told['age_seconds']} s ago)" if told["newest"] else "-"
    lines = [
        f"store         {told['address']} ({told['kind']})",
        f"reachable     {'yes' if told['reachable'] else 'no'}",
        f"accepted      {accepted}" + (f", at {told['accepted_at']}" if told["accepted_at"] else ""),
        f"name          {told['name'] or '-'}",
        f"newest beat   {newest}",
    ]
    lines += [f"reason        {told['reason']}"] if told["reason"] else []
    lines += [f"warning       {warning}" for warning in told["warnings"]]
    return lines + [f"{kind:13} {number}" for kind, number in told["sizes"].items()]


for command in (backup, restore, migrate, bind):
    store.add_command(command)
