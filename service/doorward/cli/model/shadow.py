"""`doorward model shadow-report`: what a shadow model said of the decisions of a period."""

import json
import time
from typing import Any

import click

from doorward.cli.common import format_option, show
from doorward.cli.model.drift import percent
from doorward.cli.model.source import record_options, records_of


@click.command(name="shadow-report")
@record_options
@click.option("--shadow", "name", default="", help="The shadow model's id.  [default: that of the newest decision]")
@format_option
def shadow_report(name: str, form: str, **which: Any) -> None:
    """Compare the model in force and its shadow (DOORWARD_SHADOW_MODEL), as they were recorded."""
    from doorward.offline.shadow_model import ShadowModelReport

    report = ShadowModelReport(name)
    for record in records_of(**which, now=time.time()):
        report.take(record)
    document = report.to_json()
    if form == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    click.echo(f"shadow model    {document['model'] or '-'}")
    click.echo(f"decisions       {document['compared']} of {document['records']} records")
    click.echo(f"same level      {percent(document['agreement'])}")
    distance = document["mean_distance"]
    click.echo(f"scores apart    {'-' if distance is None else distance} on average")
    click.echo("")
    show(document["levels"], ("kind", "live", "shadow", "decisions"), "text")
