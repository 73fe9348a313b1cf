"""Who calls: `Authorization: Bearer dwk_…`, and nowhere else."""

import re

from doorward.api.errors import NotAuthenticated, ScopeMissing
from doorward.services import ApiKeys, Caller

# RFC 6750, section 2.1, with a bound.
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]{1,256}=*)", re.IGNORECASE)


def authenticate(header: str | None, api_keys: ApiKeys, now: float) -> tuple[Caller, str]:
    """Return the caller and the key that *header* presents; NotAuthenticated says the same for every wrong key."""
    if header is None:
        raise NotAuthenticated("an API key is required: Authorization: Bearer dwk_…", presented=False)
    match = _BEARER.fullmatch(header)
    caller = api_keys.check(match[1], now) if match else None
    if match is None or caller is None:
        raise NotAuthenticated("the API key is not valid", presented=True)
    return caller, match[1]


def authorise(caller: Caller, scopes: tuple[str, ...]) -> None:
    """Return where the caller holds any of *scopes*; ScopeMissing otherwise."""
    if not any(caller.may(scope) for scope in scopes):
        raise ScopeMissing(scopes)
