"""`doorward model evaluate`: what a model is worth, in figures that somebody else can compute again."""

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from doorward.cli.event_logs import printable, refuse_input_as_target, written_whole
from doorward.cli.rules.backtest import Share, compiled
from doorward.cli.rules.progress import Progress
from doorward.policies import DEFAULT_TENANT, POLICY_FILE

BELOW = 1
REFERENCE = "reference"

file_path = click.Path(exists=True, dir_okay=False, path_type=Path)
target_path = click.Path(dir_okay=False, path_type=Path)


class Floor(click.ParamType[tuple[str, float]]):
    """A family and the share of it that must be challenged: `naive=97` or `naive=97%`."""

    name = "floor"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        family, _, share = str(value).partition("=")
        if not family or not share:
            self.fail(f"expected a family and per cent such as naive=97, got '{value}'", param, ctx)
        return family, Share().convert(share if share.endswith("%") else f"{share}%", param, ctx)


class Families(click.ParamType[tuple[str, ...]]):
    """Families as a person lists them: `spray,slowlow`; `none` for none."""

    name = "families"

    def convert(self, value: Any, _: click.Parameter | None, __: click.Context | None) -> tuple[str, ...]:
        names = (each.strip() for each in str(value).split(","))
        return tuple(each for each in names if each and each != "none")


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option("--model", type=file_path, help="The model to evaluate; the service's own unless given.")
@click.option("--validation", multiple=True, help="Logs to set thresholds on, such as another world.")
@click.option(
    "--validation-share", type=Share(), default="50%", show_default=True, help="Without them: this first part of LOGS."
)
@click.option("--at", type=Share(), default="2%", show_default=True, help="The challenge rate that floors are for.")
@click.option("--unseen", type=Families(), help="Families that it was not fitted to; its card tells unless given.")
@click.option("--policy", type=file_path, help="Whose rules are a baseline; the service's own unless given.")
@click.option("--floor", "floors", type=Floor(), multiple=True, help="Fail where less is challenged: naive=97.")
@click.option("--floors", "preset", type=click.Choice([REFERENCE]), help="Those of the reference world, at 2 %.")
@click.option("--json", "json_file", type=target_path, help="Write all figures to this file.")
@click.option("--html", type=target_path, help="Write a report with plots to this file.")
@click.option("--card", type=target_path, help="Write a model card in Markdown to this file.")
@click.option("--log-format", default="auto", show_default=True, help="`doorward logs formats` lists them.")
@click.option("--assume-success-verified", is_flag=True, help="Learn from successes where the log cannot tell.")
@click.pass_context
def evaluate(ctx: click.Context, /, logs: tuple[str, ...], **options: Any) -> None:
    """Tell what a model makes of the labelled sign-ins of LOGS (files, folders, - for standard input).

    Thresholds are set on genuine sign-ins of --validation, or of the first part of LOGS, and applied unchanged to
    those that are judged. docs/evidence.md explains every number.

    Exit status: 0 done, 1 below a floor, 2 the command or a file is wrong.
    """
    from doorward.offline.evidence.run import run
    from doorward.offline.evidence.summary import baselines_table, table
    from doorward.offline.reading import files_of

    asked = _asked(logs, options)
    for target in filter(None, (options["json_file"], options["html"], options["card"])):
        refuse_input_as_target([*files_of([*asked.logs, *asked.validation]), asked.model], target)
    with Progress() as progress:
        document = run(asked, progress.at)
    _write(document, options)
    click.echo("\n".join([*table(document), "", *baselines_table(document)]))
    for name, count in islice(document["logs"]["passed_over"].items(), 10):
        click.echo(f"passed over {count}: {printable(name)}", err=True)
    for sentence in document["below"]:
        click.echo(f"below the floor: {printable(sentence)}", err=True)
    ctx.exit(BELOW if document["below"] else 0)


def _asked(logs: tuple[str, ...], options: dict[str, Any]) -> Any:
    from doorward.offline.evidence.run import Asked, unseen_of
    from doorward.risk.model_file import load_scorecard
    from doorward.settings import load

    settings = load(os.environ)
    model = options["model"] or Path(settings.model)
    shipped = Path(settings.rules_dir) / DEFAULT_TENANT / POLICY_FILE
    policy = options["policy"] or (shipped if shipped.exists() else None)
    return Asked(
        logs=list(_sources(logs)),
        model=model,
        card=load_scorecard(model),
        validation=list(_sources(options["validation"])),
        frozen_share=options["validation_share"],
        at=options["at"],
        unseen=unseen_of(model) if options["unseen"] is None else options["unseen"],
        floors=_floors(options),
        policy=None if policy is None else compiled(policy),
        log_format=options["log_format"],
        assume_verified=options["assume_success_verified"],
        geo=settings.geo,
    )


def _sources(paths: tuple[str, ...]) -> Iterator[Any]:
    return (each if each == "-" else Path(each) for each in paths)


def _floors(options: dict[str, Any]) -> dict[str, float]:
    """Return the floors by family; those that were given by name go before the preset's."""
    from doorward.offline.evidence import floors

    preset = dict(floors.REFERENCE) if options["preset"] else {}
    if preset and options["at"] != floors.REFERENCE_AT:
        raise click.UsageError("the reference floors are for --at 2%")
    return preset | dict(options["floors"])


def _write(document: dict[str, Any], options: dict[str, Any]) -> None:
    if options["json_file"]:
        with written_whole(options["json_file"]) as file:
            file.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    if options["html"]:
        from doorward.offline.evidence.page import html

        with written_whole(options["html"]) as file:
            file.write(html(document))
    if options["card"]:
        from doorward.offline.evidence.card import card

        with written_whole(options["card"]) as file:
            file.write(card(document))
