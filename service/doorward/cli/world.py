"""`doorward world`: sign-ins of people and attackers who do not exist, and whether they look as they should."""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from doorward.cli.common import format_option, show
from doorward.cli.event_logs import write_events
from doorward.cli.rules.progress import Progress
from doorward.core.errors import BadInput, DoorwardError, Mistake

OUTSIDE = 1
TOLD_EVERY = 1000
EXTRA = {"numpy", "sklearn"}
REALISTIC, RBA_LIKE = "realistic", "rba_like"
FIRST_YEAR, LAST_YEAR = 1970, 2100
MOST_USERS, MOST_DAYS, MOST_SEED = 1_000_000, 3650, 2**63 - 1

log_path = click.Path(exists=True, dir_okay=False, path_type=Path)
profile_option = click.option(
    "--profile", type=click.Choice([REALISTIC, RBA_LIKE]), default=REALISTIC, show_default=True, help="Which world."
)
users_option = click.option(
    "--users", type=click.IntRange(1, MOST_USERS), default=6000, show_default=True, help="How many people."
)
days_option = click.option(
    "--days", type=click.IntRange(7, MOST_DAYS), default=240, show_default=True, help="How long it lasts."
)


class Differences(click.ParamType[tuple[str, ...]]):
    """Ways in which a world differs, as a person lists them: `mobile,no-tokens`."""

    name = "differences"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        from doorward.offline.worlds.unlike import UNLIKE

        names = tuple(each.strip() for each in str(value).split(",") if each.strip())
        for name in names:
            if name not in UNLIKE:
                self.fail(f"'{name}' is no way to differ; `doorward world unlike` lists them", param, ctx)
        return names


@click.group()
def world() -> None:
    """Make sign-ins whose truth is known, for training and for judging; see docs/world.md."""


@world.command()
@profile_option
@click.option("--seed", type=click.IntRange(0, MOST_SEED), required=True, help="Another seed is another world.")
@users_option
@days_option
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="2026-01-01", show_default=True, help="First day.")
@click.option("--attackers/--no-attackers", default=True, show_default=True, help="With them, or the people alone.")
@click.option("--unlike", type=Differences(), default="", help="How it differs: see `doorward world unlike`.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="OUT.jsonl, OUT.jsonl.gz or -.")
def generate(start: datetime, out: Path, **which: Any) -> None:
    """Write a world's sign-ins to --out, one canonical event a line, in the order of time.

    The same options give the same events with the same version of numpy. Exit status: 0 done, 1 failed, 2 an option
    is wrong.
    """
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise click.BadParameter(f"expected a day from {FIRST_YEAR} to {LAST_YEAR}", param_hint="--start")
    worlds = needed("doorward.offline.worlds.world")
    asked = worlds.Asked(start=start.date(), **which)
    with Progress() as progress:
        made = worlds.World(asked, note=progress.at)
        write_events(made.events(), out)
    counts = made.counts()
    total, passed = (sum(column) for column in zip(*counts.values(), strict=True)) if counts else (0, 0)
    click.echo(f"{total} events, {passed} successes", err=True)
    for family, (attempts, successes) in counts.items():
        click.echo(f"  {family}: {attempts} events, {successes} successes", err=True)


@world.command()
@format_option
def unlike(form: str) -> None:
    """List the ways in which a world can differ from the specification's, for `generate --unlike`."""
    from doorward.offline.worlds.unlike import UNLIKE

    show([{"name": name, "differs": each.words} for name, each in UNLIKE.items()], ("name", "differs"), form)


@world.command()
@click.argument("log", metavar="WORLD", type=log_path)
@profile_option
@users_option
@days_option
@format_option
@click.pass_context
def check(ctx: click.Context, log: Path, profile: str, users: int, days: int, form: str) -> None:
    """Compare what WORLD looks like with what its specification aims at, within 15 % and what chance explains.

    --users and --days are those that it was made with. A row is outside where the target lies more than 15 % and twice
    its noise away: the standard error that the world's own users tell. Exit status: 0 all is within, 1 something is
    not, 2 the command or the file is wrong.
    """
    from doorward.offline.worlds.acceptance import table
    from doorward.offline.worlds.novelty import measure

    rows = table(measure(_events(log)), profile=profile, users=users, days=days)
    shown = [
        {
            "what": row.name,
            "target": round(row.target, 4),
            "measured": row.measured,
            "noise": row.noise,
            "off": f"{row.measured / row.target - 1:+.1%}",
            "allowed": f"{row.allowed:.1%}",
            "is": _word(row.is_inside),
        }
        for row in rows
    ]
    show(shown, ("what", "target", "measured", "noise", "off", "allowed", "is"), form)
    ctx.exit(0 if all(row.is_inside for row in rows) else OUTSIDE)


@world.command()
@click.argument("log", metavar="WORLD", type=log_path)
@format_option
@click.pass_context
def audit(ctx: click.Context, log: Path, form: str) -> None:
    """Try to tell the attackers of WORLD by numbers that carry no sign of one, which nobody may be able to.

    Exit status: 0 nothing gives them away, 1 something does, 2 the command or the file is wrong.
    """
    auditing = needed("doorward.offline.training.audit")
    findings = []
    with Progress() as progress:
        for finding in auditing.audit(_events(log)):
            findings.append(finding)
            progress.at("comparing", len(findings), auditing.COMPARISONS)
    band = f"{auditing.LOWEST:.2f} to {auditing.HIGHEST:.2f}"
    shown = [
        {"family": each.family, "group": each.group, "auc": each.auc, "allowed": band, "is": _word(each.is_inside)}
        for each in findings
    ]
    show(shown, ("family", "group", "auc", "allowed", "is"), form)
    ctx.exit(0 if all(each.is_inside for each in findings) else OUTSIDE)


def _word(is_inside: bool) -> str:
    return "inside" if is_inside else "outside"


def needed(module: str) -> Any:
    """Return the module, or say which library it lacks: they are an extra of their own."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library in EXTRA:
            raise DoorwardError(f"{library} is not installed: make tools, or pip install 'doorward[train]'") from None
        raise


def _events(log: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of *log* as they are; BadInput for the first line that is none of a world."""
    from doorward.offline.event import BadEvent, read_event
    from doorward.offline.reading import LogFile

    file, size = LogFile(log), log.stat().st_size
    with Progress() as progress:
        for number, entry in file.entries():
            try:
                if not isinstance(entry, dict):
                    raise BadEvent(entry.reason)
                if read_event(entry).network is None:
                    raise BadEvent("the network is not stated")
            except BadEvent as wrong:
                raise BadInput([Mistake(f"{log}:{number}: {wrong}")]) from None
            if number % TOLD_EVERY == 0:
                progress.at("reading", file.position, size)
            yield entry
