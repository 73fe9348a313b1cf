"""The plots of an evaluation, as plotly's own JSON."""

from typing import Any

from doorward.offline.evidence.baselines import MODEL
from doorward.offline.report.escaping import plot_text
from doorward.offline.report.markup import count
from doorward.offline.report.plots import AFTER, MIDDLE, SHADES, SHARE, Plot, line

Json = dict[str, Any]

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_PERCENT: Json = {"tickformat": SHARE["tickformat"]}
_REPEATED = 0.99


def roc(document: Json) -> Plot:
    """Return how many attacks of each family are challenged, at challenge rates that a site would bear."""
    rates = document["roc"]["rates"]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plot_text(family),
            "x": rates,
            "y": shares,
            "line": {"color": f"--rule-{place % SHADES}", "width": 2, "dash": _DASHES[place % len(_DASHES)]},
            "hovertemplate": "%{x:.1%}: %{y:.1%}",
        }
        for place, (family, shares) in enumerate(document["roc"]["families"].items())
    ]
    layout = {
        "xaxis": _PERCENT | {"title": {"text": "challenge rate"}, "range": [0, 0.1]},
        "yaxis": _PERCENT | {"title": {"text": "attacks challenged"}, "range": [0, 1.02]},
        "shapes": [line(x0=document["at"])],
    }
    caption = "Share of attacks that are challenged, by family, against the share of genuine sign-ins that are"
    return Plot("roc", "What is caught at which price", caption, data, layout, height=420)


def by_history(document: Json) -> Plot:
    """Return the challenge rate by how many verified sign-ins somebody has behind them."""
    rows = document["groups"]["history"]
    place = document["rates"].index(document["at"])
    shares = [row["challenged"][place] for row in rows]
    data: list[Json] = [
        {
            "type": "bar",
            "name": "genuine sign-ins challenged",
            "x": [row["name"] for row in rows],
            "y": shares,
            "error_y": _errors(shares, [row["wilson"][place] for row in rows]),
            "text": [count(row["genuine"]) for row in rows],
            "textposition": "none",
            "marker": {"color": AFTER},
            "hovertemplate": "%{x}: %{y:.2%} of %{text}",
        }
    ]
    layout = {
        "barmode": "group",
        "xaxis": {"type": "category", "title": {"text": "verified sign-ins before"}},
        "yaxis": SHARE,
        "shapes": [line(y0=document["at"])],
    }
    caption = "Share of genuine sign-ins that are challenged, by how many verified ones came before; lines span 95 %"
    return Plot("history", "The first sign-ins bear most of it", caption, data, layout)


def repeats(document: Json) -> Plot:
    """Return how many challenges somebody has met by the n-th sign-in, where 99 % of a family are caught."""
    shown = [each for each in document["repeats"] if each["caught"] == _REPEATED and each["rows"]]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": plot_text(each["family"]),
            "x": [row["n"] for row in each["rows"]],
            "y": [row["mean"] for row in each["rows"]],
            "line": {"color": f"--rule-{place % SHADES}", "width": 2, "dash": _DASHES[place % len(_DASHES)]},
            "hovertemplate": "%{x}: %{y:.2f}",
        }
        for place, each in enumerate(shown)
    ]
    layout = {
        "xaxis": {"title": {"text": "sign-in number"}},
        "yaxis": {"title": {"text": "challenges so far"}, "rangemode": "tozero"},
    }
    caption = (
        "Challenges that a genuine person has met by the n-th sign-in, on average, where 99 % of a family are caught"
    )
    return Plot("repeats", "Challenged again", caption, data, layout, height=420)


def reliability(document: Json) -> Plot:
    """Return what share of sign-ins was an attack, beside the probability that the model gave them."""
    bins = [each for each in document["calibration"]["bins"] if each["came"] > 0]
    ends = [each["expected"] for each in bins] + [each["came"] for each in bins] or [1.0]
    data: list[Json] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "as expected",
            "x": [min(ends), max(ends)],
            "y": [min(ends), max(ends)],
            "line": {"color": MIDDLE, "dash": "dash", "width": 1.5},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "came",
            "x": [each["expected"] for each in bins],
            "y": [each["came"] for each in bins],
            "line": {"color": AFTER, "width": 2},
            "marker": {"color": AFTER, "size": 7},
            "hovertemplate": "expected %{x:.3%}, came %{y:.3%}",
        },
    ]
    axis = {"type": "log", "tickformat": "~%"}
    layout = {
        "xaxis": axis | {"title": {"text": "attacks expected"}},
        "yaxis": axis | {"title": {"text": "attacks that came"}},
    }
    caption = (
        "Attacks expected and attacks that came, of each twentieth of the sign-ins by the model's odds; "
        "twentieths without any attack are in the table alone"
    )
    return Plot("reliability", "Whether its odds are odds", caption, data, layout)


def scorers(document: Json) -> Plot:
    """Return how many attacks each scorer challenges on average at the price that floors are for."""
    place = document["rates"].index(document["at"])
    names = [name for name, each in document["scorers"].items() if each["families"]]
    means = []
    for name in names:
        caught = [each["caught"][place]["share"] for each in document["scorers"][name]["families"].values()]
        means.append(sum(caught) / len(caught))
    data: list[Json] = [
        {
            "type": "bar",
            "name": "mean over families",
            "orientation": "h",
            "x": means,
            "y": names,
            "marker": {"color": AFTER, "pattern": {"shape": ["" if name == MODEL else "/" for name in names]}},
            "hovertemplate": "%{y}: %{x:.1%}",
        }
    ]
    layout = {
        "barmode": "group",
        "xaxis": _PERCENT | {"range": [0, 1]},
        "yaxis": {"type": "category", "autorange": "reversed"},
    }
    caption = "Share of attacks that are challenged at the same price, each family counting once"
    return Plot("scorers", "Beside what one would have without it", caption, data, layout, height=140 + 30 * len(names))


def _errors(shares: list[float], intervals: list[list[float] | None]) -> Json:
    spans = [each or [share, share] for share, each in zip(shares, intervals, strict=True)]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - share for share, (_, high) in zip(shares, spans, strict=True)],
        "arrayminus": [share - low for share, (low, _) in zip(shares, spans, strict=True)],
        "color": MIDDLE,
    }
