"""The epoch of the store: one row, which a new file is given when it is made."""

import secrets
from dataclasses import replace

from doorward.core.epoch import Epoch, accepted, to_text
from doorward.rows import Sighting
from doorward.stores.sqlite.connection import Database
from doorward.stores.sqlite.part import Part
from doorward.stores.watch import Watch

_HERE = "file"
_REPLACE = "UPDATE meta SET value = ? WHERE name = 'epoch' AND value = ?"
_PUT = "INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class Epochs(Part):
    """Compared when the file is opened and once a second: a file changes hands only between two openings."""

    def __init__(self, database: Database, watch: Watch) -> None:
        super().__init__(database)
        self._watch = watch

    def look(self) -> Epoch:
        self._database.check_file()
        return self._watch.judge(self._found())

    def beat(self, now: float) -> None:
        made = self._watch.beats(now)
        self._watch.left({place: new for place, (old, new) in made.items() if self._write(_REPLACE, new, old)})

    def epoch_info(self) -> Epoch:
        return self._watch.epoch() if self._watch.name else self.look()

    def sighting(self) -> Sighting:
        return self._watch.sighting(self._found())

    def accept(self, now: float) -> Epoch:
        return self._rename(now, restoring=False)

    def begin_restoring(self, now: float) -> None:
        self._rename(now, restoring=True)

    def _rename(self, now: float, *, restoring: bool) -> Epoch:
        after = self._watch.follows(self._found())
        epoch = replace(accepted(secrets.token_hex(16), now, after=after), restoring=restoring)
        self._write(_PUT, to_text(epoch))
        self._watch.replace({_HERE: epoch})
        return epoch

    def _found(self) -> dict[str, str | None]:
        found = self._row("SELECT value FROM meta WHERE name = 'epoch'")
        return {_HERE: found[0] if found else None}
