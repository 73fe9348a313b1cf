"""`doorward records`: the decisions that were made, and why."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click

from doorward.cli.common import ago, format_option, prepared_settings, show
from doorward.cli.records_export import export
from doorward.services import RecordFilter, Records

COLUMNS = ("id", "decided_at", "outcome", "rule", "level", "score", "subject")
MOST_ROWS = 10_000
PAGE_ROWS = 100

tenant_option = click.option("--tenant", default="default", show_default=True, help="Whose decisions.")


@click.group()
def records() -> None:
    """List decisions and show why one was made."""


records.add_command(export)


@records.command(name="list")
@tenant_option
@click.option("--subject", default="", help="Only this subject's.")
@click.option("--outcome", type=click.Choice(["allow", "challenge", "deny"]), help="Only these.")
@click.option("--rule", default="", help="Only those that this rule decided.")
@click.option("--from", "since", help="Not before: 24h (ago), 7d (ago), 2027-01-31 or an RFC 3339 time.")
@click.option("--to", "until", help="Before this.")
@click.option("--limit", type=click.IntRange(1, MOST_ROWS), default=50, show_default=True)
@format_option
def list_(
    limit: int, form: str, tenant: str, outcome: str | None, since: str | None, until: str | None, **only: str
) -> None:
    """List decisions, the newest first."""
    now = time.time()
    query = RecordFilter(
        subject_id=only["subject"],
        outcome=outcome or "",
        rule=only["rule"],
        since=None if since is None else ago(since, now),
        until=None if until is None else ago(until, now),
    )
    with open_records() as found:
        rows = pages(found, tenant, query, limit=limit, now=now)
    show(rows, COLUMNS, form)


@records.command(name="show")
@click.argument("decision_id", metavar="ID")
@tenant_option
def show_(decision_id: str, tenant: str) -> None:
    """Show the whole record of decision ID (dec_…) as JSON, each rule's result included."""
    with open_records() as found:
        record = found.show(tenant, decision_id, time.time())
    click.echo(json.dumps(record, indent=2, ensure_ascii=False))


@contextmanager
def open_records() -> Iterator[Records]:
    """Build the use-cases on the store of the settings, and close it."""
    from doorward import wiring

    built = wiring.build(prepared_settings())
    try:
        yield built.services.records
    finally:
        built.store.close()


def pages(found: Records, tenant: str, query: RecordFilter, *, limit: int, now: float) -> list[dict[str, Any]]:
    """Return at most *limit* rows, turning pages as far as needed."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < limit:
        page = found.page(tenant, replace(query, cursor=cursor, limit=min(PAGE_ROWS, limit - len(rows))), now)
        rows += page["items"]
        cursor = page["next_cursor"]
    return rows[:limit]
