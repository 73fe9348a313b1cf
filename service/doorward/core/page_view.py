"""A challenge as our own page shows it, and the browser that looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser in our page: *browser* is the secret in its cookie."""

    tenant: str
    challenge_id: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PageView:
    """What the page shows of a challenge. *choices* are what may be shown next, *shown* what beginning one gave.

    *way_back* leads to the caller, with a receipt where the challenge was passed. *replacement* is a recovery code
    that takes the place of the one that was used. *enrols* says that a new authenticator is to be bound, *enrol* are
    the types of which one may be bound now, and *binding* is the one that is being bound.
    """

    id: str
    tenant: str
    name: str
    status: str
    action: str
    application: str
    is_login: bool
    seconds_left: int
    attempts_left: int
    count: int
    passed: tuple[str, ...]
    choices: tuple[Json, ...]
    shown: Mapping[str, Json]
    enrols: bool
    enrol: tuple[str, ...]
    binding: str
    way_back: str
    replacement: str = field(default="", repr=False)
