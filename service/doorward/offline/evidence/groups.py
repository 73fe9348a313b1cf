"""Who pays for a challenge rate: the genuine sign-ins by history, by how often somebody comes, by place and device."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from doorward.offline.evidence import counting
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import interval
from doorward.offline.evidence.successes import NO, NOT_KNOWN, YES, Part, Successes

Json = dict[str, Any]
Label = Callable[[int], str | None]

UNKNOWN = "not known"

# By how many verified sign-ins a subject had before; the last has no end.
HISTORIES = ((0, 0), (1, 1), (2, 4), (5, 11), (12, 39), (40, None))
# Up to how many days lie between two sign-ins on average, from the first one to the end of the log.
FREQUENCIES = (("daily", 1.7), ("several days", 4.5), ("weekly", 12.0), ("several weeks", 41.0))
SELDOM = "less than monthly"
COUNTRIES_SHOWN = 20
OTHER_COUNTRIES = "(all others)"
# Whose sign-ins come through a VPN at least so often is its user.
VPN_USER = 0.25
DAY_SECONDS = 86_400.0


class People:
    """What is known of each subject over a whole log: of genuine sign-ins alone."""

    def __init__(self, rows: Successes) -> None:
        subjects = len(rows.subjects)
        self._number, self._anonymous, self._told = [0] * subjects, [0] * subjects, [0] * subjects
        self._mobile = [YES] * subjects
        self._first = [0.0] * subjects
        self._end = rows.at[-1] if len(rows) else 0.0
        for place in rows.genuine():
            subject = rows.subject[place]
            if not self._number[subject]:
                self._first[subject] = rows.at[place]
            self._number[subject] += 1
            self._told[subject] += rows.anonymous[place] != NOT_KNOWN
            self._anonymous[subject] += rows.anonymous[place] == YES
            self._mobile[subject] = min(self._mobile[subject], rows.mobile[place])

    def frequency(self, subject: int) -> str:
        """Return how often the subject comes."""
        days = (self._end - self._first[subject]) / DAY_SECONDS
        gap = days / max(1, self._number[subject])
        return next((name for name, most in FREQUENCIES if gap <= most), SELDOM)

    def uses_vpn(self, subject: int) -> str:
        if not self._told[subject]:
            return UNKNOWN
        return "VPN users" if self._anonymous[subject] >= VPN_USER * self._told[subject] else "others"

    def is_mobile_only(self, subject: int) -> str:
        return {YES: "mobile only", NO: "others", NOT_KNOWN: UNKNOWN}[self._mobile[subject]]


def groups(judged: Part, thresholds: Sequence[float]) -> dict[str, list[Json]]:
    """Return the challenge rate of each group at each of *thresholds*, by what groups are made of."""
    rows, people = judged.all, People(judged.all)
    countries, kinds = rows.countries.names(), rows.kinds.names()
    shown = _largest(judged, countries)
    token = {YES: "with a valid token", NO: "without", NOT_KNOWN: "not collected"}
    histories = [history_name(each) for each in HISTORIES]
    frequencies = [*(name for name, _ in FREQUENCIES), SELDOM]

    def country(place: int) -> str:
        name = countries[rows.country[place]] or UNKNOWN
        return name if name in shown else OTHER_COUNTRIES

    made: dict[str, tuple[Label, Sequence[str]]] = {
        "history": (lambda place: history_name(history_of(rows.events[place])), histories),
        "frequency": (lambda place: people.frequency(rows.subject[place]), frequencies),
        "country": (country, [*shown, OTHER_COUNTRIES]),
        "network": (lambda place: kinds[rows.kind[place]] or UNKNOWN, sorted(kinds)),
        "vpn": (lambda place: people.uses_vpn(rows.subject[place]), ()),
        "mobile": (lambda place: people.is_mobile_only(rows.subject[place]), ()),
        "device token": (lambda place: token[rows.token[place]], ()),
    }
    return {name: list(_rows(judged, thresholds, label, order)) for name, (label, order) in made.items()}


def history_of(events: int) -> tuple[int, int | None]:
    return next(each for each in HISTORIES if each[0] <= events and (each[1] is None or events <= each[1]))


def history_name(history: tuple[int, int | None]) -> str:
    least, most = history
    return f"{least}+" if most is None else str(least) if least == most else f"{least}–{most}"


def _largest(judged: Part, countries: Sequence[str]) -> list[str]:
    number = [0] * len(countries)
    for place in judged.genuine():
        number[judged.all.country[place]] += 1
    order = sorted(range(len(countries)), key=lambda each: (-number[each], countries[each]))
    return [countries[each] or UNKNOWN for each in order if number[each]][:COUNTRIES_SHOWN]


def _rows(judged: Part, thresholds: Sequence[float], label: Label, order: Sequence[str]) -> Iterator[Json]:
    column = judged.all.scores[MODEL]
    counted: dict[str, list[int]] = {}
    for place in judged.genuine():
        name = label(place)
        counts = counted.setdefault(name or UNKNOWN, [0] * (len(thresholds) + 1))
        counts[-1] += 1
        for number, threshold in enumerate(thresholds):
            counts[number] += column[place] > threshold
    places = {name: number for number, name in enumerate(order)}
    for name in sorted(counted, key=lambda each: (places.get(each, len(places)), each)):
        *hits, number = counted[name]
        yield {
            "name": name,
            "genuine": number,
            "challenged": [each / number for each in hits],
            "wilson": [interval(counting.wilson(each, number)) for each in hits],
        }
