"""The values of one decision, which all its conditions are evaluated on; CEL's own form of them where it is needed."""

from collections.abc import Callable, Collection, Mapping
from typing import Any


class Given:
    """*activate* makes CEL's form of values; it is handed the signals of *names* and all lists, or everything."""

    __slots__ = ("_activate", "_activation", "_names", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        activate: Callable[[Mapping[str, Any]], Any],
        names: Collection[str] | None = None,
    ) -> None:
        self.values = values
        self._activate = activate
        self._names = names
        self._activation: Any = None

    @property
    def activation(self) -> Any:
        if self._activation is None:
            self._activation = self._activate(self._asked_for())
        return self._activation

    def _asked_for(self) -> Mapping[str, Any]:
        """Return the values that CEL may be asked for: it copies what it is handed."""
        names = self._names
        if names is None:
            return self.values
        return {name: value for name, value in self.values.items() if name in names or name.startswith("lists.")}
