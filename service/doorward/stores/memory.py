"""What this machine remembers of a store while nothing of it runs: a small file below the state folder."""

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from doorward.core.epoch import Epoch, from_text, to_text
from doorward.core.errors import StoreNotAccepted

FOLDER = "stores"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The epochs that were seen last, by the place in the store where they stand.

    *believed* tells of a store that was met without any memory of it: its newest moment then, and when that was.
    """

    seen: dict[str, Epoch] = field(default_factory=dict)
    believed: tuple[float, float] = (0.0, 0.0)


class Memory:
    """One file for each *address*; without a *folder* nothing is remembered."""

    def __init__(self, folder: Path | None, address: str) -> None:
        self._address = address
        self._file = None if folder is None else folder / FOLDER / f"{sha256(address.encode()).hexdigest()[:32]}.json"

    def recall(self) -> Remembered:
        """Return what is remembered; StoreNotAccepted where it cannot be read, which is not «nothing»."""
        if self._file is None:
            return Remembered()
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            seen = {str(place): from_text(text) for place, text in told["seen"].items()}
            beat, at = told["believed"]
            return Remembered({place: epoch for place, epoch in seen.items() if epoch}, (float(beat), float(at)))
        except FileNotFoundError:
            return Remembered()
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise StoreNotAccepted(f"what is remembered of the store in '{self._file}' cannot be read") from None

    def keep(self, seen: Mapping[str, Epoch], believed: tuple[float, float]) -> None:
        """Put this in the place of what was remembered, all or nothing; OSError where that cannot be."""
        if self._file is None:
            return
        text = json.dumps(
            {
                "store": self._address,
                "seen": {place: to_text(epoch) for place, epoch in seen.items()},
                "believed": believed,
            }
        )
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=self._file.parent, prefix=".")  # mode 0600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(scratch, self._file)
        except BaseException:
            with suppress(OSError):
                os.unlink(scratch)
            raise
