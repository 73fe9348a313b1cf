"""What scores mean over the first weeks of a tenant: who of the genuine sign-ins scores 95 and 99, week by week.

Invented people sign in to two services with the same requests: one makes its own scale each day, the other keeps the
model's quantiles. Whoever is challenged passes in nine of ten cases, which the caller tells. By the meaning of a
score 5 % should reach 95, and 1 % should reach 99. No place is known, as without geo databases.

    .venv/bin/python bench/scale.py
"""

import argparse
import base64
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import figures
from doorward import logs
from doorward.api.body import strict_json
from doorward.api.requests import to_request
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.settings import load
from doorward.subjects import Subjects
from doorward.wiring import Wiring, build
from people import Person, Request, Traffic

ROOT = Path(__file__).resolve().parents[1]
TENANT = "default"
START = 1_782_864_000.0  # 2026-07-01
DAY = 86_400.0
PASSES = 0.9
LEVELS = (95.0, 99.0)


@dataclass(slots=True)
class Side:
    """One service with its own clock; *scores* are those of the genuine sign-ins of each day."""

    wired: Wiring
    now: list[float]
    follows: bool
    tokens: dict[str, bytes] = field(default_factory=dict)
    scores: list[list[float]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def day(self, requests: list[Request], number: int) -> None:
        """Answer a day's *requests*, and let the scale follow in the night."""
        found, draw, source = [], random.Random(number), ""
        for place, each in enumerate(requests):
            self.now[0] = START + number * DAY + place * DAY / len(requests)
            body = each.front + self.tokens.get(each.person, b"null") + each.back
            request = to_request(strict_json(body))
            shown = self.wired.services.decisions.decide(TENANT, request, self.now[0])
            source = shown["risk"]["calibration"]["source"]
            is_genuine = request.kind == "login" and request.credential.result == "passed"
            if is_genuine:
                found.append(shown["risk"]["score"])
            if is_genuine and shown["outcome"] == "challenge" and draw.random() < PASSES:
                shown |= self._completed(shown["id"])
            if each.person and shown["device"]:
                self.tokens[each.person] = f'"{shown["device"]["token"]}"'.encode()
            if place % 50 == 0:
                self.wired.tallies.flush(self.now[0])
        self.wired.tallies.flush(self.now[0])
        self.scores.append(found)
        self.sources.append(source)
        if self.follows:
            list(self.wired.scale_watch.scales.look([TENANT], START + (number + 1) * DAY))

    def _completed(self, decision_id: str) -> dict[str, object]:
        reports = self.wired.services.reports
        return reports.outcome(TENANT, decision_id, result="completed", amr=("otp",), auth_time=None, now=self.now[0])

    def row(self, first: int, days: int) -> list[str]:
        """Return the shares of a week, and what the scale was made of at its end."""
        scores = [each for day in self.scores[first : first + days] for each in day]
        shares = [100 * sum(each >= least for each in scores) / len(scores) for least in LEVELS]
        return [*(f"{share:.2f} %" for share in shares), self.sources[first : first + days][-1]]


def side(folder: Path, people: list[Person], *, follows: bool) -> Side:
    secret, now = base64.b64encode(b"s" * 32).decode(), [START]
    settings = load(
        {
            "DOORWARD_STATE_DIR": str(folder),
            "DOORWARD_STORE": "sqlite:///:memory:",
            "DOORWARD_WORKERS": "1",
            "DOORWARD_RULES_DIR": str(ROOT / "rules"),
            "DOORWARD_MODEL": str(ROOT / "models" / "default.json"),
            "DOORWARD_SECRET": secret,
            "DOORWARD_ENCRYPTION_KEYS": f"k1:{secret}",
        }
    )
    wired = build(settings, clock=lambda: now[0])
    subjects = Subjects(wired.store, wired.services.sealer, wired.explainer.sources.hasher)
    for person in people:
        app = Authenticator(f"fac_{person.id}", "totp", {}, "phone", status=ACTIVE, created_at=START)
        subjects.change(TENANT, subjects.key(TENANT, person.id), lambda held, app=app: held.with_(app), START)
    return Side(wired, now, follows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200, help="who signs in (default 200)")
    parser.add_argument("--daily", type=int, default=250, help="requests a day (default 250)")
    parser.add_argument("--weeks", type=int, default=6, help="how long (default 6)")
    parser.add_argument("--quick", action="store_true", help="two short days, to see that it works")
    chosen = parser.parse_args()
    daily, days = (40, 1) if chosen.quick else (chosen.daily, 7)
    # Notices that nobody delivers here are dropped, and told of; that is not what is measured.
    logs.configure(level="critical", form="json")
    people = [Person.numbered(number) for number in range(chosen.people)]
    weeks = 2 if chosen.quick else chosen.weeks
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        sides = [side(Path(folder, str(number)), people, follows=bool(number)) for number in range(2)]
        traffic = Traffic("scale", people)
        for number in range(weeks * days):
            requests = [next(traffic) for _ in range(daily)]
            for each in sides:
                each.day(requests, number)
        for each in sides:
            each.wired.store.close()
    names = [f"{name} {least:g} or more" for name in ("model:", "own:") for least in LEVELS]
    rows = [["week", *names[:2], "source", *names[2:], "source"]]
    for week in range(weeks):
        rows.append([str(week + 1), *sides[0].row(week * days, days), *sides[1].row(week * days, days)])
    print(figures.table(rows))


if __name__ == "__main__":
    main()
