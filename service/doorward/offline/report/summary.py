"""What a back-test comes to, in sentences: for whoever decides and reads no tables."""

from collections.abc import Iterator
from typing import Any

from doorward.core.outcome import CHALLENGE, DENY
from doorward.offline.replay import FRAUDULENT, GENUINE
from doorward.offline.report.counts import Column, Reading
from doorward.offline.report.markup import count, percent
from doorward.offline.report.sheet import Card

Json = dict[str, Any]

# From this part of the budget on, a small change of the traffic is over it.
CLOSE = 0.9
# One more or less of fewer moves a rate by more than a tenth of a per cent.
FEW = 1000


def cards(reading: Reading) -> list[Card]:
    """Return the figures at the top, in their order."""
    found = [_challenged(reading), _denied(reading), _fraud(reading)]
    if reading.changes is None or not reading.results["judged"]:
        return found
    return [*found, _people(reading.changes)]


def _challenged(reading: Reading) -> Card:
    title, after = "Genuine sign-ins challenged", reading.after
    share = after.all.share(CHALLENGE)
    if share is None:
        return _nothing_genuine(title)
    state, word = _against_budget(share, reading.budget)
    sentence = f"{after.name} challenges {_of_genuine(after, CHALLENGE)}"
    if reading.before is not None:
        sentence += f", {reading.before.name} {count(reading.before.all.number(CHALLENGE, GENUINE))}"
    sentence += "."
    if reading.budget is not None:
        sentence += f" The budget is {percent(reading.budget)}."
    return Card(title, state, word, percent(share), sentence, _was(reading, CHALLENGE))


def _against_budget(share: float, budget: float | None) -> tuple[str, str]:
    if budget is None:
        return "plain", "no budget was given"
    if share > budget:
        return "bad", "over the budget"
    return ("fair", "close to the budget") if share > CLOSE * budget else ("good", "within the budget")


def _denied(reading: Reading) -> Card:
    title, after, before = "Genuine sign-ins denied", reading.after, reading.before
    share = after.all.share(DENY)
    if share is None:
        return _nothing_genuine(title)
    sentence = f"{after.name} denies {_of_genuine(after, DENY)}"
    if before is not None:
        sentence += f", {before.name} {count(before.all.number(DENY, GENUINE))}"
    sentence += "; a denial cannot be answered as a challenge can."
    if share == 0:
        state, word = "good", "nobody is locked out"
    elif before is not None and share > (before.all.share(DENY) or 0):
        state, word = "bad", "more than before"
    else:
        state, word = "fair", "look at who they are"
    return Card(title, state, word, percent(share), sentence, _was(reading, DENY))


def _fraud(reading: Reading) -> Card:
    title, after, before = "Fraud stopped", reading.after, reading.before
    share = after.all.stopped_share(FRAUDULENT)
    if share is None:
        sentence = "No sign-in that was judged is labelled as fraud, so what would be stopped is not known."
        return Card(title, "plain", "not known", "–", sentence)
    sentence = (
        f"{after.name} challenges {count(after.all.number(CHALLENGE, FRAUDULENT))} and denies "
        f"{count(after.all.number(DENY, FRAUDULENT))} of {count(after.all.number(kind=FRAUDULENT))} "
        "sign-ins that are labelled as fraud."
    )
    if before is None:
        return Card(title, "plain", "nothing to compare with", percent(share), sentence)
    was = before.all.stopped_share(FRAUDULENT) or 0.0
    sentence += f" {before.name} stops {count(before.all.stopped(FRAUDULENT))}."
    state, word = ("bad", "less than before") if share < was else ("good", "no less than before")
    return Card(title, state, word, percent(share), sentence, percent(was))


def _people(changes: Json) -> Card:
    title, number = "People touched", changes["subjects"]
    if not number:
        return Card(title, "plain", "no outcome changes", "0", "For nobody would a single outcome have been another.")
    at_least = "" if changes["subjects_are_all"] else "at least "
    most = max(each["events"] for each in changes["most_touched"])
    sentence = (
        f"For {at_least}{count(number)} subjects at least one outcome is another than before, in "
        f"{count(changes['events'])} events; for one of them in {count(most)}."
    )
    return Card(title, "plain", "outcomes that change", f"{at_least}{count(number)}", sentence)


def _nothing_genuine(title: str) -> Card:
    return Card(title, "plain", "nothing to count", "–", "No genuine sign-in was judged.")


def _of_genuine(column: Column, outcome: str) -> str:
    return f"{count(column.all.number(outcome, GENUINE))} of {count(column.all.number(kind=GENUINE))} genuine sign-ins"


def _was(reading: Reading, outcome: str) -> str:
    return "" if reading.before is None else percent(reading.before.all.share(outcome))


MODES = {
    "rebuilt": "Rebuilt: each event was judged with the history and the velocity that it had by then, as far as the "
    "logs tell them. What the service itself decided then may differ.",
    "recorded": "Recorded: the facts that were kept with each decision were judged again; the first column is what was "
    "decided then.",
}


def grounds(reading: Reading) -> list[tuple[str, str]]:
    """Return what the figures rest on, and what they leave out: each a state and a sentence."""
    document = reading.document
    return [
        *_events(reading.results),
        *_unread(document.get("unread")),
        *_not_replayable(document.get("replayability")),
        *(("fair", f"Assumed: {each}.") for each in document.get("assumptions") or ()),
        *_few(reading.after.all.number(kind=GENUINE)),
        ("plain", _genuine(reading.after)),
        ("plain", MODES.get(document["mode"], str(document["mode"]))),
    ]


def _events(results: Json) -> Iterator[tuple[str, str]]:
    if not results["events"]:
        yield "bad", "There was no event to judge."
        return
    yield (
        "plain",
        f"There are {count(results['events'])} events {_over(results)}; {count(results['judged'])} were judged.",
    )
    if results["warm_up"]:
        warm_up = count(results["warm_up"])
        yield "plain", f"The first {warm_up} events only built up a history (warm-up): no number holds them."


def _few(genuine: int) -> Iterator[tuple[str, str]]:
    if 0 < genuine < FEW:
        yield "fair", f"Rates of so few as {count(genuine)} genuine sign-ins are rough."


def _genuine(column: Column) -> str:
    others = column.all.number() - column.all.number(kind=GENUINE) - column.all.number(kind=FRAUDULENT)
    return (
        "Genuine are sign-ins whose first factor passed and that nothing speaks against; rates are shares of them. "
        f"In no rate: failed and unfinished sign-ins, and actions, of which there are {count(others)} together."
    )


def _over(results: Json) -> str:
    first, last = results["from"][:10], results["to"][:10]
    return f"on {first} (UTC)" if first == last else f"from {first} to {last} (UTC)"


def _unread(unread: Json | None) -> Iterator[tuple[str, str]]:
    if unread is None:
        return
    for each in unread.get("skipped") or ():
        yield "plain", f"Skipped: {each['reason']} ({count(each['events'])})."
    if not unread["events"]:
        yield "good", "Every line of the logs could be read."
        return
    reasons = "; ".join(f"{each['reason']} ({count(each['events'])})" for each in unread["reasons"])
    yield "fair", f"{count(unread['events'])} lines could not be read and are missing: {reasons}."


def _not_replayable(replayability: Json | None) -> Iterator[tuple[str, str]]:
    if replayability is None:
        return
    for each in replayability["rules_not_replayable"]:
        yield (
            "fair",
            f"Rule {each['rule']} of {each['line']} reads a run-time list that was not kept with "
            f"{count(each['records'])} records: there it was taken as unknown.",
        )
    models = replayability["models"]
    if len(models) > 1:
        named = ", ".join(f"{each['model']} ({count(each['records'])})" for each in models)
        yield "fair", f"The records were scored by several models: {named}."
    for digest in replayability["policies_without_text"]:
        yield "fair", f"The text of the policy {digest} is not there, so its run-time lists are not known."
