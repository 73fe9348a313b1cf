"""Challenges in a page of ours: opened by one browser, answered through the same desk, collected by the caller.

A link can be sent to anybody, so a challenge that is passed here is worth nothing to whoever began it until the
browser that passed it brings the receipt back. Until then nothing is minted, learned or kept for the session.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorward.ceremony import Realm
from doorward.challenge_rows import Kept, KeptChallenges
from doorward.core.challenges import PASSED, PENDING, Challenge
from doorward.core.errors import (
    BadInput,
    ChallengeEnded,
    Conflict,
    Mistake,
    MoreRequired,
    NotAllowed,
    NotFound,
    OtherBrowser,
    PerhapsSent,
)
from doorward.core.hosted import Hosted, browser_of, says_ours
from doorward.core.identifiers import new_id
from doorward.core.page_view import PageView, Visit
from doorward.core.request import LOGIN, Client
from doorward.passed import PassedChallenges
from doorward.services import Allowed, Answered, Authenticators, Challenges
from doorward.subjects import Subjects

Json = dict[str, Any]


class PageDesk:
    """Implements `hosting.ChallengePage`."""

    def __init__(
        self,
        kept: KeptChallenges,
        challenges: Challenges,
        authenticators: Authenticators,
        passed: PassedChallenges,
        subjects: Subjects,
        realm_of: Callable[[str], Realm],
    ) -> None:
        self._kept = kept
        self._challenges = challenges
        self._authenticators = authenticators
        self._passed = passed
        self._subjects = subjects
        self._realm_of = realm_of

    def open(self, visit: Visit, return_to: str, now: float) -> PageView:
        """Return what is to be shown; the first browser that opens the challenge owns it."""
        kept, realm = self._read(visit, now)
        hosted = kept.challenge.hosted
        if return_to:
            _check_return(realm, return_to)
        if hosted.browser:
            _check_browser(kept, visit)
        elif not return_to:
            raise BadInput([Mistake("an address to return to was expected", "#/return_to")])
        if kept.challenge.status_at(now) == PENDING and (not hosted.browser or return_to not in ("", hosted.return_to)):
            kept = self._kept.change(kept, lambda challenge: _taken(challenge, visit, return_to), now)
        return _view(kept, visit, realm, return_to, now)

    def begin(self, visit: Visit, authenticator_id: str, now: float) -> None:
        """Begin with one authenticator, and keep what it gives, so that the page can be loaded again."""
        kept = self._visited(visit, now)
        try:
            begun = self._challenges.begin(visit.tenant, visit.challenge_id, authenticator_id, now)
        except PerhapsSent as perhaps:
            # A code that arrives all the same needs a field to be typed into.
            self._note(kept, now, shown={**kept.challenge.hosted.shown, authenticator_id: perhaps.begun})
            raise
        self._note(kept, now, shown={**kept.challenge.hosted.shown, authenticator_id: begun})

    def verify(self, visit: Visit, answered: Answered, now: float) -> str:
        """Check one answer; what follows from the last right one waits until the caller collects it."""
        kept = self._visited(visit, now)
        result = self._challenges.verify(visit.tenant, visit.challenge_id, replace(answered, deferred=True), now)
        return self._settled(kept, answered, result, now)

    def _settled(self, kept: Kept, answered: Answered, result: Json, now: float) -> str:
        # A new recovery code is shown to whoever used the one before, also where more is required.
        replacement = result.get("recovery_code", kept.challenge.hosted.replacement)
        if result["status"] != PASSED:
            if result.get("enrolment_grant"):
                grant = result["enrolment_grant"]
                self._note(kept, now, grant=grant, binding="", shown={}, replacement=replacement)
            elif replacement != kept.challenge.hosted.replacement:
                self._note(kept, now, replacement=replacement)
            return str(result["error"])
        self._note(
            kept,
            now,
            receipt=new_id("rcp"),
            passed_at=now,
            remember=answered.remember_device,
            trusted=result["trusted"],
            replacement=replacement,
            shown={},
            binding="",
        )
        return ""

    def enrol(self, visit: Visit, type: str, client: Client, now: float) -> str:
        """Make a new authenticator, and keep what it shows until it is confirmed: the page may be loaded again."""
        kept = self._visited(visit, now)
        challenge = kept.challenge
        if not challenge.hosted.grant or type not in challenge.enrol:
            raise NotAllowed("nothing of this type may be bound now")
        allowed = Allowed(grant=challenge.hosted.grant, client=client)
        try:
            made = self._authenticators.make(visit.tenant, challenge.subject_id, {"type": type}, allowed, now)
        except NotAllowed:
            # The grant is over: the person answers the code to the contact again.
            self._note(kept, now, grant="")
            raise Conflict("what allowed it is over") from None
        self._note(kept, now, grant="", binding=made["id"], shown={made["id"]: made})
        return str(made["id"])

    def confirm(self, visit: Visit, answered: Answered, now: float) -> str:
        """Take the first answer of a new authenticator, which answers the challenge too."""
        kept = self._visited(visit, now)
        if answered.authenticator != kept.challenge.hosted.binding:
            raise NotFound("there is no such authenticator")
        given = replace(answered, deferred=True)
        try:
            confirmed = self._authenticators.confirm(visit.tenant, kept.challenge.subject_id, given, now)
        except NotAllowed:
            self._note(kept, now, binding="", shown={})
            raise Conflict("another was bound meanwhile") from None
        if "challenge" not in confirmed:
            raise ChallengeEnded("the challenge has ended; the authenticator is bound")
        return self._settled(kept, answered, {"error": MoreRequired.code, **confirmed["challenge"]}, now)

    def cancel(self, visit: Visit, reason: str, now: float) -> None:
        """End the challenge without an answer."""
        self._visited(visit, now)
        self._challenges.cancel(visit.tenant, visit.challenge_id, reason, now)

    def collect(self, tenant: str, challenge_id: str, receipt: str, now: float) -> Json:
        """Return what a verify would have answered, once; a wrong receipt reads like one that was used or is late."""
        kept = self._kept.read(tenant, challenge_id, now)
        since = self._subjects.read(tenant, kept.row.subject, now).proofs_from

        def take(challenge: Challenge) -> Challenge:
            if not challenge.hosted.is_receipt(receipt, now):
                raise Conflict("there is nothing to collect with this receipt")
            if challenge.hosted.passed_at < since:
                raise Conflict("the subject's authenticators changed since it was passed")
            return replace(challenge, hosted=replace(challenge.hosted, receipt="", replacement=""))

        return self._passed.collected(tenant, self._kept.change(kept, take, now), now)

    def _read(self, visit: Visit, now: float) -> tuple[Kept, Realm]:
        """Return the challenge and its realm, in this order: nobody asks for the files of tenants that are not."""
        kept = self._kept.read(visit.tenant, visit.challenge_id, now)
        realm = self._realm_of(visit.tenant)
        if not realm.return_to and not realm.any_localhost:
            raise NotFound("there is no such challenge")
        return kept, realm

    def _visited(self, visit: Visit, now: float) -> Kept:
        """Return the challenge that this browser has opened; NotFound where none has."""
        kept, _ = self._read(visit, now)
        if not kept.challenge.hosted.browser:
            raise NotFound("there is no such challenge")
        _check_browser(kept, visit)
        return kept

    def _note(self, kept: Kept, now: float, **changes: Any) -> Kept:
        def note(challenge: Challenge) -> Challenge:
            return replace(challenge, hosted=replace(challenge.hosted, **changes))

        return self._kept.change(kept, note, now)


def _check_return(realm: Realm, return_to: str) -> None:
    if not realm.may_return_to(return_to) or says_ours(return_to):
        raise BadInput([Mistake("the address is not one to return to", "#/return_to")])


def _check_browser(kept: Kept, visit: Visit) -> None:
    if not kept.challenge.hosted.is_of(kept.row.id, visit.browser):
        raise OtherBrowser("the challenge was opened in another browser")


def _taken(challenge: Challenge, visit: Visit, return_to: str) -> Challenge:
    """Return the challenge as this browser's own; OtherBrowser where one was faster."""
    held = challenge.hosted
    if held.browser and not held.is_of(visit.challenge_id, visit.browser):
        raise OtherBrowser("the challenge was opened in another browser")
    browser = browser_of(visit.challenge_id, visit.browser)
    return replace(challenge, hosted=replace(held, browser=browser, return_to=return_to))


def _view(kept: Kept, visit: Visit, realm: Realm, return_to: str, now: float) -> PageView:
    challenge = kept.challenge
    status, action = challenge.status_at(now), challenge.request.action
    passed = {each.type for each in challenge.passed}
    hosted = challenge.hosted if challenge.hosted.browser else Hosted(return_to=return_to)
    return PageView(
        id=kept.row.id,
        tenant=visit.tenant,
        name=realm.name,
        status=status,
        action=action.display or action.name,
        application=challenge.request.application_id,
        is_login=challenge.request.kind == LOGIN,
        seconds_left=max(0, int(challenge.expires_at - now)),
        attempts_left=challenge.attempts_left,
        count=challenge.required.count,
        passed=tuple(each.type for each in challenge.passed),
        choices=tuple(
            {"id": each.id, "type": each.type, "label": each.label}
            for each in challenge.offered
            if each.type not in passed
        ),
        shown=hosted.shown,
        enrols=bool(challenge.enrol),
        enrol=challenge.enrol if hosted.grant else (),
        binding=hosted.binding,
        way_back=hosted.way_back(kept.row.id, status),
        replacement=hosted.replacement,
    )
