"""The plots of a report, as plotly's own JSON. Colours are names of CSS variables, so that light and dark both fit."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from doorward.core.outcome import CHALLENGE, DENY
from doorward.offline.replay import FRAUDULENT, GENUINE
from doorward.offline.report.counts import Column, Numbers, Reading
from doorward.offline.report.escaping import plot_text
from doorward.offline.report.markup import count
from doorward.offline.report.tables import OTHERS, most_of, rules_by_day

Json = dict[str, Any]

SHADES = 11  # of the stacked rules, in the style sheet
MAX_GAP_DAYS = 1100
SCORES = 101
BEFORE, AFTER, MIDDLE = "--before", "--after", "--middle"


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure. *pick* names the field of examples that a click asks for, by the point's `customdata`."""

    id: str
    title: str
    caption: str
    data: list[Json]
    layout: Json = field(default_factory=dict)
    height: int = 340

    def to_json(self) -> Json:
        return {"data": self.data, "layout": self.layout | {"height": self.height}}


def challenged_over_time(reading: Reading) -> Plot:
    """Return the share of genuine sign-ins that each side challenges and denies, day by day."""
    data = []
    for outcome, dash in ((CHALLENGE, "solid"), (DENY, "dot")):
        for column, colour in _coloured(reading):
            if outcome == DENY and not column.all.number(DENY, GENUINE):
                continue
            days = column.by("days", "day")
            shown = _calendar(sorted(days))
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": plot_text(f"{_ED[outcome]}: {column.name}"),
                    "x": shown,
                    "y": [days[day].share(outcome) if day in days else None for day in shown],
                    "customdata": [{"day": day} for day in shown],
                    "line": {"color": colour, "width": 2, "dash": dash},
                    "marker": {"color": colour, "size": 4, "symbol": "circle" if outcome == CHALLENGE else "x"},
                    "hovertemplate": "%{x}: %{y:.2%}",
                }
            )
    layout: Json = {"xaxis": {"type": "date"}, "yaxis": SHARE}
    if reading.budget is not None:
        layout |= {"shapes": [line(y0=reading.budget)], "annotations": [_note("budget", y=reading.budget)]}
    caption = "Share of genuine sign-ins that are challenged or denied, by day (UTC)"
    return Plot("days", "Who is challenged over time", caption, data, layout)


def by_rule_over_time(reading: Reading) -> Plot:
    """Return the genuine sign-ins that the policy under test stops, stacked by the rule that does."""
    rules, days = rules_by_day(reading.after)
    data: list[Json] = [
        {
            "type": "bar",
            "name": plot_text(rule),
            "x": list(days),
            "y": [number[rule] for number in days.values()],
            "customdata": [{"day": day} | ({} if rule == OTHERS else {"rule": rule}) for day in days],
            "marker": {"color": f"--rule-{place % SHADES}", "pattern": {"shape": PATTERNS[place % len(PATTERNS)]}},
            "hovertemplate": "%{x}: %{y}",
        }
        for place, rule in enumerate(rules)
    ]
    layout = {"barmode": "stack", "xaxis": {"type": "date"}, "yaxis": {"title": {"text": "sign-ins"}}}
    caption = f"Genuine sign-ins that {reading.after.name} challenges or denies, by day (UTC) and rule"
    return Plot("rules-by-day", "By which rule", caption, data, layout, height=380)


def scores(reading: Reading) -> Plot:
    """Return how the scores of genuine sign-ins and of fraud are spread, and where the policy's levels lie."""
    found = {(row["score"], row["kind"]): row["events"] for row in reading.after.side["scores"]}
    data: list[Json] = []
    for sheet, (kind, name, colour) in _SHEETS.items():
        total = sum(events for (_, its), events in found.items() if its == kind)
        data.append(
            {
                "type": "bar",
                "name": f"{name} ({count(total)})",
                "x": list(range(SCORES)),
                "y": [found.get((score, kind), 0) / total if total else None for score in range(SCORES)],
                "yaxis": sheet,
                "marker": {"color": colour, "pattern": {"shape": "/" if kind == FRAUDULENT else ""}},
                "hovertemplate": "score %{x}: %{y:.2%}",
            }
        )
    levels = reading.after.side.get("thresholds") or {}
    layout = {
        "bargap": 0,
        "xaxis": {"title": {"text": "score"}, "range": [-1, SCORES], "anchor": "y2"},
        "yaxis": SHARE | {"domain": [0.54, 1]},
        "yaxis2": SHARE | {"domain": [0, 0.46]},
        "shapes": [line(x0=level) for level in levels.values()],
        "annotations": [
            _note(name, x=level, y=1 if name == "high" else 0.92, sheet="y") for name, level in levels.items()
        ],
    }
    caption = f"Scores of genuine sign-ins (above) and of fraud (below), by {reading.after.name}: shares of each kind"
    return Plot("scores", "Scores", caption, data, layout, height=380)


_SHEETS = {"y": (GENUINE, "genuine", AFTER), "y2": (FRAUDULENT, "fraud", "--fraud")}


def by_hour(reading: Reading) -> Plot:
    """Return the share of genuine sign-ins that is challenged at each hour of the day."""
    hours = list(range(24))
    data = []
    for column, colour in _coloured(reading):
        parts = column.by("hours", "hour")
        data.append(
            _bars(column, colour, [parts.get(hour, Numbers()) for hour in hours])
            | {
                "x": hours,
                "y": [parts[hour].share(CHALLENGE) if hour in parts else None for hour in hours],
                "customdata": [{"hour": str(hour)} for hour in hours],
                "hovertemplate": "%{x}:00: %{y:.2%} of %{text}",
            }
        )
    layout = {"barmode": "group", "xaxis": {"title": {"text": "hour (UTC)"}, "dtick": 3}, "yaxis": SHARE}
    return Plot(
        "hours", "By hour of the day", "Share of genuine sign-ins that are challenged, by hour (UTC)", data, layout
    )


def by_country(reading: Reading) -> Plot:
    """Return the share of genuine sign-ins that is challenged in each country."""
    parts = most_of(reading, "countries", "country")
    data = _sideways(reading, parts, GENUINE, "country")
    caption = "Share of genuine sign-ins that are challenged, by country; in brackets how many there are"
    return Plot("countries", "By country", caption, data, _SIDEWAYS, height=130 + 24 * len(parts))


def by_family(reading: Reading) -> Plot:
    """Return the share of each family of attacks that is challenged or denied."""
    parts = most_of(reading, "families", "family")
    data = _sideways(reading, parts, FRAUDULENT, "")
    caption = "Share of fraud that is challenged or denied, by family of attack; in brackets how many there are"
    return Plot("families", "By family of attack", caption, data, _SIDEWAYS, height=150 + 32 * len(parts))


_ED = {CHALLENGE: "challenged", DENY: "denied"}
SHARE: Json = {"tickformat": ".1~%", "rangemode": "tozero"}
_SIDEWAYS: Json = {
    "barmode": "group",
    "xaxis": SHARE,
    "yaxis": {"type": "category", "autorange": "reversed", "automargin": True},
}
# Rules are told apart without colours too.
PATTERNS = ("", "/", "x", "-", "|", "+", "\\", ".")


def _coloured(reading: Reading) -> list[tuple[Column, str]]:
    if reading.before is None:
        return [(reading.after, AFTER)]
    middle = [(column, MIDDLE) for column in reading.columns[1:-1]]
    return [(reading.before, BEFORE), *middle, (reading.after, AFTER)]


def _bars(column: Column, colour: str, parts: list[Numbers]) -> Json:
    return {
        "type": "bar",
        "name": plot_text(column.name),
        "marker": {"color": colour, "pattern": {"shape": "/" if colour == BEFORE else ""}},
        "text": [count(part.number(kind=GENUINE)) for part in parts],
        "textposition": "none",
    }


def _sideways(reading: Reading, parts: list[tuple[str, list[Numbers]]], kind: str, pick: str) -> list[Json]:
    labels = [plot_text(f"{name} ({count(sides[-1].number(kind=kind))})") for name, sides in parts]
    colours = (BEFORE, AFTER)[-len(reading.compared) :]
    data = []
    for place, (column, colour) in enumerate(zip(reading.compared, colours, strict=True)):
        sides = [each[place] for _, each in parts]
        shares = [side.share(CHALLENGE) if kind == GENUINE else side.stopped_share(kind) for side in sides]
        bars = _bars(column, colour, sides) | {"orientation": "h", "x": shares, "y": labels}
        if pick:
            bars["customdata"] = [{} if name == OTHERS else {pick: name} for name, _ in parts]
        data.append(bars | {"hovertemplate": "%{y}: %{x:.2%}"})
    return data


def _calendar(days: list[str]) -> list[str]:
    """Return every day from the first to the last, so that a day without events shows as a gap."""
    if not days:
        return []
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    if (last - first).days > MAX_GAP_DAYS:
        return days
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def line(*, x0: float | None = None, y0: float | None = None) -> Json:
    """Return a dashed line across the whole plot."""
    along = {"x0": x0, "x1": x0, "y0": 0, "y1": 1, "yref": "paper"}
    if x0 is None:
        along = {"y0": y0, "y1": y0, "x0": 0, "x1": 1, "xref": "paper"}
    return {"type": "line", "line": {"color": "--limit", "dash": "dash", "width": 1.5}, **along}


def _note(words: str, *, y: float, x: float = 1, sheet: str = "x") -> Json:
    """Return a word at a line; *sheet* is the axis along which the place is a part of the plot."""
    placed = {"x": x, "y": y, f"{sheet}ref": "paper"}
    looks = {"showarrow": False, "font": {"color": "--limit"}, "bgcolor": "--card"}
    return {"text": words, "xanchor": "right", "yanchor": "bottom"} | looks | placed
