"""The card of a model: what it was made of, what it can do and what it cannot, for whoever has to trust it."""

from collections.abc import Iterator, Sequence

from doorward.offline.evidence.floors import REFERENCE, REFERENCE_AT
from doorward.offline.evidence.groups import HISTORIES
from doorward.offline.training.measuring import RATES, Figures
from doorward.offline.training.run import Trained

_LIMITS = """\
- **Simulated people.** The figures rank models; they do not promise what happens in the field. A tenant's own \
log tells more: `doorward model score`, `doorward rules backtest`.
- **The scale is that of the world it was measured on.** A tenant with other habits sees other challenge rates than \
100 − score. Where nobody collects device tokens, a score of 95 was made to keep its promise, and far fewer attackers \
with the victim's browser and city are found.
- **Whoever has the subject's device token**, network and browser looks like the subject (`cookie_theft`): offer \
passkeys. They are part of what the log-odds are fitted to, which are therefore nowhere very low.
- **First sign-ins** have nothing to be compared with: only the rarity and kind of the network, and failures, \
speak of them.
- **Set by hand**: what is listed above as not trained, as no world has such sign-ins, and a share of every other \
table (`making.BY_HAND`), so that Tor, revoked devices or a new country count where the worlds say nothing of them."""


def written(trained: Trained, *, file: str, command: str, left_out: Sequence[str], fraud_expected: float) -> str:
    """Return the card of *trained* as Markdown; *command* is what made it."""
    return "\n".join(_lines(trained, file, command, left_out, fraud_expected)) + "\n"


def _lines(trained: Trained, file: str, command: str, left_out: Sequence[str], fraud_expected: float) -> Iterator[str]:
    card, figures = trained.card, trained.figures
    yield f"# {file}\n"
    yield f"Made by `{command}`.\n"
    yield "| | |\n|---|---|"
    yield f"| model | `{card.id}` |"
    yield f"| fitted to | {trained.fitted_rows} successful sign-ins, {trained.fitted_frauds} of them fraud |"
    yield f"| families that nothing was fitted to | {', '.join(left_out) or 'none'} |"
    yield f"| not trained, set by hand | {', '.join(sorted(trained.by_hand)) or 'none'} |"
    yield f"| scale measured on | {card.calibration.n} genuine sign-ins |"
    yield f"| calibration (Platt) | a = {card.calibration.a:.4f}, b = {card.calibration.b:.4f} |"
    yield f"| prior shift | {card.prior_shift:.4f}: log-odds suppose that {fraud_expected:.2%} of successes are fraud |"
    yield "\n## Sources\n\n| use | source | SHA-256 of its events |\n|---|---|---|"
    yield from (f"| {each.use} | {each.name} | `{each.digest or '-'}` |" for each in trained.used)
    yield "\n## What it does"
    yield from table(figures, left_out)
    yield "\n## What it does not do\n"
    yield _LIMITS


def table(figures: Figures, left_out: Sequence[str]) -> Iterator[str]:
    """Yield the figures as Markdown: what is challenged of whom at which price."""
    yield f"\nThresholds were set on the scale's genuine sign-ins and applied unchanged to {figures.genuine} others."
    yield "\n| challenge rate aimed at | " + " | ".join(f"{rate:.0%}" for rate in RATES) + " | floor at 2 % |"
    yield "|---|" + "---|" * (len(RATES) + 1)
    yield _row("genuine sign-ins challenged", figures.realised, "", decimals=2)
    yield _row("the same, by the score alone", figures.came, "", decimals=2)
    for family, shares in figures.caught.items():
        floor = f"{REFERENCE[family]:.0%}" if family in REFERENCE else ""
        unseen = ", never seen" if family in left_out else ""
        yield _row(f"{family} ({figures.number[family]}{unseen})", shares, floor)
    missed = _missed(figures)
    yield f"\nFloors at {REFERENCE_AT:.0%}: " + (f"missed by {', '.join(missed)}." if missed else "all reached.")
    yield "\n| verified sign-ins before | " + " | ".join(_span(each) for each in HISTORIES) + " |"
    yield "|---|" + "---|" * len(HISTORIES)
    yield _row("genuine challenged at 5 %", figures.early)


def _missed(figures: Figures) -> list[str]:
    at = RATES.index(REFERENCE_AT)
    return [name for name, shares in figures.caught.items() if name in REFERENCE and shares[at] < REFERENCE[name]]


def _row(name: str, shares: Sequence[float], *last: str, decimals: int = 1) -> str:
    return f"| {name} | " + " | ".join([*(f"{100 * share:.{decimals}f} %" for share in shares), *last]) + " |"


def _span(events: tuple[int, int | None]) -> str:
    least, most = events
    return f"{least} or more" if most is None else str(least) if least == most else f"{least} to {most}"
