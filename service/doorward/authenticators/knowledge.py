"""Questions that the subject has chosen, with answers of its own. No authenticator by any standard (ASVS 6.4.2).

Off unless a setting turns it on; adds no assurance, and is asked for alone.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

from doorward.authenticators.slow_hash import CHOSEN_COST, is_among, new_salt, slow_hash
from doorward.ceremony import Begun, Ceremony, Enrolment, Json, Verified
from doorward.core.enrolment import Authenticator
from doorward.core.errors import BadInput, Mistake, WrongCode

LEAST, MOST = 3, 8
MOST_CHARACTERS = 200
SHORTEST_ANSWER = 3
COMPLIANCE = ("fails ASVS-6.4.2", "no authenticator by SP 800-63B-4")


class Knowledge:
    """All questions are asked at once, and one wrong answer is like any other: which one is not told."""

    type = "knowledge"

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:  # noqa: ARG002
        """Return the questions that *asked* brings, with the hash of all their answers together."""
        pairs = asked.get("questions")
        if not isinstance(pairs, list) or not LEAST <= len(pairs) <= MOST:
            raise BadInput([Mistake(f"{LEAST} to {MOST} questions were expected", "#/questions")])
        mistakes = [
            Mistake("a question and an answer of at least 3 characters were expected", f"#/questions/{place}")
            for place, each in enumerate(pairs)
            if not _is_pair(each)
        ]
        if mistakes:
            raise BadInput(mistakes)
        questions = [each["question"] for each in pairs]
        if len({_folded(each) for each in questions}) < len(questions):
            raise BadInput([Mistake("different questions were expected", "#/questions")])
        salt = new_salt()
        digest = slow_hash(_joined([each["answer"] for each in pairs]), salt, cost=CHOSEN_COST)
        state = {"salt": salt, "hash": digest, "questions": questions}
        return Enrolment(state, {"compliance": list(COMPLIANCE)}, active=True)

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        return self.verify(state, live, answer, ceremony)

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:  # noqa: ARG002
        return Begun(shown={"questions": list(held.state["questions"])})

    def read(self, response: Mapping[str, Any]) -> list[str]:
        """Return the answers, in the order of the questions."""
        given = response.get("answers")
        fits = isinstance(given, list) and LEAST <= len(given) <= MOST and all(_is_text(each) for each in given)
        if not fits or len(response) > 1:
            raise BadInput([Mistake("an answer to each question was expected, and nothing else", "#/response/answers")])
        return list(given or ())

    def is_guess(self, answer: Any) -> bool:  # noqa: ARG002
        return True

    def prepare(self, state: Json, answer: Any) -> str:
        return slow_hash(_joined(answer), state["salt"], cost=CHOSEN_COST)

    def verify(self, state: Json, live: Json | None, answer: str, ceremony: Ceremony) -> Verified:  # noqa: ARG002
        if not is_among(answer, [state["hash"]]):
            raise WrongCode("the answers are not right")
        return Verified(dict(state))


def _is_pair(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and each.keys() == {"question", "answer"}
        and all(_is_text(text) for text in each.values())
        and len(_folded(each["answer"])) >= SHORTEST_ANSWER
    )


def _is_text(each: Any) -> bool:
    return isinstance(each, str) and 0 < len(each) <= MOST_CHARACTERS


def _folded(text: str) -> str:
    """Return *text* as it is compared: without case, and with one space where there are several."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _joined(answers: list[str]) -> str:
    return "\x1f".join(_folded(each).replace("\x1f", " ") for each in answers)
