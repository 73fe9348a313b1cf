"""Tables and marks as HTML: every text in them is escaped here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doorward.offline.report.escaping import text

Json = dict[str, Any]

# The same sign, colour and word always mean the same.
MARKS = {"good": "✓", "fair": "!", "bad": "✕", "plain": "•"}
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. *pick* are the fields of examples that a click on it asks for; *more* are lines below the first."""

    text: str
    pick: Json | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A number from 0 to 1, shown as per cent; None where there is nothing to take a share of."""

    value: float | None


Value = Cell | Share | str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """*groups* are headings over several columns, with how many; *attributes* are those of each row."""

    id: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    groups: Sequence[tuple[str, int]] = ()
    attributes: Sequence[Json] = ()
    filtered: bool = False

    def html(self) -> str:
        body = []
        for number, row in enumerate(self.rows):
            cells = "".join(_cell(value, is_head=place == 0) for place, value in enumerate(row))
            body.append(f"<tr{_attributes(self.attributes[number]) if self.attributes else ''}>{cells}</tr>")
        kind = "sortable filtered" if self.filtered else "sortable"
        return (
            f'<div class="wide" role="region" tabindex="0" aria-labelledby="{self.id}-caption">'
            f'<table id="{self.id}" class="{kind}"><caption id="{self.id}-caption">{text(self.caption)}</caption>'
            f"<thead>{self._heads()}</thead><tbody>{''.join(body)}</tbody></table></div>"
        )

    def _heads(self) -> str:
        over = "".join(
            f'<th scope="colgroup" colspan="{width}"><bdi>{text(name)}</bdi></th>'
            if name
            else f'<td colspan="{width}"></td>'
            for name, width in self.groups
        )
        texts = [not self.rows or isinstance(value, Cell | str) for value in (self.rows or [self.heads])[0]]
        cells = "".join(
            f'<th scope="col"{"" if is_text else " class=number"}><bdi>{text(name)}</bdi></th>'
            for name, is_text in zip(self.heads, texts, strict=True)
        )
        return (f'<tr class="groups">{over}</tr>' if over else "") + f'<tr class="heads">{cells}</tr>'


def mark(state: str, word: str) -> str:
    """Return a sign and its word, which carries the meaning for whoever sees no colours."""
    return f'<span class="mark {state}"><span aria-hidden="true">{MARKS[state]}</span> {text(word)}</span>'


def percent(share: float | None) -> str:
    """Return a share as people write it; what is not nothing never reads as nothing."""
    if share is None:
        return NOTHING
    if 0 < share < 0.00005:
        return "under 0.01\u00a0%"
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "\u00a0%"


def count(number: float) -> str:
    return f"{number:,}"


def pick_attribute(pick: Json) -> str:
    return f' data-pick="{text(json.dumps(pick, sort_keys=True))}"'


def _cell(value: Value, *, is_head: bool) -> str:
    tag = 'th scope="row"' if is_head else "td"
    end = tag.split(" ")[0]
    if isinstance(value, Share):
        sort = -1 if value.value is None else value.value
        return f'<{tag} class="number" data-sort="{sort}">{percent(value.value)}</{end}>'
    if value is None:
        return f'<{tag} class="number" data-sort="-1">{NOTHING}</{end}>'
    if isinstance(value, int | float):
        return f'<{tag} class="number" data-sort="{value}">{count(value)}</{end}>'
    cell = value if isinstance(value, Cell) else Cell(value)
    shown = f"<bdi>{text(cell.text)}</bdi>"
    if cell.pick is not None:
        shown = f'<span class="pick"{pick_attribute(cell.pick)}>{shown}</span>'
    shown += "".join(f' <span class="more"><bdi>{text(each)}</bdi></span>' for each in cell.more if each)
    return f"<{tag}>{shown}</{end}>"


def _attributes(fields: Json) -> str:
    return "".join(f' data-{name}="{text(value)}"' for name, value in fields.items())
