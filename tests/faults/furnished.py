"""A service with everything that it leans on besides its store: rules, a geo database, a mail server, a clock."""

import os
import shutil
from pathlib import Path

from ..challenges.callers import Caller, Person
from ..facts.conftest import CITIES, OSLO, nested, write
from ..ops.conftest import ROOT
from ..senders.mail import PASSWORD, USER, authority_in, mail_servers
from .places import File, Service
from .wire import Wire

HOUR = 3600
LAUNCHER = Path(__file__).with_name("shifted.py")


class Furnished(File):
    """SQLite, and the rest below the same folder."""

    command = (str(LAUNCHER),)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rules = folder / "rules" / "default" / "policy.yaml"
        self.rules.parent.mkdir(parents=True)
        shutil.copy(ROOT / "rules" / "default" / "policy.yaml", self.rules)
        self.shift = folder / "shift"
        self.shift.write_text("0")
        (folder / "geo").mkdir()
        self.geo = write(folder / "geo" / "city.mmdb", CITIES)
        authority = authority_in(folder)
        self._mail = mail_servers(authority)
        box = self._mail.__enter__()()
        self._mail_port, self._mail_wire = box.port, Wire(box.port)
        self.told = {
            "DOORWARD_RULES_DIR": str(folder / "rules"),
            "DOORWARD_GEO": str(folder / "geo"),
            "DOORWARD_SMTP_URL": f"smtp://{USER}:{PASSWORD}@127.0.0.1:{self._mail_wire.port}?ca={authority.ca}",
            "DOORWARD_MAIL_FROM": "door@example.org",
            "SHIFT_FILE": str(self.shift),
        }

    def close(self) -> None:
        super().close()
        self._mail_wire.cut()
        self._mail.__exit__(None, None, None)

    def remove_geo(self) -> None:
        self.geo.unlink()

    def truncate_geo(self) -> None:
        """Put half of it in its place, as a copy does that was broken off."""
        beside = self.geo.with_suffix(".half")
        beside.write_bytes(self.geo.read_bytes()[:400])
        os.replace(beside, self.geo)

    def replace_geo(self) -> None:
        write(self.geo, {"84.208.0.0/16": nested("SE", "Malmö", 55.6, 13.0)})

    def restore_geo(self) -> None:
        write(self.geo, CITIES)

    def break_policy(self) -> None:
        self._put(self._policy().replace("when: travel.impossible\n", "when: travel.imposible\n"))

    def mend_policy(self) -> None:
        self._put(self._policy())

    def lose_mail(self) -> None:
        self._mail_wire.cut()

    def restore_mail(self) -> None:
        self._mail_wire = Wire(self._mail_port, at=self._mail_wire.port)

    def step(self, seconds: int) -> None:
        """Step the clock of the service, and of nobody else."""
        beside = self.shift.with_suffix(".new")
        beside.write_text(str(seconds))
        os.replace(beside, self.shift)

    def _policy(self) -> str:
        return (ROOT / "rules" / "default" / "policy.yaml").read_text()

    def _put(self, text: str) -> None:
        beside = self.rules.with_suffix(".new")
        beside.write_text(text)
        os.replace(beside, self.rules)


def _asked(service: Service, method: str, path: str, body: object = None) -> tuple[int, dict]:

    status, told = Caller(service.url, service.key).ask(method, path, body)
    return status, told


def place_of_oslo(service: Service) -> str:
    """Return where the service says that an address of Oslo is, and how its geo databases are."""
    body = {"kind": "login", "subject": {"id": "traveller"}, "client": {"ip": OSLO}, "credential": {"result": "passed"}}
    _, made = _asked(service, "POST", "/v1/decisions", body)
    _, record = _asked(service, "GET", f"/v1/decisions/{made['id']}")
    _, ready = _asked(service, "GET", "/readyz")
    country = record["facts"]["network"].get("country") or "no known country"
    troubles = [f" (`/readyz`: {each['error']})" for each in ready["geo"] if each["error"]]
    return "".join([f"an address of Oslo is in {country}", *troubles])


def policy_reload(service: Service) -> str:
    _, ready = _asked(service, "GET", "/readyz")
    return f"`/readyz` is {ready['status']}, reload {ready['policies'][0]['reload']}"


def mail_sent(service: Service) -> str:
    """Return what is answered to somebody who binds an address of mail."""
    number = os.urandom(4).hex()
    path = f"/v1/subjects/m-{number}/authenticators"
    status, _ = _asked(service, "POST", path, {"type": "email", "address": f"m-{number}@example.org"})
    return f"binding an address of mail is {status}"


def present_code(service: Service) -> str:
    """Return what somebody who has just bound an app is answered, whose clock is right."""

    caller = Caller(service.url, service.key)
    try:
        Person(f"p-{os.urandom(4).hex()}").enrol(caller)
    except AssertionError:
        return "the code of an app is refused"
    return "the code of an app is right"
