"""What the import of authenticators comes to, for people and for programs; never a seed or an address in clear."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doorward.adopting import ENDED, NEW, STANDINGS, THERE, TWICE, Looked
from doorward.core.code_texts import masked
from doorward.core.enrolment import Authenticator
from doorward.core.errors import Mistake
from doorward.offline.authenticator_files.contents import Contents

TOLD_MISTAKES = 1000

_SHOWN_ID = 6


@dataclass(frozen=True, slots=True)
class Report:
    """How the authenticators of one file stand; *applied* says whether those that are new are bound now."""

    tenant: str
    file: str
    applied: bool
    looked: Looked
    contents: Contents
    wrong: list[Mistake]

    def to_json(self, *, listed: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "tenant": self.tenant,
            "file": self.file,
            "applied": self.applied,
            "types": {kind: {name: counts[name] for name in STANDINGS} for kind, counts in self._types().items()},
            "subjects": {"in_file": self._subjects(*STANDINGS), "new": self._subjects(NEW)},
            "left_out": dict(sorted(self.contents.left_out.items())),
            "wrong": len(self.wrong),
        }
        return told | ({"authenticators": list(self._each())} if listed else {})

    def text(self, *, listed: bool) -> str:
        return "\n".join(self._lines(listed=listed))

    def _lines(self, *, listed: bool) -> Iterator[str]:
        if listed:
            for row in self._each():
                yield "  ".join((row["place"], row["subject"], row["type"], row["shown"], row["standing"]))
            yield ""
        words = {NEW: "bound" if self.applied else "to bind", THERE: "there", ENDED: "ended", TWICE: "twice"}
        yield f"{'type':10}" + "".join(f"{words[name]:>9}" for name in STANDINGS)
        for kind, counts in self._types().items():
            yield f"{kind:10}" + "".join(f"{counts[name]:>9}" for name in STANDINGS)
        yield from (f"left out: {number} of type '{kind}'" for kind, number in sorted(self.contents.left_out.items()))
        found, new = self._subjects(*STANDINGS), self._subjects(NEW)
        yield f"subjects in {self.file}: {found}; with something new: {new}; tenant: {self.tenant}"
        if not self.applied:
            yield "Nothing was written: --apply binds."

    def _types(self) -> Mapping[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for each, standing in self.looked.rows:
            found.setdefault(each.one.type, Counter())[standing] += 1
        return dict(sorted(found.items()))

    def _subjects(self, *standings: str) -> int:
        return len({each.subject for each, standing in self.looked.rows if standing in standings})

    def _each(self) -> Iterator[dict[str, str]]:
        for each, standing in self.looked.rows:
            about = {"place": each.place, "subject": each.subject, "type": each.one.type, "label": each.one.label}
            yield about | {"shown": shown(each.one), "standing": standing}


def shown(one: Authenticator) -> str:
    """Return what may be seen of an authenticator, so that whoever knows it knows it again."""
    state = one.state
    if one.type in ("totp", "hotp"):
        step = f"{state['period']} s" if one.type == "totp" else f"from {state['counter']}"
        return f"{state['algorithm']}, {state['digits']} digits, {step}"
    if one.type == "passkey":
        return f"{state['credential_id'][:_SHOWN_ID]}…, count {state['sign_count']}"
    return masked(str(state["to"]))
