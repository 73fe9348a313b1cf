"""A whole world: people sign in, attackers take the places of some of them and try others, in the order of time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from operator import itemgetter
from typing import Any

from doorward.offline.worlds.attackers import attacks
from doorward.offline.worlds.attackers.scene import Scene
from doorward.offline.worlds.events import Attempt, event_of
from doorward.offline.worlds.geography import Geography
from doorward.offline.worlds.people import Person, draw_person
from doorward.offline.worlds.profiles import PROFILES, Profile
from doorward.offline.worlds.sessions import Session, sessions_of
from doorward.offline.worlds.streams import Roots, generator
from doorward.offline.worlds.unlike import profile_unlike, told_unlike

Note = Callable[[str, int, int], None]

_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What makes a world; the same makes the same one.

    *start* is its first day, in UTC. *unlike* names rows of `unlike.UNLIKE`, by which it differs from others.
    """

    profile: str = "realistic"
    seed: int = 1
    users: int = 6_000
    days: int = 240
    start: date = date(2026, 1, 1)
    attackers: bool = True
    unlike: tuple[str, ...] = ()


class World:
    """The attempts of one world in the order of time; *note* is told what is done, how much of it, and of how much."""

    def __init__(self, asked: Asked, note: Note = lambda *_: None) -> None:
        self.asked = asked
        profile = profile_unlike(PROFILES[asked.profile], asked.unlike)
        roots = Roots(asked.seed)
        geography = Geography(generator(roots.places), profile)
        people, sessions = _lived(asked, profile, geography, roots, note)
        successes = sorted((each for each in sessions if each.succeeds), key=lambda each: (each.at_ms, each.user))
        for number, session in enumerate(successes):
            session.number = number
        scene = Scene(geography, people, successes, asked.days, profile.scale(asked.users, asked.days))
        added = attacks(scene, roots) if asked.attackers else []
        remaining = [session for session in sessions if session.number not in scene.taken]
        _mend_cookies(remaining)
        self._attempts = _in_order([*remaining, *added])
        self._note = note

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the canonical event of each attempt."""
        told = told_unlike(self.asked.unlike)
        begun_ms = int(datetime.combine(self.asked.start, time(), UTC).timestamp()) * 1000
        for number, (at_ms, passed, session) in enumerate(self._attempts, 1):
            if number % _TOLD_EVERY == 0 or number == len(self._attempts):
                self._note("writing", number, len(self._attempts))
            yield told(event_of(Attempt(begun_ms + at_ms, passed, session)))

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return attempts and successes of genuine people (`genuine`) and of each family, sorted by name."""
        all_of: Counter[str] = Counter()
        passed_of: Counter[str] = Counter()
        for _, passed, session in self._attempts:
            family = session.family or "genuine"
            all_of[family] += 1
            passed_of[family] += passed
        return {family: (all_of[family], passed_of[family]) for family in sorted(all_of)}


def _lived(
    asked: Asked, profile: Profile, geography: Geography, roots: Roots, note: Note
) -> tuple[list[Person], list[Session]]:
    """Return all people and their sessions, those of each person in the order of time."""
    people: list[Person] = []
    sessions: list[Session] = []
    for index, stream in enumerate(roots.users(asked.users)):
        rng = generator(stream)
        person = draw_person(rng, index, geography, profile, asked.days)
        people.append(person)
        sessions += sessions_of(rng, person, geography, profile, asked.days, asked.start)
        if (index + 1) % _TOLD_EVERY == 0 or index + 1 == asked.users:
            note("living", index + 1, asked.users)
    return people, sessions


def _mend_cookies(sessions: Sequence[Session]) -> None:
    """Let no cookie be presented whose issue was replaced: it is then issued by the first sign-in that has it."""
    issued: set[str] = set()
    for session in sessions:
        if session.cookie is not None and session.cookie not in issued:
            session.cookie = None
        if session.succeeds and session.issued is not None:
            issued.add(session.issued)


def _in_order(sessions: Sequence[Session]) -> list[tuple[int, bool, Session]]:
    attempts = []
    for session in sessions:
        attempts += [(at_ms, False, session) for at_ms in session.failed_ms]
        if session.succeeds:
            attempts.append((session.at_ms, True, session))
    attempts.sort(key=itemgetter(0))
    return attempts
