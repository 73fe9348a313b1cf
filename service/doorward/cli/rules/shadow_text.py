"""The shadow report as a person reads it."""

from collections.abc import Iterator, Sequence
from typing import Any

from doorward.cli.common import printable

Json = dict[str, Any]

MOST_ROWS = 10


def lines(report: Json) -> Iterator[str]:
    """Yield the lines of *report*, as `ShadowReport.to_json` gives it, with its period."""
    yield f"{printable(report['tenant'])}, {report['from']} to {report['to']}: {report['decisions']} decisions"
    yield from _candidates(report)
    if report["unreadable"]:
        yield f"  {report['unreadable']} records could not be opened with the keys of the settings"
    if report["compared"]:
        yield from _agreement(report)
        yield from _rates(report)
        yield from _changed_rules(report)
        for title, key, name in (("kind", "kinds", "kind"), ("country", "countries", "country")):
            yield from _changed(f"Changed by {title}", report[key][:MOST_ROWS], name)
        touched = [row for row in report["hours"] if row["changed"]]
        yield from _changed("Changed by hour of the day, where the subject usually is", touched, "hour")
    yield from _shadow_rules(report["shadow_rules"])
    if report.get("subjects"):
        rows = [(each["subject"], str(each["changed"])) for each in report["subjects"]]
        yield from ["", "Subjects touched most", *table(("subject", "changed"), rows)]


def _candidates(report: Json) -> Iterator[str]:
    digest = report["candidate"]
    yield f"  candidate {digest}: {report['compared']} compared" if digest else "  no candidate, then or now"
    if report["without_candidate"]:
        yield f"  {report['without_candidate']} were made without a candidate"
    for each in report["other_candidates"]:
        yield f"  {each['decisions']} were compared with another candidate, {each['digest']}"
    if len(report["live_policies"]) > 1:
        yield f"  the policy in force changed meanwhile: {len(report['live_policies'])} digests"


def _agreement(report: Json) -> Iterator[str]:
    yield ""
    yield f"The same outcome: {report['agreed']} of {report['compared']} ({percent(report['agreement'])})"
    for each in report["outcomes"]:
        if each["decisions"] and each["live"] != each["candidate"]:
            yield f"  {each['live']} → {each['candidate']}: {each['decisions']}"


def _rates(report: Json) -> Iterator[str]:
    genuine, fraud = report["genuine_sign_ins"], report["labelled_fraud"]
    yield ""
    yield f"Genuine sign-ins (the credential passed, not labelled fraud): {genuine['number']}"
    if genuine["number"]:
        rows = [
            (side, percent(genuine[side]["challenge_rate"]), percent(genuine[side]["deny_rate"]))
            for side in ("live", "candidate")
        ]
        yield from table(("", "challenged", "denied"), rows)
    yield f"Labelled fraud: {fraud['number']}"
    if fraud["number"]:
        yield f"  not allowed: live {fraud['live_caught']}, candidate {fraud['candidate_caught']}"
        yield f"  only the candidate stops {fraud['newly_caught']}, only live stops {fraud['newly_missed']}"


def _changed_rules(report: Json) -> Iterator[str]:
    rows = [
        (f"{each['live_rule'] or '-'} ({each['live']})", f"{each['candidate_rule'] or '-'} ({each['candidate']})",
         str(each["decisions"]))
        for each in report["rules"]
        if each["changed"]
    ]  # fmt: skip
    if rows:
        yield from ["", "What changes, by rule", *table(("live", "candidate", "decisions"), rows[:MOST_ROWS])]
        if len(rows) > MOST_ROWS:
            yield f"  and {len(rows) - MOST_ROWS} more pairs: --format json has them all"


def _changed(title: str, found: list[Json], name: str) -> Iterator[str]:
    rows = [
        (each[name] or "unknown", str(each["decisions"]), f"{each['changed']} "
         f"({percent(each['changed'] / each['decisions'])})")
        for each in found
    ]  # fmt: skip
    if rows:
        yield from ["", title, *table((name, "decisions", "changed"), rows)]


def _shadow_rules(found: list[Json]) -> Iterator[str]:
    rows = [
        (each["rule"], each["outcome"], str(each["decisions"]), str(each["stricter"]),
         percent(each["challenge_rate_added"]), str(each["fraud_newly_caught"]))
        for each in found[:MOST_ROWS]
    ]  # fmt: skip
    if rows:
        head = ("rule", "outcome", "applied", "stricter than live", "challenge rate added", "fraud newly caught")
        yield from ["", "Rules in shadow of the policy in force", *table(head, rows)]


def percent(share: float | None) -> str:
    """Return a share as `1.25 %`, a dash where there is none."""
    return "-" if share is None else f"{100 * share:.2f} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return an indented table with aligned columns; what is no printable letter becomes `?`."""
    cells = [list(head), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(head))]
    return [
        ("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))).rstrip()
        for line in cells
    ]
