"""`doorward rules shadow-report`: what the candidate would have changed in the decisions of the last days."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from doorward.cli.common import ago, format_option, opened, prepared_settings
from doorward.cli.rules.shadow_text import lines
from doorward.core.errors import BadInput, Mistake, Unreadable
from doorward.core.times import rfc3339
from doorward.kept import KeptRecords
from doorward.offline.shadow_report import ShadowReport
from doorward.policies import NoPolicy, Policies
from doorward.ports import RecordQuery, RecordRow
from doorward.sealing import AesGcmSealer, load_keys
from doorward.settings import Settings

PAGE_ROWS = 200


@click.command(name="shadow-report")
@click.option("--tenant", default="default", show_default=True, help="Whose decisions.")
@click.option("--from", "since", default="7d", show_default=True, help="Not before: 24h (ago), 7d (ago), 2027-01-31.")
@click.option("--to", "until", help="Before this.  [default: now]")
@click.option("--candidate", default="", help="The candidate's digest, or how it begins.  [default: the present one's]")
@click.option("--subjects", is_flag=True, help="Name the subjects that would be touched most.")
@format_option
def shadow_report(tenant: str, since: str, until: str | None, candidate: str, subjects: bool, form: str) -> None:
    """Compare the policy in force and its candidate in the decisions of a period.

    The answers are counted as they were recorded; nothing is computed again.
    """
    now = time.time()
    first, last = ago(since, now), now if until is None else ago(until, now)
    if first >= last:
        raise BadInput([Mistake("--from must lie before --to")])
    settings = prepared_settings()
    query = RecordQuery(tenant=tenant, since=first, until=last, limit=PAGE_ROWS)
    wanted = candidate or _present(settings, tenant, now)
    report, unreadable = _counted(settings, query, wanted, subjects=subjects, exact=not candidate, now=now)
    period = {"tenant": tenant, "from": rfc3339(first), "to": rfc3339(last), "unreadable": unreadable}
    shown = period | report.to_json()
    click.echo(json.dumps(shown, indent=2, ensure_ascii=False) if form == "json" else "\n".join(lines(shown)))


def _present(settings: Settings, tenant: str, now: float) -> str:
    """Return the digest of the candidate that is there now; empty where there is none, or the folder does not pass."""
    try:
        candidate = Policies(settings.rules_dir).current(tenant, now).candidate
    except NoPolicy:
        return ""
    return candidate.digest if candidate else ""


def _counted(
    settings: Settings, query: RecordQuery, wanted: str, *, subjects: bool, exact: bool, now: float
) -> tuple[ShadowReport, int]:
    """Return the report, and the number of records that no key opens."""
    unreadable = 0
    with opened(settings) as store:
        kept = KeptRecords(store, AesGcmSealer(load_keys(settings.encryption_keys or "")))
        digest = wanted if exact else _whole(kept, query, wanted, now)
        report = ShadowReport(digest, subjects=subjects)
        for row in _with_progress(kept.rows(query, now), query):
            try:
                report.take(kept.open(row))
            except Unreadable:
                unreadable += 1
    return report, unreadable


def _whole(kept: KeptRecords, query: RecordQuery, beginning: str, now: float) -> str:
    """Return the newest recorded digest that begins so, with or without `sha256:`; BadInput where there is none."""
    for row in kept.rows(query, now):
        digest = kept.open(row).candidate_digest
        if digest and (digest.startswith(beginning) or digest.removeprefix("sha256:").startswith(beginning)):
            return digest
    raise BadInput([Mistake(f"no decision of the period was compared with a candidate '{beginning}'")])


def _with_progress(rows: Iterator[RecordRow], query: RecordQuery) -> Iterator[RecordRow]:
    """Yield *rows*, and show on a terminal how far back they reach; their number is not known beforehand."""
    last, first = query.until or 0.0, query.since or 0.0
    hidden: dict[str, Any] = {"hidden": not sys.stderr.isatty()}
    with click.progressbar(length=max(1, int(last - first)), label="reading", file=sys.stderr, **hidden) as bar:
        for row in rows:
            bar.update(max(0, int(last - row.at) - bar.pos))
            yield row
        bar.update(max(0, (bar.length or 0) - bar.pos))
