"""One training from sign-ins to a scorecard with its card, and whether it may take the place of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorward.core.errors import BadInput, DoorwardError, Mistake
from doorward.offline.training.fitting import telling
from doorward.offline.training.making import Terms, made, scaled
from doorward.offline.training.material import Material, Used
from doorward.offline.training.measuring import Figures, measure
from doorward.offline.training.rows import NAMES, Rows
from doorward.risk.model_file import load_scorecard, parse_scorecard, write_scorecard
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import Scorecard

# Families that no model is fitted to: what it makes of them tells what it would make of an attack that nobody knows.
# Two of them come with the victim's own device: to fit to them is to learn that a known device is nothing to trust.
LEFT_OUT = ("very_targeted", "cookie_theft", "boiling_frog", "spray", "slowlow")
# Sign-ins and frauds among them: to fit to, and to give the scale or to judge by.
LEAST_TO_FIT = (1000, 50)
LEAST_TO_SCALE = (300, 10)


class WorseModel(DoorwardError):
    """The new model does not reach what the one in its place does; nothing was written."""


@dataclass(frozen=True, slots=True)
class Asked:
    """*left_out* are families that nothing is fitted to; with *force* a worse model is written too."""

    material: Material
    target: Path
    terms: Terms
    left_out: tuple[str, ...] = LEFT_OUT
    seed: int = 1
    force: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """*champion* are the figures of the model at the target, judged by the same rows; None where there was none."""

    content: bytes
    card: Scorecard
    figures: Figures
    champion: Figures | None
    used: Sequence[Used]
    by_hand: Sequence[str]
    fitted_rows: int
    fitted_frauds: int


def train(asked: Asked) -> Trained:
    """Return the new scorecard; WorseModel where it may not replace the one at the target.

    History learns by the level that a model gives. The first replay follows the hand-set model, the last, which gives
    the scale and the figures, the new one.
    """
    fitted_to = asked.material.to_fit(provisional()).without(asked.left_out)
    _refuse_too_little("to fit to", fitted_to, LEAST_TO_FIT)
    first = made(fitted_to, fitted_to, terms=asked.terms, seed=asked.seed)
    scale, judged = asked.material.to_scale_and_judge(first)
    for use, rows in (("to give the scale", scale), ("to judge by", judged)):
        _refuse_too_little(use, rows, LEAST_TO_SCALE)
    card = scaled(first, scale, asked.terms)
    content = write_scorecard(card)
    card = parse_scorecard(content, path=str(asked.target))
    figures = measure(card, scale, judged)
    champion = measure(load_scorecard(asked.target), scale, judged) if asked.target.exists() else None
    if champion is not None and not asked.force and figures.is_worse_than(champion):
        raise WorseModel(_worse(figures, champion))
    return Trained(
        content=content,
        card=card,
        figures=figures,
        champion=champion,
        used=asked.material.used,
        by_hand=[name for number, name in enumerate(NAMES) if number not in telling(fitted_to)],
        fitted_rows=len(fitted_to),
        fitted_frauds=int(fitted_to.fraud.sum()),
    )


def _refuse_too_little(use: str, rows: Rows, least: tuple[int, int]) -> None:
    frauds = int(rows.fraud.sum())
    if len(rows) < least[0] or frauds < least[1]:
        told = f"{len(rows)} labelled successes {use}, {frauds} of them fraud"
        raise BadInput([Mistake(f"{told}: too few, at least {least[0]} and {least[1]} are needed")])


def _worse(new: Figures, old: Figures) -> str:
    return (
        f"the new model is worse than the one in its place: misses its floors by {new.shortfall:.3f} against "
        f"{old.shortfall:.3f}, challenges {new.mean_caught:.1%} of attacks against {old.mean_caught:.1%}; "
        "nothing was written (--force writes it all the same)"
    )
