"""`doorward keys reseal`: what other encryption keys have sealed is sealed again under the first."""

import json
import time
from typing import Any

import click

from doorward.cli.common import Refused, format_option, opened, prepared_settings
from doorward.cli.store_moves import progress
from doorward.settings import Settings


@click.command()
@format_option
def reseal(form: str) -> None:
    """Seal everything again under the first key of DOORWARD_ENCRYPTION_KEYS, while the service goes on.

    Afterwards the keys behind it can be taken away, once nothing is left under them: that is told, and until then the
    exit status is 1. It may be broken off and run again at any time. First let every service start with the new key:
    one that does not have it could not open what is sealed under it.
    """
    from doorward.resealing import reseal as seal_again
    from doorward.sealing import AesGcmSealer, load_keys

    settings = prepared_settings()
    sealer = AesGcmSealer(load_keys(settings.encryption_keys or ""))
    with opened(settings) as store:
        store.look()
        _check(store, settings, sealer.current)
        made = seal_again(store, sealer, now=time.time(), progress=progress)
    told = {"key": sealer.current, "done": dict(made.done), "left": made.left, "unreadable": dict(made.unreadable)}
    click.echo(json.dumps(told) if form == "json" else "\n".join(_lines(told)))
    if not made.is_complete:
        click.get_current_context().exit(1)


def _check(store: Any, settings: Settings, key_id: str) -> None:
    """Refuse keys that are not the service's, and one that no service has started with."""
    from doorward.store_opening import refuse_other_secrets
    from doorward.store_secrets import knows_key

    if not knows_key(store, key_id):
        raise Refused(f"no service has started with the key '{key_id}' yet, and none could open what it seals")
    refuse_other_secrets(store, settings)


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"{kind:15} {number} sealed again under '{told['key']}'" for kind, number in told["done"].items()]
    for key, kinds in told["left"].items():
        lines += [f"{kind:15} {number} still under '{key}'{_hint(kind)}" for kind, number in kinds.items()]
    lines += [f"{kind:15} {number} cannot be opened by any key" for kind, number in told["unreadable"].items()]
    return lines if told["left"] else [*lines, f"Everything is sealed under '{told['key']}'."]


def _hint(kind: str) -> str:
    return ", and ends within a day" if kind == "idempotency" else ""
