"""Nobody comes at a store that an operator has not accepted, or whose secrets are not ours."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from doorward.core.epoch import Epoch
from doorward.core.errors import StoreNotAccepted
from doorward.ports import Store

# What may be asked of any store: it is how the rest is found out.
_FREE = frozenset({"beat", "warnings", "sighting", "accept", "begin_restoring", "close"})


class _Admission:
    """Hands every operation on to a store that has been looked at; whenever it was refused, it is looked at again."""

    def __init__(self, store: Store, check: Callable[[Store], object]) -> None:
        self._store = store
        self._check = check
        self._admitted = ""

    def look(self) -> Epoch:
        try:
            epoch = self._store.look()
            if epoch.name != self._admitted:
                self._check(self._store)
        except StoreNotAccepted:
            self._admitted = ""
            raise
        self._admitted = epoch.name
        return epoch

    def ping(self) -> None:
        self.look()
        self._store.ping()

    def epoch_info(self) -> Epoch:
        if not self._admitted:
            self.look()
        return self._store.epoch_info()

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if callable(operation) and name not in _FREE:
            operation = self._admitting(operation)
        # Found here the next time, without this detour.
        self.__dict__[name] = operation
        return operation

    def _admitting(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def admitted(*arguments: Any, **named: Any) -> Any:
            if not self._admitted:
                self.look()
            try:
                return operation(*arguments, **named)
            except StoreNotAccepted:
                self._admitted = ""
                raise

        return admitted


def admitted(store: Store, check: Callable[[Store], object]) -> Store:
    """Return *store* as it may be used; *check* is called with it before its first use, and after each acceptance."""
    return cast(Store, _Admission(store, check))
