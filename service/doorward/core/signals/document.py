"""The reference page of the signals, made from the table so that it cannot say anything else."""

from doorward.core.signals.base import SignalSpec
from doorward.core.signals.table import GROUPS

_OPENING = """\
# Signals

This page is made from the table in `doorward/core/signals/table.py`; a test fails where the two differ.

A signal is *known*, *learning* (it rests on fewer than 10 verified sign-ins; it has a value) or *unknown* (it has none,
and a reason). Rows marked ? can be unknown; the others are always known, and empty where nothing was sent or nothing
applies. Rows marked † are learned from the history. `risk.*` exist after the score alone.
Counts are exact up to their upper bound, which reads «at least».
"""


def markdown() -> str:
    """Return the whole page, one section for each group in the order of the table."""
    return "\n".join([_OPENING, *(_section(name, rows) for name, rows in GROUPS.items())])


def _section(name: str, rows: tuple[SignalSpec, ...]) -> str:
    head = f"## {name}\n\n| signal | type | range | what it says |\n|---|---|---|---|\n"
    return head + "".join(_line(row) for row in rows)


def _line(row: SignalSpec) -> str:
    marks = ("?" if row.may_be_unknown else "") + ("†" if row.learns else "")
    extent = ", ".join(part for part in (row.unit, row.range) if part)
    return f"| `{row.name}` {marks}".rstrip() + f" | {row.type} | {extent} | {row.doc} |\n"
