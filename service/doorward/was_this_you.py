"""«Was this you?»: links in messages, by which the owner of an account says whether an attempt was theirs.

Whoever holds a link can say so of one decision, within seven days, and can do nothing else with it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from typing import Any

from doorward.ceremony import Notice, Notifier
from doorward.core.errors import NotFound, Unreadable
from doorward.core.history import raise_flag
from doorward.core.notice_texts import Scene, browser_of, facts_of, place_of
from doorward.core.record import MAX_EVENTS, DecisionRecord
from doorward.kept import KeptRecords
from doorward.learning import PROFILE_LIFE_SECONDS
from doorward.passed import NOT_ME_SECONDS
from doorward.ports import Sealer, Store
from doorward.realms import RealmOf
from doorward.reports import MAX_FEEDBACK, ReportDesk
from doorward.subjects import Subjects

Json = dict[str, Any]

LIFE_SECONDS = 7 * 86_400
PREFIX = "wty_"
PURPOSE = "was-this-you"
MOST_CHARACTERS = 1024

YES, NO = "yes", "no"
_ANSWERED = "was_this_you"


class Links:
    """Makes and reads the tokens of links: sealed, so that nobody can make one or learn from one."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def token(self, tenant: str, decision_id: str, subject: bytes, now: float) -> str:
        """Return a token for one decision of *subject*, which is its key."""
        said = [tenant, decision_id, subject.hex(), int(now + LIFE_SECONDS)]
        sealed = self._sealer.seal(json.dumps(said, separators=(",", ":")).encode(), PURPOSE)
        return PREFIX + _encoded(sealed)

    def read(self, token: str, now: float) -> tuple[str, str, bytes]:
        """Return tenant, decision and subject; NotFound for whatever is not a token of ours, or is over."""
        text = token.removeprefix(PREFIX)
        try:
            if text == token or len(text) > MOST_CHARACTERS or not text.isascii():
                raise Unreadable("no token")
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if _encoded(sealed) != text:  # base64 has several spellings, a link has one
                raise Unreadable("no token")
            tenant, decision_id, subject, until = json.loads(self._sealer.open(sealed, PURPOSE))
        except (Unreadable, BadBase64):
            raise NotFound("this link is not good") from None
        if now >= until:
            raise NotFound("this link is not good any more")
        return tenant, decision_id, bytes.fromhex(subject)


def _encoded(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class _Asked:
    tenant: str
    subject: bytes
    record: DecisionRecord

    @property
    def answer(self) -> str:
        """What was said before; empty for nothing."""
        said = [str(each["answer"]) for each in self.record.events if each["what"] == _ANSWERED]
        return said[-1] if said else ""


class WasThisYouDesk:
    """Implements `services.WasThisYou`."""

    def __init__(
        self,
        store: Store,
        links: Links,
        records: KeptRecords,
        reports: ReportDesk,
        subjects: Subjects,
        realm_of: RealmOf,
        notifier: Notifier,
    ) -> None:
        self._store = store
        self._links = links
        self._records = records
        self._reports = reports
        self._subjects = subjects
        self._realm_of = realm_of
        self._notifier = notifier

    def show(self, token: str, now: float) -> Json:
        """Return what is asked about, and what was answered before; nothing changes."""
        asked = self._asked(token, now)
        network, agent = asked.record.facts.network, asked.record.facts.agent
        place = place_of(network.city, network.country)
        scene = Scene("", asked.record.at, place=place, browser=browser_of(agent.browser, agent.os))
        name = self._realm_of(asked.tenant).name
        return {"name": name, "facts": list(facts_of(scene)), "answer": asked.answer}

    def answer(self, token: str, *, genuine: bool, now: float) -> Json:
        """Take an answer in, and return what then holds; said twice it is as if it were said once.

        «No» is the last word: whoever reads the mail later cannot take it back.
        """
        asked = self._asked(token, now)
        said = YES if genuine else NO
        if asked.answer not in (said, NO):
            # First what can be done twice, then the mark that it was done: a crash between loses nothing.
            if not genuine:
                self._disown(asked, now)
            if self._keep(asked, said, now) and not genuine:
                about = {"kind": asked.record.request.kind}
                subject_id = asked.record.request.subject.id
                notice = Notice(asked.tenant, "decision.not_me", subject_id, now, about, asked.record.id)
                self._notifier.tell(notice)
        return self.show(token, now)

    def _asked(self, token: str, now: float) -> _Asked:
        tenant, decision_id, subject = self._links.read(token, now)
        record = self._records.read(tenant, decision_id, now)
        if self._subjects.key(tenant, record.request.subject.id) != subject:
            raise NotFound("this link is not good")
        return _Asked(tenant, subject, record)

    def _disown(self, asked: _Asked, now: float) -> None:
        self._reports.undo(asked.tenant, asked.record, now)
        self._store.rewrite_profile(
            asked.tenant,
            asked.subject,
            lambda profile: raise_flag(profile, "not_me", until=now + NOT_ME_SECONDS),
            expires_at=now + PROFILE_LIFE_SECONDS,
            now=now,
        )

    def _keep(self, asked: _Asked, said: str, now: float) -> bool:
        """Write the answer into the record as feedback of the user; False where another request was faster."""
        feedback = {"label": "genuine" if said == YES else "fraud", "source": "user", "note": "", "at": now}
        event = {"at": now, "what": _ANSWERED, "answer": said}
        first: list[bool] = []

        def add(record: DecisionRecord) -> Json:
            before = _Asked(asked.tenant, asked.subject, record).answer
            first[:] = [before not in (said, NO)]
            if not first[0]:
                return {}
            return {
                "feedback": (*record.feedback, feedback)[-MAX_FEEDBACK:],
                "events": (*record.events, event)[-MAX_EVENTS:],
            }

        self._records.rewrite(asked.tenant, asked.record.id, add, now)
        return first[0]
