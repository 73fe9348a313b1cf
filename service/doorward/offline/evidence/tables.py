"""The tables of an evaluation's page."""

from collections.abc import Sequence
from typing import Any

from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import GENUINE_PER_ATTACK, NEEDED_FOR
from doorward.offline.report.markup import NOTHING, Cell, Share, Table, Value, count, percent

Json = dict[str, Any]

# Where the published figures have their marks, and so ours.
_SHOWN_NUMBERS = (4, 12, 39)


def caught(document: Json) -> Table:
    """Return what the model challenges of genuine sign-ins and of each family, with 95 % intervals."""
    model = document["scorers"][MODEL]
    rows = [_caught_row("genuine", document["judged"]["genuine"], "", model["challenged"])]
    for family, figures in model["families"].items():
        rows.append(_caught_row(family, figures["attacks"], _seen(figures), figures["caught"]))
    heads = ["family", "sign-ins", "", *(cell for rate in document["rates"] for cell in (percent(rate), "95 %"))]
    return Table("caught-table", "Share that is challenged, by the challenge rate aimed at", heads, rows, filtered=True)


def needed(document: Json) -> Table:
    """Return the challenge rate that must be borne to catch most of a family."""
    rows: list[list[Value]] = [
        [Cell(family), *map(Share, figures["needed"]), Share(figures["auc"])]
        for family, figures in document["scorers"][MODEL]["families"].items()
    ]
    heads = ["family", *(f"to catch {percent(share)}" for share in NEEDED_FOR), "AUC (a footnote)"]
    return Table("needed-table", "Challenge rate that it takes", heads, rows)


def precision(document: Json) -> Table:
    """Return what a challenge is worth at several base rates."""
    rows: list[list[Value]] = [
        [Cell(percent(each["rate"])), *map(Share, each["precision"])]
        for each in document["scorers"][MODEL]["precision"]
    ]
    heads = ["challenge rate", *(f"1 in {count(each)}" for each in GENUINE_PER_ATTACK)]
    caption = "Share of challenges that meet an attack, if one attack comes to so many genuine sign-ins"
    return Table("precision-table", caption, heads, rows)


def roc(document: Json) -> Table:
    """Return the points of the ROC."""
    families = document["roc"]["families"]
    rows: list[list[Value]] = [
        [Cell(percent(rate)), *(Share(shares[place]) for shares in families.values())]
        for place, rate in enumerate(document["roc"]["rates"])
    ]
    return Table("roc-table", "Share that is challenged, by challenge rate", ["challenge rate", *families], rows)


def baselines(document: Json) -> Table:
    """Return what each scorer challenges at the price that floors are for."""
    place, scorers = document["rates"].index(document["at"]), document["scorers"]
    rows: list[list[Value]] = [
        [Cell("genuine"), *(Share(each["challenged"][place]["share"]) for each in scorers.values())]
    ]
    for family in scorers[MODEL]["families"]:
        shares = [each["families"][family]["caught"][place]["share"] for each in scorers.values()]
        rows.append([Cell(family), *map(Share, shares)])
    rows.append([Cell("AUC, all families"), *(Share(each["auc"]) for each in scorers.values())])
    caption = f"Share that is challenged, where {percent(document['at'])} of genuine sign-ins are to be"
    return Table("baselines-table", caption, ["family", *scorers], rows)


def as_it_is(document: Json) -> str:
    """Return what those challenge that decide by themselves, at whatever price that comes to; and who they all are."""
    deciding = {name: each["as_it_is"] for name, each in document["scorers"].items() if each["as_it_is"]}
    rows: list[list[Value]] = [[Cell("genuine"), *(Share(each["challenged"]) for each in deciding.values())]]
    for family in document["scorers"][MODEL]["families"]:
        rows.append([Cell(family), *(Share(each["families"][family]) for each in deciding.values())])
    about: list[list[Value]] = [[Cell(name), each["about"]] for name, each in document["scorers"].items()]
    caption = "Share that is challenged by what decides without a threshold, at its own price"
    return (
        Table("as-it-is-table", caption, ["family", *deciding], rows).html()
        + Table("about-table", "What they are", ["name", "is"], about).html()
    )


def group(document: Json, name: str) -> Table:
    """Return the challenge rates of one kind of groups."""
    place = document["rates"].index(document["at"])
    rows: list[list[Value]] = [
        [Cell(row["name"]), row["genuine"], *map(Share, row["challenged"]), _between(row["wilson"][place])]
        for row in document["groups"][name]
    ]
    at = percent(document["at"])
    heads = [name, "genuine", *(percent(rate) for rate in document["rates"]), f"95 % at {at}"]
    identity = name.replace(" ", "-")
    return Table(f"by-{identity}-table", f"Genuine sign-ins challenged, by {name}", heads, rows)


def repeats(document: Json) -> Table:
    """Return the challenges among the first sign-ins, at the numbers that are published for others."""
    rows: list[list[Value]] = []
    for each in document["repeats"]:
        found = {row["n"]: row for row in each["rows"]}
        row: list[Value] = [
            Cell(each["family"]),
            Cell(percent(each["caught"])),
            Cell("yes" if each["frozen"] else "no"),
        ]
        for number in _SHOWN_NUMBERS:
            at = found.get(number)
            row += [None, None] if at is None else [at["median"], round(at["mean"], 2)]
        rows.append(row)
    numbers = [head for number in _SHOWN_NUMBERS for head in (f"median of {number}", f"mean of {number}")]
    heads = ["family", "caught", "threshold from other sign-ins", *numbers]
    return Table("repeats-table", "Challenges among the first sign-ins", heads, rows)


def bins(document: Json) -> Table:
    """Return the points of the reliability diagram."""
    rows: list[list[Value]] = [
        [Cell(str(number)), each["sign_ins"], Share(each["expected"]), Share(each["came"])]
        for number, each in enumerate(document["calibration"]["bins"], 1)
    ]
    heads = ["twentieth", "sign-ins", "expected", "came"]
    return Table("bins-table", "Attacks expected and attacks that came", heads, rows)


def errors(document: Json) -> Table:
    """Return how far the odds are off, over all and by history."""
    calibration = document["calibration"]
    rows: list[list[Value]] = [_error_row("all", calibration)]
    rows += [_error_row(f"{each['name']} sign-ins before", each) for each in calibration["histories"]]
    heads = ["sign-ins", "ECE", "Brier", "slope"]
    return Table("errors-table", "Errors of the odds, after the prior shift", heads, rows)


def promised(document: Json) -> Table:
    """Return the challenge rates that were promised beside those that came."""
    found = document["promised"]
    rows: list[list[Value]] = [
        [Cell(f"score {each['score']:g}"), Share(each["expected"]), Share(each["came"]), None, None]
        for each in found["scores"]
    ]
    for name in ("by_threshold", "by_score"):
        days = found[name]
        if days is not None:
            off = [Share(days["mean_off_by_day"]), Share(days["most_off_by_day"])]
            rows.append([Cell(name.replace("_", " ")), Share(days["expected"]), Share(days["came"]), *off])
    heads = ["what", "promised", "came", "off by day, mean", "off by day, most"]
    return Table("promised-table", "Challenge rates that were promised, and that came", heads, rows)


def campaigns(document: Json) -> Table:
    """Return how far the campaigns of each family get."""
    rows: list[list[Value]] = [
        [
            Cell(each["family"]),
            *(each[key] for key in ("campaigns", "successes", "never", "median_before", "most_before")),
        ]
        for each in document["campaigns"]
    ]
    heads = ["family", "campaigns", "successes", "never challenged", "successes before, median", "most"]
    caption = "Successes of a campaign before the first that is challenged"
    return Table("campaigns-table", caption, heads, rows)


def frog(document: Json) -> str:
    """Return at which step boiling frogs are first challenged, as HTML."""
    found = document["boiling_frog"]
    if found is None:
        return ""
    rows: list[list[Value]] = [[Cell(f"step {step}"), number] for step, number in found["first_at"].items()]
    rows.append([Cell("never"), found["never"]])
    no_cross = found["no_cross"]
    rows.append([Cell("never, on networks that the victim uses anyway"), no_cross["never"]])
    caption = f"Where {count(found['runs'])} boiling frogs are first challenged, if everything before was learned"
    return Table("frog-table", caption, ["first challenged at", "frogs"], rows).html()


def _caught_row(name: str, number: int, seen: str, shares: Sequence[Json]) -> list[Value]:
    row: list[Value] = [Cell(name), number, Cell(seen)]
    for each in shares:
        row += [Share(each["share"]), _between(_wider(each))]
    return row


def _seen(figures: Json) -> str:
    return "not fitted to" if figures["unseen"] else ""


def _wider(share: Json) -> list[float] | None:
    """Return what holds both intervals: of few subjects who are all alike a bootstrap is too sure."""
    intervals = [each for each in (share["wilson"], share["by_subject"]) if each is not None]
    return [min(low for low, _ in intervals), max(high for _, high in intervals)] if intervals else None


def _between(interval: Sequence[float] | None) -> Cell:
    return Cell(NOTHING if interval is None else f"{percent(interval[0])} to {percent(interval[1])}")


def _error_row(name: str, errors: Json) -> list[Value]:
    slope = errors["slope"]
    return [Cell(name), round(errors["ece"], 4), round(errors["brier"], 4), None if slope is None else round(slope, 2)]
