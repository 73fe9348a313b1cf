"""A policy that passed its compiler: nothing here can be wrong any more, and nothing here changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.core.outcome import ALLOW, CHALLENGE, DENY, Requirement
from doorward.policy.binding import Binding
from doorward.policy.conditions import Condition, Environment
from doorward.policy.findings import START, Place
from doorward.policy.given import Given
from doorward.policy.lists import NamedList
from doorward.policy.scanning import Scan
from doorward.policy.source import Text

SKIP = "skip"
MATCH = "match"
BOTH = "both"
FIRST_MATCH = "first_match"
STRICTEST = "strictest"
ENROL = "enrol"
TELL = "tell"

# From which score on the risk is medium, and from which it is high.
DEFAULT_LEVELS = {"medium": 95.0, "high": 99.0}
DEFAULT_UNENROLLED = {"login": ENROL, "login_high_risk": DENY, "action": DENY}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule does when it applies; *max_age_seconds* None means the default age of a proof."""

    outcome: str
    requirement: Requirement | None = None
    max_age_seconds: int | None = None
    bind: bool = False
    notify: bool = False
    retry_after_seconds: int | None = None


# A policy without a `degraded` entry still asks for something: never a silent allow.
ANY_AUTHENTICATOR = Requirement(name="any")
DEFAULT_DEGRADED = Effect(CHALLENGE, ANY_AUTHENTICATOR)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. *on_unknown* is skip, match, or what to do instead; None where the condition is always known."""

    id: str
    condition: Condition
    then: Effect
    on_unknown: str | Effect | None = None
    description: str = ""
    reason: str = ""
    on: str = BOTH
    shadow: bool = False
    place: Place = START
    written: Text | None = None  # the condition as it stands in the file

    def applies_to(self, kind: str) -> bool:
        return self.on in (BOTH, kind)

    def place_of(self, offset: int) -> Place:
        """Return where in the file the character of the condition at *offset* stands."""
        return self.written.place_of(offset) if self.written is not None else self.place

    @property
    def why(self) -> str:
        """Return what a caller is told: the reason, else the description, else the id."""
        return self.reason or self.description or self.id

    def effect(self, answer: bool | None) -> Effect | None:
        """Return what the rule does when its condition answers so, None where it does nothing.

        An unknown that nobody foresaw does what is stricter: it refuses or challenges, it does not allow.
        """
        if answer is not None:
            return self.then if answer else None
        if isinstance(self.on_unknown, Effect):
            return self.on_unknown
        if self.on_unknown is None:
            return self.then if self.then.outcome != ALLOW else None
        return self.then if self.on_unknown == MATCH else None


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. *digest* covers its text and the files of its lists."""

    id: str
    text: str
    digest: str
    rules: tuple[Rule, ...]
    environment: Environment
    binding: Binding
    description: str = ""
    levels: Mapping[str, float] = field(default_factory=lambda: DEFAULT_LEVELS)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    combine: str = FIRST_MATCH
    unenrolled: Mapping[str, str] = field(default_factory=lambda: DEFAULT_UNENROLLED)
    pending: str = TELL
    degraded: Effect = DEFAULT_DEGRADED
    files: tuple[str, ...] = ()  # the list files, relative to the policy's folder
    places: Mapping[str, Place] = field(default_factory=dict)  # of `lists.<name>` and `requirements.<name>`
    scans: dict[str, Scan] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scan(self, kind: str) -> Scan:
        """Return the scan of the rules for *kind*, made when it is first asked for."""
        made = self.scans.get(kind)
        if made is None:
            made = self.scans[kind] = Scan(self.rules, kind)
        return made

    def given(self, signals: Any, runtime_lists: Mapping[str, Any]) -> Given:
        """Return what all conditions of one decision are evaluated on."""
        return self.environment.given(self.binding.values(signals, runtime_lists), self.binding.signals)
