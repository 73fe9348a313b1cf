"""`doorward store bind`: what an earlier version has kept is bound to its place, so that this one reads it."""

import json
import time
from typing import Any

import click

from doorward.cli.common import format_option, opened, prepared_settings, printable
from doorward.cli.store_moves import progress
from doorward.ports import ApiKeyRow


@click.command()
@click.option("--apply", is_flag=True, help="Do it; without, only what would be done is told.")
@format_option
def bind(apply: bool, form: str) -> None:
    """Bind what a version from before record 24 has kept to its place in the store; once, and then never again.

    Such a version's sealed values could be moved from one subject to another, and its API keys made by whoever can
    write to the store: this one reads neither. Stop every service first, back the store up, look at the keys that are
    told, and revoke those that you do not know: with --apply they become good. A store that others may have written to
    should not be bound. What is bound already stays as it is.
    """
    from doorward.binding import bind as bind_all
    from doorward.sealing import AesGcmSealer, load_keys
    from doorward.store_opening import refuse_other_secrets, ring_of

    settings = prepared_settings()
    sealer = AesGcmSealer(load_keys(settings.encryption_keys or ""))
    with opened(settings) as store:
        store.look()
        refuse_other_secrets(store, settings)
        made = bind_all(store, sealer, ring_of(store, settings), apply=apply, now=time.time(), progress=progress)
    told = {
        "applied": apply,
        "done": dict(made.done),
        "unreadable": dict(made.unreadable),
        "keys": [_key(key) for key in made.keys],
    }
    click.echo(json.dumps(told, ensure_ascii=False) if form == "json" else "\n".join(_lines(told)))
    if made.unreadable:
        click.get_current_context().exit(1)


def _key(row: ApiKeyRow) -> dict[str, Any]:
    return {"id": row.id, "tenant": row.tenant, "scopes": list(row.scopes), "label": row.label}


def _lines(told: dict[str, Any]) -> list[str]:
    what = "bound" if told["applied"] else "to bind"
    lines = [f"{kind:15} {number} {what}" for kind, number in told["done"].items()]
    lines += [f"{kind:15} {number} cannot be opened" for kind, number in told["unreadable"].items()]
    for key in told["keys"]:
        scopes = ",".join(key["scopes"])
        lines.append(printable(f"api key {what}: {key['id']}, tenant {key['tenant']}, {scopes}, '{key['label']}'"))
    if not lines:
        return ["Everything is bound."]
    return lines if told["applied"] else [*lines, "Nothing was changed: say --apply to do it."]
