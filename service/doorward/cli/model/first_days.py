"""`doorward model first-days`: what scores promise a new tenant, and what comes, day by day."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import format_option, show
from doorward.cli.rules.progress import Progress

MOST_DAYS = 366
TOLD_EVERY = 500


@click.command("first-days")
@click.argument("logs", nargs=-1, required=True)
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The model to score by; the service's own unless given.",
)
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True, help="How many days.")
@click.option("--log-format", default="auto", show_default=True, help="`doorward logs formats` lists them.")
@click.option("--assume-success-verified", is_flag=True, help="Learn from successes where the log cannot tell.")
@format_option
@click.pass_context
def first_days(ctx: click.Context, /, logs: tuple[str, ...], days: int, form: str, **options: Any) -> None:
    """Tell how many genuine sign-ins of LOGS reach the scores 99, 98, 95 and 90 on each of the first days.

    1, 2, 5 and 10 % should. `model` is by the model's own quantiles, `own` by the tenant's own scale as it would have
    blended in, where everybody genuine who is asked for a second step passes; `weight` is its share in the score.

    Exit status: 0 done, 1 there was no genuine sign-in, 2 the command or a file is wrong.
    """
    from doorward.offline.evidence.first_days import MODEL, OWN
    from doorward.offline.evidence.first_days import first_days as followed
    from doorward.offline.scored import Log, scored
    from doorward.offline.shelf import Shelf
    from doorward.risk.model_file import load_scorecard
    from doorward.settings import load

    settings = load(os.environ)
    card = load_scorecard(options["model"] or Path(settings.model))
    sources: list[Any] = [each if each == "-" else Path(each) for each in logs]
    with Progress() as progress, closing(Shelf()) as shelf:
        log = Log(
            sources,
            form=options["log_format"],
            note=lambda now: progress.at("reading", now.read_bytes, now.total_bytes),
        )
        told = scored(
            log.events(), _past(settings.geo, shelf), card, assume_verified=options["assume_success_verified"]
        )
        found = []
        for day in followed(told, card, days=days):
            found.append(day)
            progress.at("days", day.number, days)
    names = [f"{scale} {share}" for scale in (MODEL, OWN) for share in ("1%", "2%", "5%", "10%")]
    show([_row(day, names) for day in found], ("day", "sign_ins", "first", *names, "source", "weight"), form)
    ctx.exit(0 if any(day.sign_ins for day in found) else 1)


def _past(geo: tuple[Path, ...], shelf: Any) -> Any:
    from doorward.facts.agents import UserAgents
    from doorward.facts.networks import GeoProvider
    from doorward.offline.past import Past

    return Past(locator=GeoProvider(geo), agents=UserAgents(), shelf=shelf)


def _row(day: Any, names: list[str]) -> dict[str, Any]:
    """Return a day as it is shown; the shares are per cent of its genuine sign-ins."""
    number = max(1, day.sign_ins)
    shares = [round(100 * each / number, 2) for reached in day.reached.values() for each in reached]
    return {
        "day": day.number,
        "sign_ins": day.sign_ins,
        "first": round(100 * day.firsts / number, 1),
        **dict(zip(names, shares, strict=True)),
        "source": day.source,
        "weight": round(day.weight, 2),
    }
