"""The public data set «Login Data Set for Risk-Based Authentication» (Wiefling et al.), as its CSV file has it.

Its values were made anew, each for itself: a country is good for «the same or another», regions, cities and distances
for nothing, so that they are left out here.
"""

from doorward.offline.importers.events import FAILED, FRAUD, GENUINE, PASSED, event, login
from doorward.offline.importers.fields import MAX_RTT_MS, address, agent, flag, instant, network, number, subject_id
from doorward.offline.importers.outcomes import Json, Skipped, Unfit

KEYS = ("Login Timestamp", "User ID", "IP Address", "User Agent String", "Login Successful")

# Stands for every account that does not exist: nearly half of all rows, and no one's history.
NOBODY = "-4324475583306591935"
_NOBODY = "an attempt on an account that does not exist"

ACCOUNT_TAKEOVER = "account_takeover"
ATTACK_ADDRESS = "attack_address"


def convert(found: Json) -> Json | Skipped:
    """Return the event of one row.

    The mark «attack IP» speaks of the address and not of the sign-in: it becomes the family, and no label.
    """
    subject = subject_id(found.get("User ID"))
    if subject == NOBODY:
        return Skipped(_NOBODY)
    if subject is None:
        raise Unfit("no user id")
    succeeded = flag(found.get("Login Successful"))
    label, family = _label(found, succeeded=succeeded is True)
    client = {
        "ip": address(found.get("IP Address")),
        "user_agent": agent(found.get("User Agent String")),
        "rtt_ms": number(found.get("Round-Trip Time [ms]"), 0, MAX_RTT_MS),
    }
    result = None if succeeded is None else PASSED if succeeded else FAILED
    return event(
        instant(found.get("Login Timestamp")),
        login(subject, result=result, client=client),
        verified=succeeded,
        network=network(country=found.get("Country"), asn=found.get("ASN")),
        label=label,
        family=family,
    )


def _label(found: Json, *, succeeded: bool) -> tuple[str | None, str | None]:
    if flag(found.get("Is Account Takeover")):
        return FRAUD, ACCOUNT_TAKEOVER
    if flag(found.get("Is Attack IP")):
        return None, ATTACK_ADDRESS
    return (GENUINE if succeeded else None), None
