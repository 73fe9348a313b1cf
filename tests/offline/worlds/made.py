"""Events by hand, and what tests read of events."""

from datetime import UTC, datetime

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
BEGUN = 1_767_225_600


def made(user, day, *, ip="240.0.0.1", agent=CHROME, token=None, passed=True, family=None, city="Oslo", asn=64500):
    """Return one event; with a *family* it is an attacker's."""
    return {
        "at": datetime.fromtimestamp(BEGUN + day * 86_400, UTC).isoformat(),
        "request": {
            "kind": "login",
            "subject": {"id": user},
            "client": {"ip": ip, "user_agent": agent, "device_token": token},
            "credential": {"result": "passed" if passed else "failed"},
        },
        "verified": passed and family is None,
        "facts": {"network": {"country": "NO", "city": city, "asn": asn, "kind": "residential"}},
        "label": "fraud" if family else "genuine",
        "family": family,
    }


def when(event):
    return datetime.fromisoformat(event["at"]).timestamp()


def user_of(event):
    return event["request"]["subject"]["id"]


def passed(event):
    return event["request"]["credential"]["result"] == "passed"


def token_of(event):
    return event["request"]["client"]["device_token"]


def network_of(event):
    return event["facts"]["network"]


def of_family(events, *families):
    return [event for event in events if event["family"] in families]


def genuine(events):
    return [event for event in events if event["label"] == "genuine"]
