"""One answer to a challenge, from wherever it comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.core.request import Client


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer to a challenge. *client* is the browser that gave it, where the caller says so.

    What follows from one that is *deferred* waits until the caller collects it: it was given to a page of ours.
    """

    authenticator: str
    response: Mapping[str, Any]
    client: Client | None = None
    remember_device: bool = False
    deferred: bool = False
