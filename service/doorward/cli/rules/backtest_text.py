"""A back-test's figures as lines for a terminal."""

from collections.abc import Iterable, Sequence
from textwrap import fill
from typing import Any

Json = dict[str, Any]

CHANGES_SHOWN = 12


def told(document: Json) -> str:
    """Return the figures that matter first, then rule by rule."""
    results = document["results"]
    parts = [_heading(document), _rates(results["sides"])]
    if results["changes"] is not None:
        parts.append(_changes(results["changes"]))
    parts += [_rules(results["sides"]), _left_out(document)]
    return "\n\n".join(part for part in parts if part)


def _heading(document: Json) -> str:
    results = document["results"]
    lines = [
        f"{document['title']} ({document['mode']})",
        f"{results['judged']} events judged, {results['from']} to {results['to']}",
    ]
    if results["warm_up"]:
        lines.append(f"{results['warm_up']} events before that were learned from only")
    return "\n".join(lines)


def _rates(sides: Sequence[Json]) -> str:
    rows = [["genuine sign-ins", *(side["name"] for side in sides)]]
    for name, key in (("challenged", "challenge_rate"), ("denied", "deny_rate")):
        rows.append([name, *(_share(side[key]) for side in sides)])
    rows.append(["fraud stopped", *(_share(side["fraud_stopped"]) for side in sides)])
    return _table(rows)


def _changes(changes: Json) -> str:
    lines = [f"{changes['events']} events come out otherwise, of {changes['subjects']} subjects"]
    if changes["same_outcome_other_rule"]:
        lines.append(f"{changes['same_outcome_other_rule']} more come out the same by another rule")
    rows = [["events", "what", "before", "", "after", "by rule"]]
    for row in changes["rows"][:CHANGES_SHOWN]:
        before, after = row["before_rule"] or "-", row["after_rule"] or "-"
        rows.append([str(row["events"]), row["kind"], row["before"], "→", row["after"], f"{before} → {after}"])
    return "\n".join(lines) + ("\n" + _table(rows) if len(rows) > 1 else "")


def _rules(sides: Sequence[Json]) -> str:
    names = list(dict.fromkeys(row["rule"] for side in sides for row in side["rules"]))
    decided = [{row["rule"]: row for row in side["rules"]} for side in sides]
    rows = [["rule decided", *(side["name"] for side in sides), "of genuine", "of fraud"]]
    idle = []
    for name in names:
        last = decided[-1].get(name, {})
        if not any(each[name]["decided"] for each in decided if name in each):
            idle.append(name)
            continue
        counts = [str(each[name]["decided"]) if name in each else "-" for each in decided]
        rows.append([name, *counts, str(last.get("genuine", "-")), str(last.get("fraud", "-"))])
    return _table(rows) + ("\n" + _plain_lines(f"decided nothing: {', '.join(idle)}") if idle else "")


def _left_out(document: Json) -> str:
    lines = []
    unread = document["unread"] or {"events": 0, "reasons": []}
    if unread["events"]:
        lines.append(f"{unread['events']} entries of the logs could not be read:")
        lines += [f"  {each['place']}: {each['reason']}" for each in unread.get("first", [])]
        lines += [f"  {each['events']} × {each['reason']}" for each in unread["reasons"]]
    lines += [f"{each['events']} skipped: {each['reason']}" for each in unread.get("skipped", [])]
    replayability = document["replayability"] or {"rules_not_replayable": [], "policies_without_text": []}
    for each in replayability["rules_not_replayable"]:
        lines.append(f"not replayable: rule '{each['rule']}' reads a list that {each['records']} records cannot know")
    if replayability["policies_without_text"]:
        lines.append(f"the text of {len(replayability['policies_without_text'])} deciding policies is not in the file")
    differences = document["differences"] or {"differing": 0, "records": 0, "causes": []}
    if differences["records"]:
        lines.append(f"{differences['differing']} of {differences['records']} records come out otherwise when rebuilt:")
        lines += [f"  {each['records']} × {each['cause']}: {each['meaning']}" for each in differences["causes"]]
    lines += document["assumptions"]
    return "\n".join(lines)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    rows = [[_plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _plain_lines(text: str) -> str:
    return fill(_plain(text), 110, subsequent_indent="  ", break_on_hyphens=False)
