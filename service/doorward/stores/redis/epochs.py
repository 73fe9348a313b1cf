"""The epoch of the store: a copy in every band of slots, so that each master of a Cluster has some."""

import secrets
from dataclasses import replace

from doorward.core.epoch import Epoch, accepted, to_text
from doorward.rows import Sighting
from doorward.stores.redis import layout, scripts
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Part


class Epochs(Part):
    """One server alone has one copy; each carries the newest moment that was left."""

    def look(self) -> Epoch:
        return self._exchange.look()

    def beat(self, now: float) -> None:
        names = layout.epochs()
        made = self._exchange.watch.beats(now)
        left = self._exchange.put_epochs(
            [scripts.EXCHANGE.call((names[int(place)],), old, new) for place, (old, new) in made.items()]
        )
        self._exchange.watch.left(
            {place: new for (place, (_, new)), won in zip(made.items(), left, strict=True) if won}
        )

    def epoch_info(self) -> Epoch:
        return self._exchange.watch.epoch() if self._exchange.watch.name else self.look()

    def sighting(self) -> Sighting:
        return self._exchange.watch.sighting(self._exchange.epochs())

    def accept(self, now: float) -> Epoch:
        return self._rename(now, restoring=False)

    def begin_restoring(self, now: float) -> None:
        self._rename(now, restoring=True)

    def _rename(self, now: float, *, restoring: bool) -> Epoch:
        after = self._exchange.watch.follows(self._exchange.epochs())
        epoch = replace(accepted(secrets.token_hex(16), now, after=after), restoring=restoring)
        places, names = self._exchange.topology.places(), layout.epochs()
        self._exchange.put_epochs([call("SET", names[place], to_text(epoch)) for place in places])
        self._exchange.watch.replace({str(place): epoch for place in places})
        return epoch
