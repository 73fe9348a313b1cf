"""Events in the order of their time, however many there are: what does not fit in memory is sorted in parts on disc."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from typing import IO, Any

Json = dict[str, Any]
Timed = tuple[float, int, Json]

EVENTS_IN_MEMORY = 50_000


def in_order(
    events: Iterable[Json], at_of: Callable[[Json], float | None], *, in_memory: int = EVENTS_IN_MEMORY
) -> Iterator[Json]:
    """Yield *events* by the time that *at_of* reads of each; equal times keep their order.

    Those without a time are yielded first: whoever reads them has to say what is wrong with them. At most *in_memory*
    are held at once; the parts lie in temporary files that only their owner can read, and are gone at the end.
    """
    with ExitStack() as files:
        parts: list[Iterator[Timed]] = []
        part: list[Timed] = []
        for number, event in enumerate(events):
            at = at_of(event)
            part.append((float("-inf") if at is None else at, number, event))
            if len(part) >= in_memory:
                parts.append(_written(part, files))
                part = []
        part.sort(key=_key)
        for _, _, event in merge(*parts, part, key=_key):
            yield event


def _key(timed: Timed) -> tuple[float, int]:
    return timed[0], timed[1]


def _written(part: list[Timed], files: ExitStack) -> Iterator[Timed]:
    part.sort(key=_key)
    file: IO[str] = files.enter_context(tempfile.TemporaryFile("w+", encoding="ascii"))  # noqa: SIM115 - entered here
    for at, number, event in part:
        file.write(f"{at!r} {number} {json.dumps(event, ensure_ascii=True)}\n")
    file.seek(0)
    return _read(file)


def _read(file: IO[str]) -> Iterator[Timed]:
    for line in file:
        at, number, event = line.split(" ", 2)
        yield float(at), int(number), json.loads(event)
