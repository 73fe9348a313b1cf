"""`doorward keys`: make, list and revoke API keys; rotate the keys that sign and those that encrypt."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from doorward.api_keys import SCOPES, ApiKeyRing, is_valid
from doorward.cli.common import format_option, instant, prepared_settings, show
from doorward.cli.resealing import reseal
from doorward.core.errors import NotFound, SpendNotKept
from doorward.core.times import rfc3339
from doorward.ports import ApiKeyRow, Store

if TYPE_CHECKING:
    from doorward.signing_keys import SigningKey, SigningKeys

COLUMNS = ("id", "tenant", "label", "scopes", "state", "created_at", "expires_at")


@click.group()
def keys() -> None:
    """Make, list and revoke API keys, each shown once when it is made.

    Rotate the keys that sign assertions; seal again what is sealed under an older encryption key.
    """


@keys.command()
@click.option("--tenant", default="default", show_default=True, help="The tenant that the key belongs to.")
@click.option(
    "--scopes",
    default="decide,challenge",
    show_default=True,
    help=f"What it may do, separated by commas: {', '.join(SCOPES)} (admin: all of it).",
)
@click.option("--expires", help="When it ends: 30d, 12h, 2027-01-31 or 2027-01-31T12:00:00Z. Without: never.")
@click.option("--label", default="", help="A note for people, such as the system that uses it.")
@format_option
def create(tenant: str, scopes: str, expires: str | None, label: str, form: str) -> None:
    """Make a key and print it, once.

    The key goes to standard output, what is known of it to standard error, so that it can be piped away.
    """
    now = time.time()
    with open_ring() as (_, ring):
        row, key = ring.create(
            tenant=tenant,
            scopes=tuple(scope.strip() for scope in scopes.split(",") if scope.strip()),
            label=label,
            expires_at=None if expires is None else instant(expires, now),
            now=now,
        )
    if form == "json":
        click.echo(json.dumps(as_json(row, "valid") | {"key": key}, ensure_ascii=False))
        return
    click.echo(key)
    click.echo(f"{row.id} for tenant {row.tenant}: {', '.join(row.scopes)}. It is not shown again.", err=True)


@keys.command(name="list")
@click.option("--tenant", help="Only this tenant's.")
@format_option
def list_(tenant: str | None, form: str) -> None:
    """List keys, the newest last; never the keys themselves.

    «unproved» is one that no service with this DOORWARD_SECRET has made; it opens nothing.
    """
    now = time.time()
    with open_ring() as (store, ring):
        rows = sorted(store.keys(tenant), key=lambda row: row.created_at)
    told = [as_json(row, _state(row, ring, now)) for row in rows]
    if form == "json":
        show(told, COLUMNS, form)
        return
    show([each | {"scopes": ",".join(each["scopes"])} for each in told], COLUMNS, form)


@keys.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End the key ID (key_…) now. Workers that have just checked it believe it for 10 more seconds."""
    with open_ring() as (store, _):
        try:
            found = store.revoke_key(key_id, time.time())
        except SpendNotKept as lost:
            raise SpendNotKept(
                f"{key_id} is revoked, and a fail-over could bring it back ({lost}): revoke it again"
            ) from None
    if not found:
        raise NotFound(f"there is no key '{key_id}'")
    click.echo(f"{key_id} is revoked")


@keys.command()
@click.option("--tenant", default="default", show_default=True, help="Whose assertions.")
@click.option("--at-once", is_flag=True, help="For a key that somebody else has: every key before it verifies no more.")
def rotate(tenant: str, at_once: bool) -> None:
    """Make a new key to sign a tenant's assertions with.

    It is published at once and signs in five minutes; the one before verifies for another day. With --at-once it signs
    now, and what others have signed is refused as soon as the workers have noticed, within a minute.
    """
    from doorward.sealing import AesGcmSealer, load_keys
    from doorward.signing_keys import SigningKeys

    settings = prepared_settings()
    sealer = AesGcmSealer(load_keys(settings.encryption_keys or ""))
    with open_ring() as (store, _):
        keys_of_all = SigningKeys(store, sealer, algorithm=settings.signing_algorithm)
        if at_once:
            made = _replaced(keys_of_all, tenant)
            told = "now, and no other verifies"
        else:
            made = keys_of_all.rotate(tenant, time.time())
            told = "in five minutes"
    click.echo(f"{made.kid} ({made.algorithm}) signs for tenant {tenant} {told}")


def _replaced(keys_of_all: "SigningKeys", tenant: str) -> "SigningKey":
    try:
        return keys_of_all.replace(tenant, time.time())
    except SpendNotKept as lost:
        raise SpendNotKept(f"a fail-over could bring the keys of before back ({lost}): say it again") from None


keys.add_command(reseal)


@contextmanager
def open_ring() -> Iterator[tuple[Store, ApiKeyRing]]:
    """Open the store of the settings where it may be used, with what makes and proves its keys, and close it."""
    from doorward import store_opening

    settings = prepared_settings()
    store = store_opening.opened(settings)
    try:
        store.look()
        yield store, store_opening.ring_of(store, settings)
    finally:
        store.close()


def as_json(row: ApiKeyRow, state: str) -> dict[str, Any]:
    """Return what may be told of a key."""
    return {
        "id": row.id,
        "tenant": row.tenant,
        "label": row.label,
        "scopes": list(row.scopes),
        "state": state,
        "created_at": rfc3339(row.created_at),
        "expires_at": None if row.expires_at is None else rfc3339(row.expires_at),
    }


def _state(row: ApiKeyRow, ring: ApiKeyRing, now: float) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if not ring.is_proved(row):
        return "unproved"
    return "valid" if is_valid(row, now) else "expired"
