"""How far a long run has come, on a terminal and nowhere else."""

import sys
from types import TracebackType
from typing import Any, Self

import click


class Progress:
    """One bar after the other on standard error: bytes that were read, then events that were judged."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._label = ""
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def at(self, label: str, place: int, whole: int | None) -> None:
        """Show that *place* of *whole* is done of the step *label*; None: nobody knows how much there is."""
        if not sys.stderr.isatty():
            return
        if label != self._label:
            self._end()
            self._label, self._shown = label, 0
            self._bar = click.progressbar(length=whole or 0, label=label, file=sys.stderr)
            self._bar.__enter__()
        if whole is not None:
            self._bar.length = max(whole, place, 1)
        self._bar.update(place - self._shown)
        self._shown = place

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
