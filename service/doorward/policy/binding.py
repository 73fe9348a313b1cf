"""How the values of a decision are handed to CEL: only those that the policy's conditions name, each as its type."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from doorward.core.signals.base import Signals, SignalSpec
from doorward.policy.conditions import Condition, list_type
from doorward.policy.functions import NETWORKS
from doorward.policy.lists import NO_NETWORKS, NamedList, NetworkTable, RuntimeEntries, RuntimeList, WordList


class Binding:
    """Which signals and lists a policy's conditions need, and how their values are handed to CEL."""

    def __init__(
        self,
        conditions: Iterable[Condition],
        *,
        signals: Mapping[str, SignalSpec],
        lists: Mapping[str, NamedList],
    ) -> None:
        conditions = tuple(conditions)
        names = sorted(frozenset[str]().union(*(each.signals for each in conditions)))
        whole = frozenset[str]().union(*(each.whole_lists for each in conditions))
        used = sorted(frozenset[str]().union(*(each.lists for each in conditions)))
        self.signals = frozenset(names)
        types = ((name, _CONVERTERS.get(signals[name].type)) for name in names)
        self._converted = tuple((name, convert) for name, convert in types if convert is not None)
        self._fixed = {f"lists.{name}": _fixed(lists[name]) for name in used if _is_fixed(lists[name], name in whole)}
        self._narrowed = tuple((name, lists[name]) for name in used if f"lists.{name}" not in self._fixed)
        searched = frozenset(name for name, named in self._narrowed if list_type(named) != NETWORKS)
        # What a decision sees where no run-time list holds anything, which is the rule; None where words are narrowed.
        filled = any(not isinstance(named, RuntimeList) for _, named in self._narrowed)
        empty = {f"lists.{name}": _present(named, (), ()) for name, named in self._narrowed} if not filled else {}
        self._usual = None if filled else {**self._fixed, **empty}
        self._candidates = frozenset[str]().union(*(each.signals for each in conditions if each.lists & searched))

    def values(self, signals: Signals, runtime_lists: Mapping[str, RuntimeEntries | None]) -> dict[str, Any]:
        """Return the values to evaluate on; a signal that is unknown is left out, and so is a list that is None.

        Signals that no condition names may be among them, as they are.
        """
        usual = None if runtime_lists else self._usual
        values = {**(self._fixed if usual is None else usual), **signals.values}
        for name, convert in self._converted:
            if name in values:
                values[name] = convert(values[name])
        if self._narrowed and usual is None:
            self._add_lists(values, runtime_lists)
        return values

    def _add_lists(self, values: dict[str, Any], runtime_lists: Mapping[str, RuntimeEntries | None]) -> None:
        candidates = _words_in(values[name] for name in self._candidates if name in values)
        for name, named in self._narrowed:
            entries = runtime_lists.get(name, ()) if isinstance(named, RuntimeList) else named
            if entries is not None:
                values[f"lists.{name}"] = _present(named, entries, candidates)


def _is_fixed(named: NamedList, used_whole: bool) -> bool:
    if isinstance(named, RuntimeList):
        return False
    return not isinstance(named, WordList) or used_whole or len(named.words) <= WordList.COPIED_WHOLE


def _fixed(named: NamedList) -> Any:
    return named.words if isinstance(named, WordList) else getattr(named, "handle", None)


def _present(named: NamedList, entries: Any, candidates: Collection[object]) -> Any:
    """Return a list as this decision sees it: a handle, or those entries that the decision can name."""
    if isinstance(named, WordList):
        return named.narrowed(candidates)
    # What was filled under another declaration of the list does not fit this one, and is nothing to it.
    is_table = isinstance(entries, NetworkTable)
    if list_type(named) == NETWORKS:
        return entries.handle if is_table else NO_NETWORKS.handle
    return [] if is_table else [each for each in candidates if isinstance(each, str) and each in entries]


def _words_in(values: Iterable[Any]) -> set[object]:
    """Return every text and number in *values*, however deep."""
    found: set[object] = set()
    for value in values:
        if isinstance(value, str | int | float):
            found.add(value)
        elif isinstance(value, Mapping):
            found |= _words_in((*value.keys(), *value.values()))
        elif isinstance(value, list | tuple):
            found |= _words_in(value)
    return found


def _moment(value: Any) -> Any:
    return value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "double": float,
    "timestamp": _moment,
    "list(string)": list,
    "map(string, string)": dict,
    "map(string, dyn)": dict,
}
