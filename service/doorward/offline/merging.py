"""Sign-ins of a log added to the histories of a store, by the code that learns while serving.

A log never pushes out what a history holds: what finds no room is left out, the oldest first. So entries only come,
and what found no room will find none: to bring a log again adds nothing. The counts of the last hours are not made up
for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from doorward.core import history
from doorward.core.errors import Unreadable
from doorward.core.history import LIFE_SECONDS, MAX_ENTRIES
from doorward.core.history.codec import decode
from doorward.core.history.entries import Entry
from doorward.core.history.learning import event_mark
from doorward.core.population import Tally, counts_of
from doorward.learning import PROFILE_LIFE_SECONDS
from doorward.offline.spool import Spool
from doorward.offline.warming import Lesson
from doorward.ports import Keys, Store

# What becomes of a sign-in that may be learned from.
LEARNED = "learned"
THERE = "there already"
NO_ROOM = "no room in the history or in its day"
UNREADABLE = "the history cannot be read"

SUBJECTS_AT_ONCE = 500

Groups = Iterable[tuple[bytes, Iterator[str]]]
# Wraps the subjects that go by, of so many, to show how far it is.
Progress = Callable[[Groups, int], Groups]


@dataclass(slots=True)
class Merged:
    """What came of a log: *events* by what became of each, and how many subjects there were.

    To *changed* ones something was added; *new* are those among them that had no history before.
    """

    events: Counter[str] = field(default_factory=Counter)
    subjects: int = 0
    changed: int = 0
    new: int = 0


class Merging:
    """Adds *lessons*, the newest first, to one history; `rewrite` may run again, with a newer history."""

    def __init__(self, lessons: Sequence[Lesson], now: float) -> None:
        self._lessons = lessons
        self._now = now
        self.events: Counter[str] = Counter()
        self.tallies: list[Tally] = []
        self._last: tuple[bytes | None, bytes | None] | None = None

    def rewrite(self, profile: bytes | None) -> bytes | None:
        """Return *profile* with what it has room for; nothing of it goes but what has outlived its time."""
        if self._last is None or self._last[0] != profile:
            self._last = (profile, self._merged(profile))
        return self._last[1]

    def _merged(self, profile: bytes | None) -> bytes | None:
        self.events, self.tallies = Counter(), []
        entries = self._living(profile)
        for lesson in self._lessons:
            mark = event_mark(lesson.event_id)
            if any(each.event == mark for each in entries):
                self.events[THERE] += 1
                continue
            learned = self._learned(profile, lesson) if len(entries) < MAX_ENTRIES else None
            after = self._living(learned.profile) if learned else []
            if learned is None or {each.event for each in after} != {mark, *(each.event for each in entries)}:
                self.events[NO_ROOM] += 1
                continue
            profile, entries = learned.profile, after
            self.events[LEARNED] += 1
            told = counts_of(lesson.sight.marks, learned.counted, at=lesson.at, weight=learned.amount)
            self.tallies += told
        return profile

    def _learned(self, profile: bytes | None, lesson: Lesson) -> history.Learned:
        return history.learn(
            profile,
            event_id=lesson.event_id,
            at=lesson.at,
            sight=lesson.sight,
            weight=lesson.weight,
            quarantined=lesson.quarantined,
            now=self._now,
        )

    def _living(self, profile: bytes | None) -> list[Entry]:
        return [each for each in decode(profile).entries if each.at > self._now - LIFE_SECONDS]


def merge(store: Store, tenant: str, spool: Spool, *, apply: bool, now: float, progress: Progress) -> Merged:
    """Add what *spool* holds to the histories of *tenant*, each in one step; only tell of it without *apply*."""
    merged = Merged(subjects=spool.keys())
    gathered: dict[tuple[str, int], float] = {}
    for number, (key, texts) in enumerate(progress(spool.groups(), merged.subjects), 1):
        merging = Merging([Lesson.from_text(each) for each in texts], now)
        _merge_one(store, tenant, key, merging, merged, apply=apply, now=now)
        for each in merging.tallies if apply else ():
            gathered[each.level, each.value] = gathered.get((each.level, each.value), 0.0) + each.a
        if number % SUBJECTS_AT_ONCE == 0:
            _tell(store, tenant, gathered, now)
    _tell(store, tenant, gathered, now)
    return merged


def _merge_one(
    store: Store, tenant: str, key: bytes, merging: Merging, merged: Merged, *, apply: bool, now: float
) -> None:
    """Look first: a history that gains nothing is not written, and does not live longer for it."""
    try:
        before = store.begin(Keys(tenant, key), None, now).profile
        merging.rewrite(before)
        if merging.events[LEARNED] and apply:
            store.rewrite_profile(tenant, key, merging.rewrite, expires_at=now + PROFILE_LIFE_SECONDS, now=now)
    except Unreadable:
        merged.events[UNREADABLE] += 1
        return
    merged.events.update(merging.events)
    merged.changed += bool(merging.events[LEARNED])
    merged.new += before is None and bool(merging.events[LEARNED])


def _tell(store: Store, tenant: str, gathered: dict[tuple[str, int], float], now: float) -> None:
    """Add to the tenant's counts, by which a value is common or rare, and begin to gather anew."""
    if gathered:
        store.add_tallies(tenant, [Tally(level, value, 0, amount) for (level, value), amount in gathered.items()], now)
        gathered.clear()
