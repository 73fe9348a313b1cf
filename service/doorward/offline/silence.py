"""Logs that leave out what is null: where a browser has no device token they say nothing of it, and mean that."""

from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]
_TOKEN = "device_token"  # noqa: S105 - a field's name


class Silence:
    """Whether a log of canonical events says `null` of a browser without a token, or leaves the field out.

    It leaves it out where tokens stand in it and `null` never does: for a model that difference is one between an
    attacker who has none and a system that asks nobody. Events of other systems' logs (`context.log`) are taken at
    their word; what those do not tell is not known. Until `is_sure` events must be looked at before the first is read.
    """

    def __init__(self) -> None:
        self._has_token = self._has_null = False

    @property
    def is_sure(self) -> bool:
        """Whether no further event could change how this log is read."""
        return self._has_null

    def looked(self, events: Iterable[Json]) -> Iterator[Json]:
        """Yield *events* as they are, and see how they speak of tokens."""
        for event in events:
            client = _client_of(event)
            if client is not None and _TOKEN in client:
                self._has_token |= client[_TOKEN] is not None
                self._has_null |= client[_TOKEN] is None
            yield event

    def told(self, event: Json) -> Json:
        """Return *event* with a `null` where it leaves one out."""
        if not self._has_token or self._has_null:
            return event
        client = _client_of(event)
        if client is None or _TOKEN in client:
            return event
        return event | {"request": event["request"] | {"client": client | {_TOKEN: None}}}


def _client_of(event: Json) -> Json | None:
    """Return what a canonical event of one's own says of the client; None for one that an importer made."""
    request = event.get("request")
    if not isinstance(request, dict):
        return None
    context, client = request.get("context"), request.get("client", {})
    if not isinstance(client, dict) or (isinstance(context, dict) and "log" in context):
        return None
    return client
