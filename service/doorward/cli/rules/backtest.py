"""`doorward rules backtest`: what a policy would have said of last month's sign-ins."""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doorward.cli.common import format_option
from doorward.cli.errors import RulesRefused
from doorward.cli.event_logs import refuse_input_as_target, refuse_unwritable, written_whole
from doorward.cli.rules.backtest_text import told
from doorward.cli.rules.files import PolicyFile
from doorward.cli.rules.progress import Progress
from doorward.core.errors import BadInput, Mistake
from doorward.core.times import rfc3339
from doorward.offline.reading import files_of
from doorward.policy.findings import ERROR
from doorward.policy.model import Policy

if TYPE_CHECKING:
    from doorward.offline.backtest import Line

OVER_BUDGET = 1
DAY_SECONDS = 86_400
MAX_DIGITS = 9

AUTO, REBUILT, RECORDED = "auto", "rebuilt", "recorded"


class Share(click.ParamType[float]):
    """A share as a person writes it: `3%`, `2.5 %` or `0.03`; between 0 and 1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        try:
            share = float(text.rstrip("% ")) / 100 if text.endswith("%") else float(text)
        except ValueError:
            self.fail(f"expected a share such as 3% or 0.03, got '{value}'", param, ctx)
        if not 0 <= share <= 1:
            self.fail(f"expected 0% to 100%, got '{value}'", param, ctx)
        return share


class Days(click.ParamType[float]):
    """A number of days as `30d`, or of hours as `12h`; in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        unit = {"d": DAY_SECONDS, "h": 3600}.get(text[-1:])
        # `isdigit` alone takes `²`, which is no number to `int`.
        if unit is None or not (text[:-1].isascii() and text[:-1].isdecimal()) or len(text) > MAX_DIGITS:
            self.fail(f"expected a time such as 30d or 12h, got '{value}'", param, ctx)
        return float(int(text[:-1]) * unit)


policy_path = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option("--policy", "policy", type=policy_path, required=True, help="The policy to try.")
@click.option("--against", type=policy_path, help="The policy to compare it with, such as the one in force.")
@click.option("--model", type=policy_path, help="The model to score by; the service's own unless given.")
@click.option("--against-model", type=policy_path, help="The model of --against, where it is another.")
@click.option(
    "--mode",
    type=click.Choice([AUTO, REBUILT, RECORDED]),
    default=AUTO,
    show_default=True,
    help="Facts as recorded with our own records, or rebuilt from any log.",
)
@click.option("--log-format", default=AUTO, show_default=True, help="Of the logs; `doorward logs formats` lists them.")
@click.option(
    "--warm-up", type=Days(), default="0d", show_default=True, help="Learned from, but left out of the rates."
)
@click.option("--assume-success-verified", is_flag=True, help="Learn from successes where the log cannot tell.")
@click.option("--max-challenge-rate", type=Share(), help="Fail where more genuine sign-ins are challenged, such as 3%.")
@click.option("--max-deny-rate", type=Share(), help="Fail where more genuine sign-ins are denied.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with plots to this file.")
@format_option
@click.pass_context
def backtest(ctx: click.Context, /, logs: tuple[str, ...], form: str, **options: Any) -> None:
    """Judge the sign-ins of LOGS (files, folders, - for standard input) by a policy, and tell what would change.

    Exit status: 0 within the budget, 1 over it, 2 the command or a file is wrong, or there is a budget and no genuine
    sign-in was judged by it.
    """
    from doorward.offline import trial

    paths: list[Any] = [each if each == "-" else Path(each) for each in logs]
    page: Path | None = options["html"]
    if page is not None:
        refuse_input_as_target(files_of(paths), page)
        refuse_unwritable(page)
    lines = _lines(options)
    with Progress() as progress:
        made = trial.run(
            trial.Asked(
                logs=paths,
                log_format=options["log_format"],
                mode=options["mode"],
                lines=lines,
                folder=options["policy"].parent,
                warm_up_seconds=options["warm_up"],
                assume_verified=options["assume_success_verified"],
                geo=_settings().geo,
            ),
            progress,
        )
    budget = {name: options[name] for name in ("max_challenge_rate", "max_deny_rate")}
    document = made | {"budget": budget}
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if form == "json" else told(document))
    if page is not None:
        _write_report(document, page)
    over = over_budget(document)
    for sentence in over:
        click.echo(f"over the budget: {sentence}", err=True)
    ctx.exit(OVER_BUDGET if over else 0)


def _write_report(document: dict[str, Any], page: Path) -> None:
    from doorward.offline import report

    text = report.html(document | {"made_at": rfc3339(time.time())})
    with written_whole(page) as file:
        file.write(text)


def over_budget(document: dict[str, Any]) -> list[str]:
    """Return a sentence for each part of the budget that the policy under test does not keep.

    BadInput where there is a budget and nothing to hold against it.
    """
    side = document["results"]["sides"][-1]
    over = []
    for option, rate, word in (
        ("max_challenge_rate", "challenge_rate", "challenged"),
        ("max_deny_rate", "deny_rate", "denied"),
    ):
        most, share = document["budget"][option], side[rate]
        if most is not None and share is None:
            raise BadInput([Mistake("no genuine sign-in was judged, so nothing tells whether the budget is kept")])
        if most is not None and share > most:
            over.append(f"{share:.2%} of genuine sign-ins are {word}, more than {most:.2%}")
    return over


def _lines(options: dict[str, Any]) -> "tuple[Line, ...]":
    """Return what to judge by, the policy under test last; they are called by their ids where those tell them apart."""
    from doorward.offline.backtest import Line
    from doorward.risk.model_file import load_scorecard

    tested = compiled(options["policy"])
    card = load_scorecard(options["model"] or Path(_settings().model))
    if options["against"] is None and options["against_model"] is None:
        return (Line(tested.id, tested, card),)
    before = compiled(options["against"]) if options["against"] else tested
    other = load_scorecard(options["against_model"]) if options["against_model"] else card
    names = (before.id, tested.id) if before.id != tested.id else ("before", "after")
    return Line(names[0], before, other), Line(names[1], tested, card)


def compiled(path: Path) -> Policy:
    """Return the policy in *path*; RulesRefused with every mistake where it does not pass."""
    made = PolicyFile(path).compile()
    if made.policy is None:
        raise RulesRefused([f"{path}:{each}" for each in made.findings if each.severity == ERROR])
    return made.policy


def _settings() -> Any:
    from doorward.settings import load

    return load(os.environ)
