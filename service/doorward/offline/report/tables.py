"""The tables of a report: all that was counted, with something to click on that leads to examples."""

from collections import Counter
from typing import Any

from doorward.core.outcome import CHALLENGE, DENY, STRICTNESS
from doorward.offline.replay import FRAUDULENT, GENUINE
from doorward.offline.report.counts import NOT_KNOWN, Column, Numbers, Reading
from doorward.offline.report.escaping import text
from doorward.offline.report.markup import Cell, Share, Table, Value, count, percent, pick_attribute
from doorward.offline.results import EXAMPLES_OF_A_CHANGE, NO_RULE, OUTCOMES

Json = dict[str, Any]

PLACES_SHOWN = 20
RULES_SHOWN = 10
OTHERS = "(all others)"
KINDS = ((None, "All events"), (GENUINE, "Genuine sign-ins"), (FRAUDULENT, "Sign-ins labelled as fraud"))


def groups(reading: Reading, width: int, first: int) -> list[tuple[str, int]]:
    """Return the headings over the columns of each side; *first* columns belong to none."""
    names = ("before", "after")[-len(reading.compared) :]
    sides = [(f"{name}: {column.name}", width) for name, column in zip(names, reading.compared, strict=True)]
    return [("", first), *sides]


def most_of(reading: Reading, group: str, key: str) -> list[tuple[str, list[Numbers]]]:
    """Return the largest parts of a group on each compared side, and the rest in one row."""
    sides = [column.by(group, key) for column in reading.compared]
    order = sorted(sides[-1], key=lambda name: (-sides[-1][name].number(), str(name)))
    shown = [(str(name), [side[name] for side in sides]) for name in order[:PLACES_SHOWN]]
    if len(order) > PLACES_SHOWN:
        rest = [Numbers() for _ in sides]
        for name in order[PLACES_SHOWN:]:
            for numbers, side in zip(rest, sides, strict=True):
                numbers.merge(side[name])
        shown.append((OTHERS, rest))
    return shown


def parts_table(
    reading: Reading, name: str, caption: str, parts: list[tuple[Cell, list[Numbers]]], *, kind: str = GENUINE
) -> Table:
    """Return, for each part, how many events of *kind* there are and how many are challenged and denied."""
    what = "genuine" if kind == GENUINE else "fraud"
    rows: list[list[Value]] = []
    for cell, sides in parts:
        row: list[Value] = [cell, sides[-1].number(kind=kind)]
        for side in sides:
            row += [side.number(CHALLENGE, kind), Share(side.share(CHALLENGE, kind)), side.number(DENY, kind)]
        rows.append(row)
    heads = [name, what, *(("challenged", "share", "denied") * len(reading.compared))]
    return Table(f"{name}-table", caption, heads, rows, groups=groups(reading, 3, 2))


def rules_by_day(column: Column) -> tuple[list[str], dict[str, Counter[str]]]:
    """Return the rules that stop most genuine sign-ins, and of each day how many each stops; the rest is one."""
    totals: Counter[str] = Counter()
    for row in column.side["stopped_by_day"]:
        totals[row["rule"]] += row["events"]
    named = [rule for rule, _ in sorted(totals.items(), key=lambda each: (-each[1], each[0]))]
    shown = named[:RULES_SHOWN]
    days: dict[str, Counter[str]] = {}
    for row in column.side["stopped_by_day"]:
        rule = row["rule"] if row["rule"] in shown else OTHERS
        days.setdefault(row["day"], Counter())[rule] += row["events"]
    return shown + [OTHERS] * (len(named) > RULES_SHOWN), days


def rules_by_day_table(reading: Reading) -> Table:
    """Return the day and its stopped genuine sign-ins by rule, under the policy under test."""
    rules, days = rules_by_day(reading.after)
    rows: list[list[Value]] = [
        [Cell(day, {"day": day}), *(number[rule] for rule in rules)] for day, number in days.items()
    ]
    caption = f"Genuine sign-ins that {reading.after.name} challenges or denies, by day and rule"
    return Table("rules-by-day-table", caption, ["day", *rules], rows)


def levels_table(reading: Reading) -> Table:
    """Return the events of each level, the words that rules use for the score."""
    sides = [column.levels() for column in reading.compared]
    levels = [
        name
        for name in ("low", "medium", "high", NOT_KNOWN)
        if any(side[name, kind] for side in sides for kind in _ALL)
    ]
    rows: list[list[Value]] = []
    for level in levels:
        others = [sum(side[level, kind] for kind in ("action", "other")) for side in sides]
        row: list[Value] = [level]
        for side, other in zip(sides, others, strict=True):
            row += [side[level, GENUINE], side[level, FRAUDULENT], other]
        rows.append(row)
    heads = ["level", *(("genuine", "fraud", "other events") * len(sides))]
    return Table("levels-table", "Events by level of risk", heads, rows, groups=groups(reading, 3, 1))


_ALL = (GENUINE, FRAUDULENT, "action", "other")


def rules_table(reading: Reading) -> Table:
    """Return every rule in its order, also those that decided nothing."""
    heads = ["rule", "no.", *(("decided", "genuine", "fraud", *OUTCOMES) * len(reading.compared))]
    rows: list[list[Value]] = []
    for number, (rule, sides) in enumerate(reading.rules(), 1):
        row: list[Value] = [Cell(rule, {"rule": rule} if reading.changes else None), number]
        for side in sides:
            row += [None] * 6 if side is None else [side["decided"], side["genuine"], side["fraud"]]
            row += [] if side is None else [side.get(outcome, 0) for outcome in OUTCOMES]
        rows.append(row)
    caption = "Rules in their order, and what each decided; – where a policy has no such rule"
    return Table("rules-table", caption, heads, rows, groups=groups(reading, 6, 2), filtered=True)


def changes_table(changes: Json) -> Table:
    """Return what another rule or outcome decides, by the two rules."""
    pairs: dict[tuple[str, str, str, str], Counter[str]] = {}
    for row in changes["rows"]:
        key = (row["before"], row["before_rule"] or NO_RULE, row["after"], row["after_rule"] or NO_RULE)
        pairs.setdefault(key, Counter())[row["kind"]] += row["events"]
    rows: list[list[Value]] = []
    for (before, before_rule, after, after_rule), kinds in pairs.items():
        pick = {"before": before, "before-rule": before_rule, "after": after, "after-rule": after_rule}
        direction = _direction(before, after)
        change = Cell(f"{before} → {after}", pick if before != after else None)
        rows.append([change, direction, before_rule, after_rule, kinds.total(), kinds[GENUINE], kinds[FRAUDULENT]])
    heads = ["change", "direction", "rule before", "rule after", "events", "genuine", "fraud"]
    return Table("changes-table", "Events that another rule decides, or decides otherwise", heads, rows, filtered=True)


def subjects_table(changes: Json) -> Table:
    """Return the subjects for whom most changes."""
    rows: list[list[Value]] = [
        [Cell(each["subject"], {"subject": each["subject"]}), each["events"]] for each in changes["most_touched"]
    ]
    caption = f"The {count(len(rows))} most touched of {count(changes['subjects'])} subjects"
    return Table("subjects-table", caption, ["subject", "outcomes that change"], rows, filtered=True)


def examples_table(changes: Json) -> Table:
    """Return examples of changed events with all that is told of each."""
    rows: list[list[Value]] = []
    attributes: list[Json] = []
    for each in changes["examples"]:
        before_rule, after_rule = each["before_rule"] or NO_RULE, each["after_rule"] or NO_RULE
        country = each["country"] or NOT_KNOWN
        places = ", ".join(filter(None, (each["city"], each["network"])))
        browser = each["browser"] or "browser not known"
        known = each["sign_ins_before"]
        history = "history not known" if known is None else f"{count(known)} sign-ins before"
        rows.append(
            [
                Cell(each["at"][:19].replace("T", " "), None, (each["kind"],)),
                Cell(each["subject"], None, (history,)),
                Cell(country, None, (each["address"] or "no address", places)),
                Cell(f"device {each['device']}", None, (browser,)),
                Cell(each["application"] or "–", None, (each["action"],)),
                Cell(each["before"], None, (before_rule,)),
                Cell(each["after"], None, (after_rule, each["why"] if each["why"] != after_rule else "")),
                None if each["score"] is None else round(each["score"], 2),
            ]
        )
        attributes.append(
            {
                "day": each["at"][:10],
                "hour": str(int(each["at"][11:13])),
                "country": country,
                "subject": each["subject"],
            }
            | {"before": each["before"], "before-rule": before_rule, "after": each["after"], "after-rule": after_rule}
            | {"kind": each["kind"]}
        )
    heads = ["time (UTC), kind", "subject", "from", "device", "application", "before", "after, why", "score"]
    caption = f"{count(len(rows))} examples of changed events, at most {EXAMPLES_OF_A_CHANGE} of each change"
    return Table("examples-table", caption, heads, rows, attributes=attributes, filtered=True)


def matrices(reading: Reading) -> str:
    """Return outcome before × outcome after, for all events, the genuine and the fraudulent."""
    shown = [(kind, title) for kind, title in KINDS if reading.after.all.number(kind=kind)]
    return "".join(_matrix(reading.moved(kind), kind, title) for kind, title in shown)


def _matrix(cells: dict[tuple[str, str], int], kind: str | None, title: str) -> str:
    total = sum(cells.values())
    head = "".join(f'<th scope="col">{after}</th>' for after in OUTCOMES)
    rows = ""
    for before in OUTCOMES:
        row = "".join(_square(cells[before, after], total, before, after, kind) for after in OUTCOMES)
        rows += f'<tr><th scope="row">{before}</th>{row}</tr>'
    return (
        f'<div class="matrix"><table><caption>{text(title)}: {count(total)}</caption>'
        f'<thead><tr><th scope="col">before ↓ after →</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _square(number: int, total: int, before: str, after: str, kind: str | None) -> str:
    share = number / total if total else 0.0
    if before == after or not number:
        return f'<td class="same">{count(number)} <span class="more">{percent(share) if number else ""}</span></td>'
    pick = {"before": before, "after": after} | ({"kind": kind} if kind else {})
    return (
        f'<td class="{_direction(before, after)}"><span class="pick"{pick_attribute(pick)}>{count(number)}</span>'
        f' <span class="more">{_direction(before, after)}</span> <span class="more">{percent(share)}</span></td>'
    )


def _direction(before: str, after: str) -> str:
    if before == after:
        return "same"
    return "stricter" if STRICTNESS[after] > STRICTNESS[before] else "milder"
