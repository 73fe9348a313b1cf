"""What is asked of Redis: one command with the key that it goes by."""

from dataclasses import dataclass
from hashlib import sha1
from typing import Any, NamedTuple

Address = tuple[str, int]
Word = bytes | str | int | float


class Call(NamedTuple):
    """One command: *key* decides which node it goes to, *at* names one instead; *script* is the text of an EVALSHA."""

    key: bytes
    words: tuple[Word, ...]
    script: str = ""
    at: Address | None = None
    asking: bool = False

    def in_full(self) -> "Call":
        """Return the call with the script itself in the place of its digest."""
        return self._replace(words=("EVAL", self.script, *self.words[2:]), script="")


@dataclass(frozen=True, slots=True)
class Script:
    """A Lua text and its digest; every key of a call must be of one hash tag."""

    text: str
    digest: str

    def call(self, keys: tuple[bytes, ...], *values: Word) -> Call:
        return Call(keys[0], ("EVALSHA", self.digest, len(keys), *keys, *values), self.text)


def script(text: str) -> Script:
    return Script(text, sha1(text.encode()).hexdigest())  # noqa: S324 (Redis names scripts by it)


def call(name: str, key: bytes, *values: Word) -> Call:
    """Return the command *name* on *key*."""
    return Call(key, (name, key, *values))


def at(address: Address, *words: Word) -> Call:
    """Return a command for the node at *address*."""
    return Call(b"", words, at=address)


Reply = Any
