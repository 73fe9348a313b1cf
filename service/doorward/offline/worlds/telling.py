"""What a log tells of a sign-in: the same world seen by a system that collects or knows less."""

from collections.abc import Callable
from typing import Any
from zlib import crc32

Json = dict[str, Any]
Tell = Callable[[Json], Json]

_WITHOUT_TOKENS = 0.4
_PLACE = ("region", "city", "lat", "lon", "timezone")
_KIND = ("kind", "anonymous")
_SYSTEM = ("asn", "as_org", *_KIND)


def no_tokens(event: Json) -> Json:
    client = {name: value for name, value in event["request"]["client"].items() if name != "device_token"}
    return event | {"request": event["request"] | {"client": client}}


def some_tokens(event: Json) -> Json:
    """Leave out the tokens of some subjects, the same ones at each sign-in."""
    lot = crc32(event["request"]["subject"]["id"].encode()) / 2**32
    return no_tokens(event) if lot < _WITHOUT_TOKENS else event


def silent_tokens(event: Json) -> Json:
    return no_tokens(event) if event["request"]["client"]["device_token"] is None else event


def no_places(event: Json) -> Json:
    return _without(event, _PLACE)


def no_kinds(event: Json) -> Json:
    return _without(event, _KIND)


def no_systems(event: Json) -> Json:
    return _without(event, _SYSTEM)


def no_facts(event: Json) -> Json:
    return {name: value for name, value in event.items() if name != "facts"}


def unnoticed(event: Json) -> Json:
    """Let every success be verified and nobody call it fraud; the family still says what it was."""
    return event | {"verified": event["request"]["credential"]["result"] == "passed", "label": None}


def _without(event: Json, names: tuple[str, ...]) -> Json:
    network = event["facts"]["network"]
    return event | {"facts": {"network": {name: value for name, value in network.items() if name not in names}}}
