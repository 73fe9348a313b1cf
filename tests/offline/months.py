"""Two months of invented sign-ins for reports: habits, travels, new browsers, failures, and one spray from hosting."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from doorward.core.times import rfc3339
from doorward.offline.backtest import Line, back_test_log
from doorward.offline.results import Results
from doorward.policies import Policies
from doorward.risk.model_file import load_scorecard

from ..line.conftest import CHROME, FIREFOX
from .scenes import DAY, past

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
START = 1_777_593_600.0  # 2026-05-01T00:00:00Z
# Where people live, how many of a hundred, and how far their day is from UTC.
HOMES = [("NO", "Oslo", 31, 1), ("SE", "Malmö", 22, 1), ("DE", "Köln", 16, 1), ("US", "Boston", 12, -5)]
HOMES += [("IN", "Pune", 8, 5), ("BR", "Recife", 6, -3), ("JP", "Osaka", 5, 9)]
ABROAD = [
    "AT", "AU", "BE", "CA", "CH", "CZ", "DK", "ES", "FI", "FR", "GB", "GR",
    "IE", "IS", "IT", "MX", "NL", "NZ", "PL", "PT", "TH", "TR", "VN", "ZA",
]  # fmt: skip
AGENTS = [CHROME, FIREFOX, CHROME.replace("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7")]
SPRAY_DAY = 41

OLD_LEVELS, NEW_LEVELS = "levels: {medium: 95.0, high: 99.0}", "levels: {medium: 80.0, high: 96.0}"
OLD_RULE = "  - id: many-countries\n"
NEW_RULE = """  - id: hosting
    description: Nobody of ours signs in from a data centre.
    on: login
    when: network.hosting
    on_unknown: skip
    then: deny
"""


def sign_ins(people: int = 150, days: int = 60, seed: int = 4) -> list[Json]:
    """Return canonical events in the order of time; the same each time."""
    chance = Random(seed)
    events = [event for number in range(people) for event in _life(chance, number, days)]
    events += _spray(chance, people) if days > SPRAY_DAY else []
    return sorted(events, key=lambda event: str(event["at"]))


def compared(events: list[Json], *, alone: bool = False, warm_up_days: int = 14) -> Json:
    """Return the document of a report: the shipped policy beside a stricter one."""
    card = load_scorecard(ROOT / "models" / "default.json")
    policies = Policies(ROOT / "rules")
    shipped = policies.current("default", 0).policy
    changed = shipped.text.replace(OLD_LEVELS, NEW_LEVELS).replace(OLD_RULE, NEW_RULE + OLD_RULE)
    stricter, findings = policies.compile("default", changed)
    assert stricter is not None, findings
    assert len(stricter.rules) == len(shipped.rules) + 1
    lines = (Line("current", shipped, card), Line("candidate", stricter, card))
    results, unread = back_test_log(
        events, lines[1:] if alone else lines, past(), warm_up_seconds=warm_up_days * DAY, assume_verified=True
    )
    return document_of(results, unread=unread.to_json())


def document_of(results: Results, *, mode: str = "rebuilt", **parts: Json | None) -> Json:
    """Return the document of a report of *results*."""
    return {
        "title": "Stricter levels, and no hosting",
        "mode": mode,
        "made_at": "2026-07-01T10:00:00Z",
        "results": results.to_json(),
        "unread": None,
        "replayability": None,
        "budget": {"max_challenge_rate": 0.05},
        "logs": ["may.jsonl", "june.jsonl"],
        "assumptions": ["a success counts as verified where the log cannot tell"],
    } | parts


def _life(chance: Random, number: int, days: int) -> Iterator[Json]:
    country, city, _, offset = chance.choices(HOMES, [each[2] for each in HOMES])[0]
    agent, often = chance.choice(AGENTS), chance.choice((0.25, 0.6, 1.1))
    begins = chance.choice((0, 0, 0, chance.randrange(days)))
    device = f"device-{number}"
    for day in range(begins, days):
        if chance.random() > often * (0.4 if day % 7 in (1, 2) else 1.0):
            continue
        hour = (chance.gauss(11.5, 3.2) - offset) % 24
        place, travels = (country, city), chance.random() < 0.03
        if travels:
            place = (chance.choice(ABROAD), "")
        if chance.random() < 0.03:
            agent, device = chance.choice(AGENTS), f"device-{number}-{day}"
        at = START + day * DAY + hour * 3600 + chance.random()
        if chance.random() < 0.05:
            yield _event(at - 20, f"u-{number}", place, agent, device, "failed")
        yield _event(at, f"u-{number}", place, agent, device, "passed")


def _spray(chance: Random, people: int) -> Iterator[Json]:
    """Somebody tries a password at many accounts, fast from a data centre and slowly from homes; some have it."""
    for number in range(3 * people):
        family = "spray" if number % 3 else "slow spray"
        result = "passed" if number < people and chance.random() < 0.3 else "failed"
        at = START + SPRAY_DAY * DAY + 3 * 3600 + (11.0 if number % 3 else 900.0) * number
        country, city, _, _ = chance.choice(HOMES)
        yield _event(at, f"u-{number}", (country, city), FIREFOX, "", result, family=family)


def _event(
    at: float, subject: str, place: tuple[str, str], agent: str, device: str, result: str, family: str = ""
) -> Json:
    country, city = place
    number = abs(sum(map(ord, subject + country)))
    network = {"country": country, "city": city, "asn": 64_496 + number % 5, "as_org": f"{country} Net {number % 5}"}
    network["kind"] = "hosting" if family == "spray" else "residential"
    return {
        "at": rfc3339(at),
        "request": {
            "subject": {"id": subject},
            "client": {
                "ip": "203.0.113.9" if family == "spray" else f"198.18.{number % 250}.{7 + len(country + subject)}",
                "user_agent": agent,
                "device_token": device or None,
            },
            "application": {"id": "shop"},
            "credential": {"result": result},
        },
        "verified": None,
        "facts": {"network": {name: value for name, value in network.items() if value}},
        "label": "fraud" if family else None,
        "family": family or None,
    }
