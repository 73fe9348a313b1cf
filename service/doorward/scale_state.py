"""What the workers of a tenant agree on about its own scale: the versions, what was seen last, and what holds it."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from doorward.risk.own_scale import OwnScale
from doorward.risk.scale_alarms import LASTING, Sums, alarms

DAY = 86_400.0
# What lasts so long is how things are now, but for what is LASTING.
HOLD_SECONDS = 7 * DAY
MATURE_SECONDS = 14 * DAY

FIRST = 200.0
NEW_LEAST = 100.0
NEW_SHARE = 0.05

NOTHING = Sums({})


@dataclass(frozen=True, slots=True)
class Version:
    """One frozen version: its name and when it was put in force."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class ScaleState:
    """*versions* oldest first, the last one in force; *seen* are the sums at the last look, which was at *looked_at*.

    *usual* are the sums that the version in force was made of. *held* says why it is not followed, since *held_since*.
    """

    versions: tuple[Version, ...] = ()
    usual: Sums = NOTHING
    seen: Sums = NOTHING
    looked_at: float = 0.0
    held: tuple[str, ...] = ()
    held_since: float = 0.0
    thawed: bool = field(default=False)

    @property
    def current(self) -> str:
        return self.versions[-1].name if self.versions else ""

    def is_due(self, now: float) -> bool:
        return self.thawed or not 0 <= now - self.looked_at < DAY

    def to_bytes(self) -> bytes:
        data: dict[str, Any] = {
            "versions": [[each.name, each.at] for each in self.versions],
            "usual": self.usual.to_json(),
            "seen": self.seen.to_json(),
            "looked_at": self.looked_at,
            "held": self.held,
            "held_since": self.held_since,
            "thawed": self.thawed,
        }
        return json.dumps(data, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> "ScaleState":
        data = json.loads(body)
        return cls(
            versions=tuple(Version(name, at) for name, at in data["versions"]),
            usual=Sums.from_json(data["usual"]),
            seen=Sums.from_json(data["seen"]),
            looked_at=data["looked_at"],
            held=tuple(data["held"]),
            held_since=data["held_since"],
            thawed=data["thawed"],
        )


def next_state(state: ScaleState, own: OwnScale | None, sums: Sums, *, divisor: float, now: float) -> ScaleState:
    """Return what a look at *sums* comes to: a version more where there is enough that is new and nothing alarms.

    *own* is the version in force. A version that the state names and nobody has kept yet is to be made of *sums*.
    """
    news = sums.since(state.seen, divisor)
    usual = sums.since(NOTHING, divisor) if own is None else state.usual.since(NOTHING, divisor)
    since_version = sums.since(state.usual, divisor)
    mature = bool(state.versions) and now - state.versions[0].at >= MATURE_SECONDS
    found = alarms(own, usual, news, since_version=since_version, mature=mature) if not state.thawed else ()
    held_since = (state.held_since if state.held else now) if found else 0.0
    if found and not LASTING.intersection(found) and now - held_since >= HOLD_SECONDS:
        found, held_since = (), 0.0
    looked = replace(state, seen=sums, looked_at=now, held=found, held_since=held_since, thawed=False)
    if found or not _is_enough(own, sums, since_version, divisor):
        return looked
    version = Version(_name(state, now), now)
    return replace(looked, versions=(*state.versions, version), usual=sums)


def without_old(state: ScaleState, before: float) -> tuple[ScaleState, tuple[str, ...]]:
    """Return *state* without the versions that another one followed earlier than *before*, and their names."""
    followed = zip(state.versions, state.versions[1:], strict=False)
    old = tuple(version.name for version, successor in followed if successor.at < before)
    return replace(state, versions=state.versions[len(old) :]), old


def _is_enough(own: OwnScale | None, sums: Sums, since_version: Sums, divisor: float) -> bool:
    if own is None:
        return sums.n / divisor >= FIRST
    return since_version.n >= max(NEW_LEAST, NEW_SHARE * own.n)


def _name(state: ScaleState, now: float) -> str:
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    same = sum(1 for each in state.versions if each.name.split(".")[0] == day)
    return f"{day}.{same + 1}" if same else day
