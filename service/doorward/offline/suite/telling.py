"""What a run of rule tests has to say: as lines for people, as JSON, as the rows of a JUnit file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from doorward.offline.suite import junit
from doorward.offline.suite.coverage import Coverage
from doorward.offline.suite.model import Result, Suite

MAX_UNTESTED = 40


class FileRun(NamedTuple):
    """One test file, and how each of its cases came out, with the seconds that it took."""

    suite: Suite
    results: Sequence[tuple[Result, float]]


def findings(suite: Suite) -> Iterator[str]:
    """Yield the mistakes of a test file, with file, line and column."""
    return (_plain(f"{suite.path}:{finding}") for finding in suite.findings)


def failure(suite: Suite, result: Result) -> Iterator[str]:
    """Yield the lines on a case that failed: where it stands, what was expected, and why the rules said otherwise."""
    return map(_plain, _failure(suite, result))


def _failure(suite: Suite, result: Result) -> Iterator[str]:
    place = result.case.place
    yield f"FAILED {suite.path}:{place.line}:{place.column}: {result.case.name}"
    for each in result.differences:
        yield f"  {each.aspect}: expected {each.wanted}, came {each.came}"
    if not result.ruling.rule:
        yield "  no rule matched, so it was denied"
    for row in result.explained:
        yield from _explained(row)


def _explained(row: dict[str, Any]) -> Iterator[str]:
    does = f", {row['outcome']}" if row["outcome"] else ""
    yield f"  rule {row['rule']}: {row['state'].replace('_', ' ')}{does}{' (in shadow)' if row['shadow'] else ''}"
    for part in row["conditions"]:
        yield f"    {part['value']:<7}  {' '.join(part['text'].split())}"
    for name, value in row["signals"].items():
        yield f"    {name} = {_said(value)}"


def _said(value: Any, limit: int = 80) -> str:
    line = str(value).lower() if isinstance(value, bool) else _plain(str(value))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _plain(line: str) -> str:
    """Return *line* so that nothing in it can move the cursor of a terminal."""
    return "".join(char if char.isprintable() else "?" for char in line)


def covered(coverage: Coverage) -> Iterator[str]:
    """Yield how many rules of a policy decided in some case, and which did not."""
    rules = len(coverage.policy.rules)
    decided = rules - len(coverage.untested)
    yield f"{coverage.path}: {decided} of {rules} rules decided in some case ({coverage.percent:.0f} %)"
    if coverage.untested:
        yield f"  untested: {_names(coverage.untested)}"
    if coverage.never_unknown:
        yield f"  on_unknown untested: {_names(coverage.never_unknown)}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - MAX_UNTESTED
    return ", ".join(names[:MAX_UNTESTED]) + (f" and {more} more" if more > 0 else "")


def summary(runs: Iterable[FileRun]) -> str:
    """Return the last line."""
    runs = list(runs)
    results = [result for run in runs for result, _ in run.results]
    failed = sum(not result.passed for result in results)
    broken = sum(bool(run.suite.findings) for run in runs)
    line = (
        f"{_many(len(results), 'case')} in {_many(len(runs), 'file')}: {len(results) - failed} passed, {failed} failed"
    )
    return line + (f", {_many(broken, 'file')} could not be run" if broken else "")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def as_json(runs: Sequence[FileRun], coverages: Iterable[Coverage]) -> dict[str, Any]:
    """Return everything as one JSON object."""
    return {
        "findings": [
            {"file": str(run.suite.path)} | finding.to_json() for run in runs for finding in run.suite.findings
        ],
        "cases": [_case_json(run.suite, result) for run in runs for result, _ in run.results],
        "policies": [
            {
                "file": str(each.path),
                "rules": len(each.policy.rules),
                "percent": round(each.percent, 1),
                "untested": list(each.untested),
                "on_unknown_untested": list(each.never_unknown),
            }
            for each in coverages
        ],
    }


def _case_json(suite: Suite, result: Result) -> dict[str, Any]:
    place = result.case.place
    return {
        "file": str(suite.path),
        "line": place.line,
        "column": place.column,
        "name": result.case.name,
        "passed": result.passed,
        "outcome": result.ruling.outcome,
        "rule": result.ruling.rule,
        "level": str(result.signals.values.get("risk.level", "")),
        "differences": [each._asdict() for each in result.differences],
        "explained": [
            row | {"signals": {name: _said(value) for name, value in row["signals"].items()}}
            for row in result.explained
        ],
    }


def junit_file(run: FileRun) -> junit.File:
    """Return a test file as JUnit has it."""
    rows = tuple(
        junit.Row(result.case.name, seconds, "" if result.passed else _told(run.suite, result))
        for result, seconds in run.results
    )
    return junit.File(str(run.suite.path), str(run.suite.policy_path), rows, "\n".join(findings(run.suite)))


def _told(suite: Suite, result: Result) -> str:
    short = "; ".join(f"{each.aspect}: expected {each.wanted}, came {each.came}" for each in result.differences)
    return "\n".join((short, *failure(suite, result)))
