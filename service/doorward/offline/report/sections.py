"""The parts of the page in their order, each with its plots and tables."""

from typing import Any

from doorward.offline.replay import FRAUDULENT, GENUINE
from doorward.offline.report import plots, tables
from doorward.offline.report.counts import Numbers, Reading
from doorward.offline.report.markup import Cell
from doorward.offline.report.sheet import Section, drawn

Json = dict[str, Any]


def all_sections(reading: Reading) -> list[Section]:
    """Return what the page shows; where one policy alone was judged, nothing of changes."""
    shown = [_time(reading), _places(reading), _risk(reading), _rules(reading)]
    if reading.changes is None:
        return shown
    return [_changes(reading, reading.changes), *shown, *_drilled(reading.changes)]


def _changes(reading: Reading, changes: Json) -> Section:
    body = f'<div class="matrices">{tables.matrices(reading)}</div>' if reading.results["judged"] else NOTHING_JUDGED
    if changes["rows"]:
        body += tables.changes_table(changes).html()
    elif reading.results["judged"]:
        body += "<p>Every event is decided as before, and by the same rule.</p>"
    return Section("changes", "What changes", body)


def _time(reading: Reading) -> Section:
    if not reading.after.all.number(kind=GENUINE):
        return Section("time", "Over time", NOTHING_GENUINE)
    days = [(Cell(str(day), {"day": day}), sides) for day, sides in _aligned(reading, "days", "day")]
    table = tables.parts_table(reading, "day", "Genuine sign-ins by day (UTC)", days)
    shown = [(plots.challenged_over_time(reading), table)]
    if reading.after.side["stopped_by_day"]:
        shown.append((plots.by_rule_over_time(reading), tables.rules_by_day_table(reading)))
    return drawn("time", "Over time", shown)


def _places(reading: Reading) -> Section:
    if not reading.after.all.number(kind=GENUINE):
        return Section("places", "Hours and countries", NOTHING_GENUINE)
    hours = [(Cell(f"{hour:02}:00", {"hour": str(hour)}), sides) for hour, sides in _aligned(reading, "hours", "hour")]
    countries = [
        (Cell(name, None if name == tables.OTHERS else {"country": name}), sides)
        for name, sides in tables.most_of(reading, "countries", "country")
    ]
    shown = [
        (plots.by_hour(reading), tables.parts_table(reading, "hour", "Genuine sign-ins by hour (UTC)", hours)),
        (plots.by_country(reading), tables.parts_table(reading, "country", "Genuine sign-ins by country", countries)),
    ]
    return drawn("places", "Hours and countries", shown)


def _risk(reading: Reading) -> Section:
    if not reading.results["judged"]:
        return Section("risk", "Scores and attacks", NOTHING_JUDGED)
    shown = [(plots.scores(reading), tables.levels_table(reading))]
    families = [(Cell(name), sides) for name, sides in tables.most_of(reading, "families", "family")]
    if families:
        table = tables.parts_table(reading, "family", "Fraud by family of attack", families, kind=FRAUDULENT)
        shown.append((plots.by_family(reading), table))
    return drawn("risk", "Scores and attacks", shown)


def _rules(reading: Reading) -> Section:
    if not reading.rules():
        return Section("rules", "Rules", NOTHING_JUDGED)
    return Section("rules", "Rules", tables.rules_table(reading).html())


def _drilled(changes: Json) -> list[Section]:
    """Return what leads from numbers to single events."""
    if not changes["examples"]:
        return [Section("examples", "Examples", "<p>There is no event whose outcome changes.</p>")]
    left_out = (
        ""
        if changes["subjects_are_all"]
        else "<p>There were too many to count all: who is seldom touched is missing.</p>"
    )
    return [
        Section("people", "People", left_out + tables.subjects_table(changes).html()),
        Section("examples", "Examples", '<div id="chosen"></div>' + tables.examples_table(changes).html()),
    ]


def _aligned(reading: Reading, group: str, key: str) -> list[tuple[Any, list[Numbers]]]:
    """Return the parts of a group on each compared side, in their order."""
    sides = [column.by(group, key) for column in reading.compared]
    return [(part, [side[part] for side in sides]) for part in sorted(set().union(*sides))]


NOTHING_JUDGED = "<p>There was no event to judge.</p>"
NOTHING_GENUINE = "<p>No genuine sign-in was judged.</p>"
