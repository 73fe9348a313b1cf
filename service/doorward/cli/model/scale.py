"""`doorward model scale` and `thaw`: the tenants' own scales, and leave for one that is held to follow again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from doorward.cli.common import Refused, agreed, format_option, prepared_settings, show
from doorward.core.standing import Standing
from doorward.core.times import rfc3339
from doorward.own_scales import OwnScales

COLUMNS = ("tenant", "version", "n", "challenge_rate", "pass_rate", "held", "held_since")


@click.command()
@click.option("--tenant", default="default", show_default=True, help="Whose scale.")
@format_option
def scale(tenant: str, form: str) -> None:
    """Show which scale scores a tenant's sign-ins, and whether it follows them."""
    with _scales() as scales:
        standing = scales.standing(tenant, time.time())
    show([_row(standing)], COLUMNS, form)


@click.command()
@click.option("--tenant", default="default", show_default=True, help="Whose scale.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def thaw(tenant: str, yes: bool) -> None:
    """Let a tenant's own scale follow its sign-ins again, whatever holds it.

    The service makes the next version within a minute. What was learned meanwhile counts in it: label confirmed fraud
    first.
    """
    with _scales() as scales:
        standing = scales.standing(tenant, time.time())
        if not standing.held:
            raise Refused(f"nothing holds the scale of {tenant}")
        if not yes:
            agreed(f"held since {rfc3339(standing.held_since)}: {', '.join(standing.held)}. Let it follow?")
        scales.thaw(tenant)
    click.echo(f"the scale of {tenant} follows its sign-ins again")


@contextmanager
def _scales() -> Iterator[OwnScales]:
    from doorward import wiring

    built = wiring.build(prepared_settings())
    try:
        yield built.scale_watch.scales
    finally:
        built.store.close()


def _row(standing: Standing) -> dict[str, object]:
    return {
        "tenant": standing.tenant,
        "version": standing.version or None,
        "n": standing.n,
        "challenge_rate": _rounded(standing.challenge_rate),
        "pass_rate": _rounded(standing.pass_rate),
        "held": ", ".join(standing.held),
        "held_since": rfc3339(standing.held_since) if standing.held else None,
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
