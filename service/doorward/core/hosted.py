"""What is kept of a challenge that our own page asks: whose browser it is, where it leads back, what it has shown.

A browser is known by a secret in a cookie; only a digest of it is kept, and it is another one for each challenge.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

Json = dict[str, Any]

# The browser takes the receipt straight back; only who must write a new recovery code down takes longer.
RECEIPT_SECONDS = 300
# What the page adds to the address that it leads back to.
OURS = frozenset({"challenge", "status", "receipt"})


@dataclass(frozen=True, slots=True)
class Hosted:
    """A challenge in a page of ours; an empty *browser* where none has opened it.

    *shown* is what beginning gave, by the authenticator. *receipt* is what the browser takes back to the caller, who
    collects what was passed at *passed_at* with it. *replacement* is a recovery code that the person must write down,
    *grant* what allows to bind a new authenticator, and *binding* the one that is being bound.
    """

    browser: str = ""
    return_to: str = ""
    shown: Mapping[str, Json] = field(default_factory=dict, repr=False)
    grant: str = field(default="", repr=False)
    binding: str = ""
    receipt: str = field(default="", repr=False)
    passed_at: float = 0.0
    remember: bool = False
    trusted: bool = False
    replacement: str = field(default="", repr=False)

    def is_of(self, challenge_id: str, secret: str) -> bool:
        """Answer whether the browser that holds *secret* is the one that opened it."""
        return hmac.compare_digest(self.browser, browser_of(challenge_id, secret))

    def is_receipt(self, receipt: str, now: float) -> bool:
        """Answer whether *receipt* is the one that was given, in time."""
        return (
            bool(self.receipt)
            and hmac.compare_digest(self.receipt.encode(), receipt.encode())
            and 0 <= now - self.passed_at < RECEIPT_SECONDS
        )

    def disowned(self) -> Self:
        """Return it without what could be bound, collected or read."""
        return replace(self, shown={}, grant="", receipt="", replacement="")

    def way_back(self, challenge_id: str, status: str) -> str:
        """Return the address that leads back to the caller, empty where none is known."""
        if not self.return_to:
            return ""
        base, mark, fragment = self.return_to.partition("#")
        told = {"challenge": challenge_id, "status": status} | ({"receipt": self.receipt} if self.receipt else {})
        return f"{base}{'&' if '?' in base else '?'}{urlencode(told)}{mark}{fragment}"

    def to_json(self) -> Json:
        """Return it without what is not set."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


def browser_of(challenge_id: str, secret: str) -> str:
    """Return the digest by which a challenge knows the browser that holds *secret*."""
    return hashlib.sha256(f"page\x1f{challenge_id}\x1f{secret}".encode()).hexdigest()


def says_ours(url: str) -> bool:
    """Answer whether *url* already says what the page would add, so that a reader could take the wrong one."""
    return any(name in OURS for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True))
