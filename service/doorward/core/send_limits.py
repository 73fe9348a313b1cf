"""How many messages may be sent: against toll fraud, and against filling a person's telephone.

Numbers that a stranger rents in blocks share their beginning, so whoever is paid for each message that arrives there
meets the budget of the prefix however many numbers and accounts he uses.
"""

from collections.abc import Mapping

from doorward.core.throttle import Limit

HOUR = 3600

# Each is for one tenant. Spent in this order, so that what one person uses up is refused before it counts for all.
LIMITS: Mapping[str, Limit] = {
    "subject": Limit(10, HOUR, 6),
    "address": Limit(10, HOUR, 6),
    "prefix": Limit(200, HOUR, 100),
    "sms": Limit(1000, HOUR, 200),
    "voice": Limit(200, HOUR, 50),
    "email": Limit(3000, HOUR, 500),
    "tenant": Limit(3000, HOUR, 500),
}

# Messages that tell the owner of something; once for what strangers can bring about, once for what was done with leave.
# Apart from codes, so that nobody can use up by noise what the owner needs to sign in, or to be told the rest.
NOTICE_LIMITS: Mapping[str, Limit] = {
    "subject": Limit(60, HOUR, 30),
    "address": Limit(20, HOUR, 12),
    "prefix": Limit(100, HOUR, 50),
    "sms": Limit(300, HOUR, 100),
    "voice": Limit(1, HOUR, 1),
    "email": Limit(6000, HOUR, 1000),
    "tenant": Limit(6000, HOUR, 1000),
}

# `+`, the country and the first digits after it: six digits in all.
PREFIX_LENGTH = 7


def budgets_of(channel: str, to: str) -> Mapping[str, str]:
    """Return the names of the budgets that a message to *to* spends, each with what it is kept for; no subject."""
    prefix = {} if channel == "email" else {"prefix": to[:PREFIX_LENGTH]}
    address = to.lower() if channel == "email" else to
    return {"address": address, **prefix, channel: "", "tenant": ""}
