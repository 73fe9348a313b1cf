"""The store that is brought into: accepted, made with our secrets, and perhaps in use by a service."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import click

from doorward.adopting import AdoptionDesk, Progress
from doorward.api_keys import is_tenant_name
from doorward.authenticators import adopters
from doorward.cli.common import Refused, opened
from doorward.ports import Store
from doorward.sealing import AesGcmSealer, load_keys
from doorward.settings import Settings
from doorward.store_opening import refuse_other_secrets
from doorward.store_secrets import is_new, knows_key
from doorward.subjects import Subjects
from doorward.tenants import Tenants
from doorward.wiring_sources import hasher

T = TypeVar("T")


def _named(_: click.Context, __: click.Parameter, tenant: str) -> str:
    if not is_tenant_name(tenant):
        raise click.BadParameter("is no name of a tenant")
    return tenant


tenant_option = click.option(
    "--tenant", default="default", show_default=True, callback=_named, help="Whose subjects they are."
)


@contextmanager
def opened_for_import(
    settings: Settings, tenant: str, origin: str, *, apply: bool, now: float
) -> Iterator[AdoptionDesk]:
    """Open the store of *settings*, and yield what binds in it."""
    tenants = Tenants(settings.rules_dir)
    tenants.load_all(now)
    with opened_to_write(settings, apply=apply) as store:
        subjects = Subjects(
            store, AesGcmSealer(load_keys(settings.encryption_keys or "")), hasher(settings.secret or b"")
        )
        types = adopters(phone_prefixes=settings.phone_prefixes)
        yield AdoptionDesk(subjects, types, tenants.realm(tenant, now), origin)


@contextmanager
def opened_to_write(settings: Settings, *, apply: bool) -> Iterator[Store]:
    """Open the store of *settings* where it is accepted and made with our secrets, and close it."""
    with opened(settings) as store:
        store.look()
        check_secrets(store, settings, next(iter(load_keys(settings.encryption_keys or ""))), apply=apply)
        yield store


def check_secrets(store: Store, settings: Settings, key_id: str, *, apply: bool) -> None:
    """Refuse secrets that are not those of the store; a new one takes ours with the first that is written."""
    if is_new(store):
        if apply:
            refuse_other_secrets(store, settings)
        return
    if not knows_key(store, key_id):
        raise Refused(f"no service has started with the key '{key_id}' yet, and none could open what it seals")
    refuse_other_secrets(store, settings)


def shown_progress(what: str) -> Progress:
    """Return what hands things on, and shows on a terminal how far it is."""

    def each(things: Sequence[T]) -> Iterable[T]:
        if not sys.stderr.isatty():
            yield from things
            return
        with click.progressbar(things, label=what, file=sys.stderr) as bar:
            yield from bar

    return each
