"""Scorecards as files: strict JSON, everything that is wrong with one told at once."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from math import fsum
from pathlib import Path
from typing import Any

from doorward.core.errors import DoorwardError, Mistake
from doorward.risk.features import FEATURES
from doorward.risk.scorecard import Calibration, Quantiles, Scorecard, Table
from doorward.risk.stability import Distribution
from doorward.risk.wording import Voice, unknown_words

FORMAT = "doorward-scorecard/1"
MAX_BYTES = 1_000_000
MAX_POINTS = 4096
MAX_TEXT = 400
MAX_NUMBER = 1e9
SHARES_OFF = 1e-3

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_CODE = re.compile(r"[a-z0-9_{}]+\Z")
_DIRECTIONS = {feature.name: feature.direction for feature in FEATURES}


class ModelError(DoorwardError):
    """A scorecard that cannot be used; *mistakes* holds all of them, *path* names the file."""

    def __init__(self, path: str, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(f"{path}: {mistake.pointer}: {mistake.detail}" for mistake in mistakes))
        self.path = path
        self.mistakes = mistakes


def load_scorecard(path: Path) -> Scorecard:
    """Read the scorecard in *path*; ModelError where it is not there or not sound."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise ModelError(str(path), [Mistake(f"cannot be read: {failure.strerror}")]) from failure
    return parse_scorecard(content, path=str(path))


def parse_scorecard(content: bytes, *, path: str) -> Scorecard:
    """Return the scorecard in *content*; *path* is told in errors."""
    reading = _Reading(path)
    document = reading.document(content)
    card = reading.scorecard(document)
    if reading.mistakes:
        raise ModelError(path, reading.mistakes)
    return replace(card, id=f"{card.name}@{hashlib.sha256(content).hexdigest()[:12]}")


def write_scorecard(card: Scorecard) -> bytes:
    """Return the file of *card*: the same card always gives the same bytes."""
    return (_layout(_document(card)) + "\n").encode()


def _layout(document: Mapping[str, Any]) -> str:
    """Write one line for each list and each text, so that a change of one number changes one line."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return re.sub(r"\[\n[^\[\]{}\"]*\]", lambda found: re.sub(r"\s+", " ", found[0]), text)


def _document(card: Scorecard) -> dict[str, Any]:
    calibration = card.calibration
    return {
        "format": FORMAT,
        "name": card.name,
        "description": card.description,
        "calibration": {name: getattr(calibration, name) for name in ("source", "n", "version", "a", "b")},
        "prior_shift": card.prior_shift,
        "constant": card.constant,
        "features": {name: _table_document(table) for name, table in card.tables.items()},
        "quantiles": {"log_odds": list(card.quantiles.log_odds), "scores": list(card.quantiles.scores)},
    } | ({"distributions": _distributions_document(card)} if card.distributions else {})


def _distributions_document(card: Scorecard) -> dict[str, Any]:
    return {
        name: {"edges": list(each.edges), "shares": list(each.shares), "missing": each.missing}
        for name, each in card.distributions.items()
    }


def _table_document(table: Table) -> dict[str, Any]:
    return {
        "thresholds": list(table.thresholds),
        "values": list(table.values),
        "missing": table.missing,
        "reference": table.reference,
        "raises": _voice_document(table.raises),
        "lowers": _voice_document(table.lowers),
    }


def _voice_document(voice: Voice | None) -> dict[str, str] | None:
    return {"code": voice.code, "detail": voice.detail} if voice is not None else None


class _Reading:
    """Reads one file and gathers what is wrong with it; stands in harmless values where it must go on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.mistakes: list[Mistake] = []

    def wrong(self, pointer: str, detail: str) -> None:
        self.mistakes.append(Mistake(detail, pointer))

    def document(self, content: bytes) -> Any:
        """Return the JSON in *content*; what is no JSON at all is told alone."""
        if len(content) > MAX_BYTES:
            raise ModelError(self.path, [Mistake(f"is larger than {MAX_BYTES} bytes")])
        try:
            return json.loads(content, object_pairs_hook=self._pairs, parse_constant=self._no_number)
        except (ValueError, RecursionError) as failure:
            raise ModelError(self.path, [Mistake(f"is not JSON: {failure}")]) from failure

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice in one object")
        return found

    def _no_number(self, text: str) -> float:
        raise ValueError(f"{text} is not a JSON number")

    def scorecard(self, found: Any) -> Scorecard:
        names = {"format", "name", "description", "calibration", "prior_shift", "constant", "features", "quantiles"}
        fields = self.object(found, names, "#", optional={"distributions"})
        if fields.get("format") != FORMAT:
            self.wrong("#/format", f"expected {FORMAT!r}")
        name = self.text(fields.get("name"), "#/name")
        if not _NAME.match(name):
            self.wrong("#/name", "expected lower-case letters, digits, '.', '_' and '-', at most 64")
        return Scorecard(
            name=name,
            description=self.text(fields.get("description"), "#/description", least=0),
            calibration=self.calibration(fields.get("calibration")),
            prior_shift=self.number(fields.get("prior_shift"), "#/prior_shift"),
            constant=self.number(fields.get("constant"), "#/constant"),
            tables=self.tables(fields.get("features")),
            quantiles=self.quantiles(fields.get("quantiles")),
            distributions=self.distributions(fields.get("distributions", {})),
        )

    def calibration(self, found: Any) -> Calibration:
        fields = self.object(found, {"source", "n", "version", "a", "b"}, "#/calibration")
        n = fields.get("n")
        if not isinstance(n, int) or isinstance(n, bool) or n < 0:
            self.wrong("#/calibration/n", "expected a whole number from 0")
            n = 0
        a = self.number(fields.get("a"), "#/calibration/a")
        if a <= 0:
            self.wrong("#/calibration/a", "expected more than 0: otherwise riskier would score lower")
        return Calibration(
            source=self.text(fields.get("source"), "#/calibration/source"),
            n=n,
            version=self.text(fields.get("version"), "#/calibration/version"),
            a=a,
            b=self.number(fields.get("b"), "#/calibration/b"),
        )

    def tables(self, found: Any) -> dict[str, Table]:
        if not isinstance(found, dict) or not found:
            self.wrong("#/features", "expected an object with at least one feature")
            return {}
        for name in found:
            if name not in _DIRECTIONS:
                self.wrong(f"#/features/{_escaped(name)}", "there is no such feature")
        return {name: self.table(found[name], name) for name in found if name in _DIRECTIONS}

    def table(self, found: Any, name: str) -> Table:
        pointer = f"#/features/{name}"
        fields = self.object(found, {"thresholds", "values", "missing", "reference", "raises", "lowers"}, pointer)
        thresholds = self.numbers(fields.get("thresholds"), f"{pointer}/thresholds")
        values = self.numbers(fields.get("values"), f"{pointer}/values")
        if not _rises(thresholds):
            self.wrong(f"{pointer}/thresholds", "must rise from each to the next")
        if len(values) != len(thresholds) + 1:
            self.wrong(f"{pointer}/values", f"expected {len(thresholds) + 1} values, one more than thresholds")
        direction = _DIRECTIONS[name]
        if not _never_falls([direction * value for value in values]):
            self.wrong(f"{pointer}/values", f"must never {'fall' if direction > 0 else 'rise'}")
        return Table(
            thresholds=thresholds,
            values=values,
            missing=self.number(fields.get("missing"), f"{pointer}/missing"),
            reference=self.number(fields.get("reference"), f"{pointer}/reference"),
            raises=self.voice(fields.get("raises"), f"{pointer}/raises"),
            lowers=self.voice(fields.get("lowers"), f"{pointer}/lowers"),
        )

    def voice(self, found: Any, pointer: str) -> Voice | None:
        if found is None:
            return None
        fields = self.object(found, {"code", "detail"}, pointer)
        texts = {key: self.text(fields.get(key), f"{pointer}/{key}") for key in ("code", "detail")}
        if not _CODE.match(texts["code"]):
            self.wrong(f"{pointer}/code", "expected lower-case letters, digits, '_' and words in braces")
        unknown = [(key, word) for key, text in texts.items() for word in unknown_words(text)]
        for key, word in unknown:
            self.wrong(f"{pointer}/{key}", f"{word!r} is no word of reasons")
        return None if unknown else Voice(**texts)

    def quantiles(self, found: Any) -> Quantiles:
        fields = self.object(found, {"log_odds", "scores"}, "#/quantiles")
        log_odds = self.numbers(fields.get("log_odds"), "#/quantiles/log_odds")
        scores = self.numbers(fields.get("scores"), "#/quantiles/scores")
        if not log_odds or len(log_odds) != len(scores):
            self.wrong("#/quantiles/scores", "expected as many as log_odds, and at least one")
        if not _never_falls(log_odds) or not _rises(log_odds[::2]) or not _rises(log_odds[1::2]):
            self.wrong("#/quantiles/log_odds", "must never fall, and no value may stand more than twice")
        if not _never_falls(scores) or not all(0 <= each <= 100 for each in scores):
            self.wrong("#/quantiles/scores", "must never fall, and lie in 0 to 100")
        return Quantiles(log_odds, scores)

    def distributions(self, found: Any) -> dict[str, Distribution]:
        if not isinstance(found, dict):
            self.wrong("#/distributions", "expected an object")
            return {}
        for name in found.keys() - _DIRECTIONS.keys():
            self.wrong(f"#/distributions/{_escaped(name)}", "there is no such feature")
        return {
            name: self.distribution(found[name], f"#/distributions/{name}") for name in found if name in _DIRECTIONS
        }

    def distribution(self, found: Any, pointer: str) -> Distribution:
        fields = self.object(found, {"edges", "shares", "missing"}, pointer)
        edges = self.numbers(fields.get("edges"), f"{pointer}/edges")
        shares = self.numbers(fields.get("shares"), f"{pointer}/shares")
        made = Distribution(edges, shares, self.number(fields.get("missing"), f"{pointer}/missing"))
        if not _rises(edges):
            self.wrong(f"{pointer}/edges", "must rise from each to the next")
        if len(shares) != len(edges) + 1:
            self.wrong(f"{pointer}/shares", f"expected {len(edges) + 1} shares, one more than edges")
        if min(made.all_shares) < 0 or abs(fsum(made.all_shares) - 1) > SHARES_OFF:
            self.wrong(f"{pointer}/shares", "must be 0 or more, and add up to 1 with missing")
        return made

    def object(
        self, found: Any, names: set[str], pointer: str, optional: AbstractSet[str] = frozenset()
    ) -> dict[str, Any]:
        """Return *found* as an object with exactly *names*, and perhaps *optional* ones."""
        if not isinstance(found, dict):
            self.wrong(pointer, "expected an object")
            return {}
        for name in sorted(names - found.keys()):
            self.wrong(f"{pointer}/{name}", "is missing")
        for name in sorted(found.keys() - names - optional):
            self.wrong(
                f"{pointer}/{_escaped(name)}", f"is unknown here; expected {', '.join(sorted(names | optional))}"
            )
        return found

    def number(self, found: Any, pointer: str) -> float:
        if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) <= MAX_NUMBER:
            self.wrong(pointer, f"expected a number from -{MAX_NUMBER:g} to {MAX_NUMBER:g}")
            return 0.0
        return float(found)

    def numbers(self, found: Any, pointer: str) -> tuple[float, ...]:
        if not isinstance(found, list) or len(found) > MAX_POINTS:
            self.wrong(pointer, f"expected a list of at most {MAX_POINTS} numbers")
            return ()
        return tuple(self.number(each, f"{pointer}/{place}") for place, each in enumerate(found))

    def text(self, found: Any, pointer: str, *, least: int = 1) -> str:
        if not isinstance(found, str) or not least <= len(found) <= MAX_TEXT or not found.isprintable():
            self.wrong(pointer, f"expected a printable text of {least} to {MAX_TEXT} characters")
            return ""
        return found


def _rises(numbers: Sequence[float]) -> bool:
    return all(a < b for a, b in pairwise(numbers))


def _never_falls(numbers: Sequence[float]) -> bool:
    return all(a <= b for a, b in pairwise(numbers))


def _escaped(name: str) -> str:
    """Return *name* as a part of a JSON pointer (RFC 6901, section 3), cut to a bearable length."""
    return name[:64].replace("~", "~0").replace("/", "~1")
