"""What our own records know of who was at the door: canonical events with labels, for training and measuring.

A label is what somebody said, or what was shown. What is only likely has none: it still stands in the events, for the
history and the velocity of those that follow.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from doorward.core.history import QUARANTINE_SECONDS
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.offline.event import FRAUD, GENUINE
from doorward.offline.importers.outcomes import Skipped, Unfit
from doorward.offline.importers.records import convert

Json = dict[str, Any]

# Why a sign-in has its label, or has none.
FEEDBACK = "feedback"
DISOWNED = "the subject said «not me»"
SECOND_FACTOR = "a second factor was shown"
UNDISPUTED = "allowed, and not disputed for 48 hours"
NOT_SHOWN = "nobody showed who it was"


def labelled_events(
    records: Iterable[DecisionRecord], *, now: float, reasons: Counter[str] | None = None
) -> Iterator[Json]:
    """Yield the canonical event of every record, with `label`; *reasons* counts what the labels rest on.

    The events keep the order of *records*, and a record that is no event of anybody is left out.
    """
    for record in records:
        label, reason = label_of(record, now=now)
        try:
            event = convert(json.loads(json.dumps(record.to_json())))
        except Unfit:
            continue
        if isinstance(event, Skipped):
            continue
        if reasons is not None:
            reasons[reason] += 1
        yield dict(event) | {"label": label}


def label_of(record: DecisionRecord, *, now: float) -> tuple[str | None, str]:
    """Return genuine, fraud or None, and why; the last word of a person goes before what was shown.

    A second factor that was failed is no fraud: people forget their phones. A password that was wrong is nothing.
    """
    if record.feedback:
        return str(record.feedback[-1]["label"]), FEEDBACK
    if any(each.get("reason") == "not_me" for each in record.events):
        return FRAUD, DISOWNED
    if record.request.kind != LOGIN:
        return None, NOT_SHOWN
    if any(_shows(each) for each in record.events) or any(_is_proved(each) for each in record.reports):
        return GENUINE, SECOND_FACTOR
    is_open = any(each.get("result") != "completed" for each in record.reports)
    if record.learned and not is_open and record.at <= now - QUARANTINE_SECONDS:
        return GENUINE, UNDISPUTED
    return None, NOT_SHOWN


def _shows(event: Mapping[str, Any]) -> bool:
    return event.get("what") == "passed" and event.get("trusted") is not False


def _is_proved(report: Mapping[str, Any]) -> bool:
    return report.get("result") == "completed" and bool(report.get("amr"))
