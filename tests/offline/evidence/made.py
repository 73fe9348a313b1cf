"""Successes with scores that a test has chosen."""

from array import array

from doorward.offline.evidence.successes import NO, Part, Successes, whole

DAY = 86_400.0


class Made:
    """Adds one success after the other; what is not told is a genuine one of somebody who came once."""

    def __init__(self, *scorers):
        self.rows = Successes(scores={name: array("d") for name in scorers or ("model",)})
        self._numbers = {}

    def add(self, score, family="", *, subject="ada", at=None, events=0, campaign=0, **more):
        rows = self.rows
        number = 0
        if not family:
            number = self._numbers[subject] = self._numbers.get(subject, 0) + 1
        rows.at.append(len(rows) * 60.0 if at is None else at)
        rows.score.append(more.get("of_hundred", 0.0))
        rows.subject.append(rows.subjects.number(subject))
        rows.family.append(rows.families.number(family))
        rows.events.append(events)
        rows.number.append(number)
        rows.campaign.append(campaign)
        rows.country.append(rows.countries.number(more.get("country", "NO")))
        rows.kind.append(rows.kinds.number(more.get("kind", "residential")))
        rows.token.append(more.get("token", NO))
        rows.anonymous.append(more.get("anonymous", NO))
        rows.mobile.append(more.get("mobile", NO))
        rows.network_used.append(more.get("network_used", NO))
        for column in rows.scores.values():
            column.append(float(score))
        return self

    def genuine(self, *scores, **more):
        for score in scores:
            self.add(score, **more)
        return self

    def attacks(self, family, *scores, **more):
        for score in scores:
            self.add(score, family, **{"subject": "mallory's victim"} | more)
        return self

    @property
    def part(self) -> Part:
        return whole(self.rows)


def hundred(step=1):
    """Return 1, 2, … 100 by *step*: one per cent of them lies above 99."""
    return range(1, 101, step)
