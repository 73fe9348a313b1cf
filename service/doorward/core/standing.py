"""How a tenant's own scale stands, and what may hold it."""

from dataclasses import dataclass

FAILURES, SECOND_STEPS, TAIL, SHIFT = "failures", "second_steps", "tail", "shift"
UNVERIFIED, CUT = "unverified", "cut"
ALARMS = (FAILURES, SECOND_STEPS, TAIL, SHIFT, UNVERIFIED, CUT)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tenant's own scale stands; *version* is empty while the shipped one is in force.

    *challenge_rate* and *pass_rate* are those of the last weeks until the last look at the sums, None without any.
    *made_at* is when the version in force was made, *shift* how far the scores since then lie from those before (PSI).
    """

    tenant: str
    version: str
    n: int
    held: tuple[str, ...]
    held_since: float
    challenge_rate: float | None
    pass_rate: float | None
    made_at: float | None = None
    shift: float | None = None
