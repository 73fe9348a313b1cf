"""What an answer costs in things that are counted: trips to the store, values opened, hashes and signatures."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from doorward.authenticators import recovery_code
from doorward.authenticators.device_keys import DeviceKeys
from doorward.sealing import AesGcmSealer
from doorward.stores.sqlite.connection import Database

# Where each kind of work is done: the class or module, its function, and what it is called here.
_PLACES: tuple[tuple[Any, str, str], ...] = (
    (Database, "reading", "trips"),
    (Database, "writing", "trips"),
    (AesGcmSealer, "open", "opened"),
    (AesGcmSealer, "seal", "sealed"),
    (DeviceKeys, "check", "signatures"),
    (recovery_code, "slow_hash", "slow hashes"),
)


@contextmanager
def counted(monkeypatch: Any) -> Iterator[Counter[str]]:
    """Count the work that is done within the block, by kind."""
    done: Counter[str] = Counter()

    def counting(original: Any, kind: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            done[kind] += 1
            return original(*arguments, **named)

        return call

    with monkeypatch.context() as patched:
        for place, name, kind in _PLACES:
            patched.setattr(place, name, counting(getattr(place, name), kind))
        yield done
