"""`doorward rules test`: what a policy decides for the cases that its `*_test.yaml` states."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from doorward.cli.errors import FAILED, USAGE
from doorward.core.errors import BadInput, Mistake
from doorward.offline.suite import telling
from doorward.offline.suite.junit import junit
from doorward.offline.suite.model import Result
from doorward.offline.suite.places import TEST_ENDING, Found, find
from doorward.offline.suite.running import run
from doorward.offline.suite.telling import FileRun
from doorward.risk.model_file import load_scorecard
from doorward.risk.scorecard import Scorecard
from doorward.settings import load


class Percent(click.ParamType[float]):
    """A share such as `100%` or `95`."""

    name = "percent"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            percent = float(str(value).removesuffix("%"))
        except ValueError:
            percent = -1.0
        if not 0 <= percent <= 100:
            self.fail(f"expected a share such as 100%, got '{value}'", param, ctx)
        return percent


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=Path("rules"))
@click.option("-k", "matching", metavar="TEXT", default="", help="Only the cases whose name holds TEXT.")
@click.option("--min-coverage", type=Percent(), help="Fail where fewer of a policy's rules decided in some case.")
@click.option(
    "--junit", "junit_path", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to a file."
)
@click.option(
    "--model", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The scorecard to score by."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for people or one JSON object for programs.",
)
@click.pass_context
def test(
    ctx: click.Context,
    path: Path,
    matching: str,
    min_coverage: float | None,
    junit_path: Path | None,
    model: Path | None,
    form: str,
) -> None:
    """Run the rule tests of PATH: a *_test.yaml, a policy with the tests beside it, or a folder.

    Exit status: 0 all passed, 1 a case failed or too few rules are covered, 2 a test file is wrong or there is none.
    """
    if matching and min_coverage is not None:
        raise click.UsageError("-k leaves cases out, so --min-coverage would say nothing")
    card = load_scorecard(model or load(os.environ).model)
    began = time.time()
    found = find(path)
    runs = _run(found, card, matching)
    if matching and not any(each.results for each in runs):
        raise click.UsageError(f"no case has a name that holds '{matching}'")
    if junit_path is not None:
        _write(junit_path, junit([telling.junit_file(each) for each in runs], at=began))
    _tell(found, runs, form, partly=bool(matching))
    if not found.suites:
        # After the coverage, which names the rules that a first test could be of.
        raise BadInput([Mistake(f"there is no *{TEST_ENDING} for '{path}', so nothing was tested")])
    ctx.exit(_status(found, runs, min_coverage))


def _run(found: Found, card: Scorecard, matching: str) -> list[FileRun]:
    """Run every case, with a bar on a terminal."""
    total = sum(len(suite.cases) for suite in found.suites)
    shows = sys.stderr.isatty()
    with click.progressbar(length=total, label="Testing", file=sys.stderr) if shows else nullcontext() as bar:
        runs = []
        for suite in found.suites:
            timed = _timed(run(suite, card, matching=matching))
            results = []
            for result, seconds in timed:
                found.coverages[suite.policy_path].add(result)
                results.append((result, seconds))
                if bar is not None:
                    bar.update(1)
            runs.append(FileRun(suite, results))
    return runs


def _timed(results: Iterable[Result]) -> Iterator[tuple[Result, float]]:
    before = time.perf_counter()
    for result in results:
        now = time.perf_counter()
        yield result, now - before
        before = time.perf_counter()


def _write(path: Path, document: bytes) -> None:
    try:
        path.write_bytes(document)
    except OSError as wrong:
        raise click.FileError(str(path), hint=wrong.strerror) from None


def _tell(found: Found, runs: Sequence[FileRun], form: str, *, partly: bool) -> None:
    if form == "json":
        told = telling.as_json(runs, () if partly else found.coverages.values())
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for each in runs:
        for line in telling.findings(each.suite):
            click.secho(line, fg="red")
        for result, _ in each.results:
            if not result.passed:
                first, *rest = telling.failure(each.suite, result)
                click.secho(first, fg="red")
                click.echo("\n".join(rest))
    broken = {each.suite.policy_path for each in runs if each.suite.findings}
    for path, coverage in found.coverages.items():
        if not partly and path not in broken:
            click.echo("\n".join(telling.covered(coverage)))
    click.echo(telling.summary(runs))


def _status(found: Found, runs: Sequence[FileRun], min_coverage: float | None) -> int:
    if any(each.suite.findings for each in runs):
        return USAGE
    if any(not result.passed for each in runs for result, _ in each.results):
        return FAILED
    short = [each for each in found.coverages.values() if min_coverage is not None and each.percent < min_coverage]
    for each in short:
        message = f"doorward: {each.path}: {each.percent:.0f} % of the rules are covered, expected {min_coverage:g} %"
        click.echo(message, err=True)
    return FAILED if short else 0
