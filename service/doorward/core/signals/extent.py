"""What a signal can be at all, read from its row's range: bounds, words, or a form that its words have."""

import re
from dataclasses import dataclass

from doorward.core.signals.base import SignalSpec

_BOUNDS = re.compile(r"(-?[0-9]+) to (-?[0-9]+)\Z")
_WORDS = re.compile(r"[a-z0-9_]+(?:, [a-z0-9_]+)+\Z")
_FORMS = {"ISO 3166-1 alpha-2": re.compile(r"[A-Z]{2}\Z")}


@dataclass(frozen=True, slots=True)
class Extent:
    """The values of one signal, or of what it lists; *text* says it to a person."""

    text: str
    bounds: tuple[float, float] | None = None
    words: tuple[str | int, ...] = ()
    form: re.Pattern[str] | None = None

    def holds(self, value: object) -> bool:
        """Answer whether the signal can be *value*."""
        if self.bounds is not None:
            return isinstance(value, int | float) and self.bounds[0] <= value <= self.bounds[1]
        if self.form is not None:
            return isinstance(value, str) and bool(self.form.match(value))
        return value in self.words


def extent_of(spec: SignalSpec) -> Extent | None:
    """Return what the signal can be; None where its row leaves that open.

    A text that is always known is empty where nothing was sent.
    """
    bounds = _BOUNDS.match(spec.range)
    if bounds:
        return Extent(spec.range, bounds=(float(bounds[1]), float(bounds[2])))
    if spec.range in _FORMS:
        return Extent(f"a code of {spec.range}, such as NO", form=_FORMS[spec.range])
    if not _WORDS.match(spec.range):
        return None
    words = spec.range.split(", ")
    if spec.type == "int":
        return Extent(spec.range, words=tuple(map(int, words)))
    empty = [] if spec.may_be_unknown or spec.type != "string" else [""]
    return Extent(spec.range, words=(*words, *empty))
