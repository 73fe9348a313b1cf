"""What can go wrong before a use-case is reached."""

from doorward.core.errors import BadInput, Conflict, DoorwardError, Mistake


class BadJson(DoorwardError):
    """The body is not JSON that every party reads alike (RFC 7493)."""

    def __init__(self, detail: str, *, pointer: str = "#") -> None:
        super().__init__(detail)
        self.mistake = Mistake(detail, pointer)


class BadUrl(DoorwardError):
    """The path or the query is not percent-encoded UTF-8."""


class WrongContentType(DoorwardError):
    """The body is not declared as JSON in UTF-8."""


class BodyTooLarge(DoorwardError):
    """The body is larger than any that is read."""


class BadParameter(BadInput):
    """A parameter cannot be used; *place* is query, path or header."""

    def __init__(self, mistakes: list[Mistake], *, place: str) -> None:
        super().__init__(mistakes)
        self.place = place


class NotAuthenticated(DoorwardError):
    """The API key is missing or wrong; *presented* tells which."""

    def __init__(self, detail: str, *, presented: bool) -> None:
        super().__init__(detail)
        self.presented = presented
        self.reason = "wrong" if presented else "missing"


class ScopeMissing(DoorwardError):
    """The API key is good, but not for this operation; any of *scopes* would be."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__("the API key lacks the scope " + " or ".join(f"'{scope}'" for scope in scopes))
        self.scopes = scopes
        self.reason = "scope"


class KeyReused(DoorwardError):
    """An idempotency key came with another body than the first time."""


class StillRunning(Conflict):
    """The first request with this idempotency key has not been answered yet."""
