"""`doorward model score`: every sign-in of some logs with its score, as one table."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from doorward.cli.event_logs import printable, refuse_input_as_target, summary, written_whole
from doorward.cli.rules.progress import Progress

TOLD_EVERY = 500


@click.command()
@click.argument("logs", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="SCORES.csv, SCORES.csv.gz or -.")
@click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The model to score by; the service's own unless given.",
)
@click.option("--log-format", default="auto", show_default=True, help="`doorward logs formats` lists them.")
@click.option("--assume-success-verified", is_flag=True, help="Learn from successes where the log cannot tell.")
@click.pass_context
def score(ctx: click.Context, /, logs: tuple[str, ...], out: Path, **options: Any) -> None:
    """Write the score of every sign-in of LOGS (files, folders, - for standard input) to --out.

    Each is scored with what would have been known at its time, before it is learned from; failed ones too. There is
    one row for each entry of the logs, in their order; one that cannot be read has its index alone.

    Exit status: 0 done, 1 there was no sign-in to read, 2 a path or an option is wrong.
    """
    from doorward.offline.reading import files_of
    from doorward.offline.scored import Log

    sources: list[Any] = [each if each == "-" else Path(each) for each in logs]
    refuse_input_as_target(files_of(sources), out)
    with Progress() as progress:
        log = Log(
            sources,
            form=options["log_format"],
            note=lambda now: progress.at("reading", now.read_bytes, now.total_bytes),
        )
        scoring = _Scoring(progress, log)
        _write(log, scoring, out, options)
    for line in _told(log, scoring.number, assumed=options["assume_success_verified"]):
        click.echo(line, err=True)
    ctx.exit(0 if scoring.number else 1)


def _write(log: Any, scoring: "_Scoring", out: Path, options: dict[str, Any]) -> None:
    from doorward.facts.agents import UserAgents
    from doorward.facts.networks import GeoProvider
    from doorward.offline.past import Past
    from doorward.offline.score_rows import COLUMNS, rows
    from doorward.offline.shelf import Shelf
    from doorward.risk.model_file import load_scorecard
    from doorward.settings import load

    settings = load(os.environ)
    card = load_scorecard(options["model"] or Path(settings.model))
    assumed = options["assume_success_verified"]
    with closing(Shelf()) as shelf, written_whole(out) as file:
        past = Past(locator=GeoProvider(settings.geo), agents=UserAgents(), shelf=shelf)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows(log, past, card, assume_verified=assumed, tick=scoring.tick))


class _Scoring:
    """Counts the events that were scored, and shows the count now and then."""

    def __init__(self, progress: Progress, log: Any) -> None:
        self._progress = progress
        self._log = log
        self.number = 0

    def tick(self) -> None:
        self.number += 1
        if self.number % TOLD_EVERY == 0:
            self._progress.at("scoring", self.number, self._log.report.events)


def _told(log: Any, number: int, *, assumed: bool) -> Iterator[str]:
    yield from summary(log.report, is_sorted=True)
    for reason, count in _most(log.unread.reasons.most_common()):
        yield f"no row but its index {count}: {printable(reason)}"
    for name, count in _most(log.passed_over.most_common()):
        yield f"passed over {count}: {printable(name)}"
    if log.untold and not assumed:
        yield (
            f"not learned from {log.untold}: the log does not tell whether these successes were verified"
            " (--assume-success-verified takes them as such)"
        )
    yield f"{number} scored"


def _most(counted: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    return counted[:10]
