"""Splits a condition at its outermost `&&`, so that a person can be shown which part of it failed."""

import itertools
import re

# A string or comment is passed over whole; the rest is only what the splitting looks at.
_TOKEN = re.compile(
    r"(?P<skip>[rRbB]{0,2}(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
    r"|//[^\n]*)|(?P<sign>&&|\|\||[?()\[\]{}])",
    re.DOTALL,
)
_RAW = re.compile(r"[bB]?[rR][bB]?(?:'''.*?'''|\"\"\".*?\"\"\"|'[^']*'|\"[^\"]*\")", re.DOTALL)


def split(text: str) -> tuple[str, ...]:
    """Return the conjuncts of *text*; one that is not a plain conjunction comes back whole.

    `||` and `?:` bind weaker than `&&`, so a text that has one of them outside brackets cannot be split.
    """
    cuts = _cuts(text)
    if cuts is None:
        return (text.strip(),)
    edges = [-2, *cuts, len(text)]
    return tuple(text[a + 2 : b].strip() for a, b in itertools.pairwise(edges))


def _cuts(text: str) -> list[int] | None:
    cuts: list[int] = []
    depth = at = 0
    while at < len(text):
        match = _RAW.match(text, at) if not text[at - 1 : at].isalnum() else None
        match = match or _TOKEN.match(text, at)
        sign = match["sign"] if match and "sign" in match.re.groupindex else None
        if sign:
            depth += (sign in "([{") - (sign in ")]}")
            if depth == 0 and sign in ("||", "?"):
                return None
            if depth == 0 and sign == "&&":
                cuts.append(at)
        at = match.end() if match else at + 1
    return cuts
