"""One mapping of the file, read field by field; every field that does not fit is reported, none stops the reading."""

import re
from collections.abc import Iterable, Sequence

from doorward.policy.findings import Place, Report, nearest, one_of, quoted
from doorward.policy.source import Fields, Items, Node, Text

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])\Z", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,9}\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?\Z", re.ASCII)
MAX_DURATION_SECONDS = 366 * 86400


class Section:
    """The fields of one mapping. Unknown and repeated keys are reported as it is built; the first of two holds."""

    def __init__(self, node: Fields, report: Report, *, known: Sequence[str], what: str, rule: str = "") -> None:
        self.place = node.place
        self.report = report
        self.rule = rule
        self._what = what
        self._nodes: dict[str, Node] = {}
        self._keys: dict[str, Place] = {}
        for key, value in node.fields:
            self._add(key, value, known)
        for key, value in node.fields:
            if known and key.value not in known:
                self._read_as_meant(key, value, known)

    def _read_as_meant(self, key: Text, value: Node, known: Sequence[str]) -> None:
        """Read a mistyped key as the near one, so that what stands under it is looked at in the same go."""
        self.report.unknown_name(key.place, f"{self._what} key", key.value, known, rule=self.rule)
        meant = nearest(key.value, known)
        if meant and meant not in self._nodes:
            self._nodes[meant] = value
            self._keys[meant] = key.place

    def _add(self, key: Text, value: Node, known: Sequence[str]) -> None:
        if known and key.value not in known:
            return
        if key.value in self._nodes:
            self.error(key.place, "duplicate-key", f"the key {quoted(key.value)} stands here twice")
        else:
            self._nodes[key.value] = value
            self._keys[key.value] = key.place

    def error(self, place: Place, code: str, message: str, suggestion: str = "") -> None:
        self.report.error(place, code, message, rule=self.rule, suggestion=suggestion)

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def names(self) -> Iterable[str]:
        return self._nodes.keys()

    def node(self, name: str) -> Node | None:
        return self._nodes.get(name)

    def place_of_key(self, name: str) -> Place:
        return self._keys.get(name, self.place)

    def require(self, *names: str) -> None:
        """Report each of *names* that is missing."""
        for name in names:
            if name not in self._nodes:
                self.error(self.place, "missing-key", f"expected the key '{name}' in {self._what}")

    def text(self, name: str, default: str = "") -> str:
        scalar = self.scalar(name)
        return scalar.value if scalar else default

    def scalar(self, name: str) -> Text | None:
        node = self._nodes.get(name)
        if node is not None and not isinstance(node, Text):
            self.error(node.place, "wrong-type", f"'{name}' is a {shape(node)}, expected a text")
            return None
        return node

    def choice(self, name: str, words: Sequence[str], default: str) -> str:
        scalar = self.scalar(name)
        if scalar is None:
            return default
        if scalar.value not in words:
            suggestion = nearest(scalar.value, words)
            message = f"'{name}' is {quoted(scalar.value)}, expected {one_of(words)}"
            self.error(scalar.place, "bad-value", message, suggestion)
            return default
        return scalar.value

    def flag(self, name: str, default: bool = False) -> bool:
        return self.choice(name, ("true", "false"), "true" if default else "false") == "true"

    def whole(self, name: str, *, low: int, high: int, default: int) -> int:
        scalar = self.scalar(name)
        if scalar is None:
            return default
        if not _WHOLE.match(scalar.value) or not low <= int(scalar.value) <= high:
            expected = f"a whole number from {low} to {high}"
            self.error(scalar.place, "bad-value", f"'{name}' is {quoted(scalar.value)}, expected {expected}")
            return default
        return int(scalar.value)

    def number(self, name: str, *, low: float, high: float, default: float) -> float:
        scalar = self.scalar(name)
        if scalar is None:
            return default
        value = as_number(scalar.value)
        if value is None or not low <= value <= high:
            expected = f"a number from {low:g} to {high:g}"
            self.error(scalar.place, "bad-value", f"'{name}' is {quoted(scalar.value)}, expected {expected}")
            return default
        return value

    def seconds(self, name: str) -> int | None:
        """Return a duration such as `15m` in seconds, None where it is not given."""
        scalar = self.scalar(name)
        if scalar is None:
            return None
        match = _DURATION.match(scalar.value)
        value = int(match[1]) * _UNITS[match[2]] if match else 0
        if not 0 < value <= MAX_DURATION_SECONDS:
            expected = "a duration such as 30s, 15m, 24h or 7d, a year at most"
            self.error(scalar.place, "bad-duration", f"'{name}' is {quoted(scalar.value)}, expected {expected}")
            return None
        return value

    def texts(self, name: str) -> tuple[Text, ...]:
        """Return the scalars of a list; a single text is a list of one."""
        node = self._nodes.get(name)
        if node is None:
            return ()
        return texts(node, self, f"'{name}'")


def texts(node: Node, section: Section, what: str) -> tuple[Text, ...]:
    """Return the scalars that *node* lists, and report what is none."""
    if isinstance(node, Text):
        return (node,)
    if not isinstance(node, Items):
        section.error(node.place, "wrong-type", f"{what} is a {shape(node)}, expected a list of texts")
        return ()
    for item in node.items:
        if not isinstance(item, Text):
            section.error(item.place, "wrong-type", f"{what} holds a {shape(item)}, expected texts alone")
    return tuple(item for item in node.items if isinstance(item, Text))


def as_number(text: str) -> float | None:
    return float(text) if _NUMBER.match(text) else None


def shape(node: Node) -> str:
    """Return the word for what *node* is, as a person would say it."""
    if isinstance(node, Text):
        return "text"
    return "list" if isinstance(node, Items) else "mapping"
