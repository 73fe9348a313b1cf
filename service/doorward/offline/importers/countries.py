"""Countries by the names that logs write, as the two letters of ISO 3166.

The names are those of the time zone database, which the package carries for its zones; MORE_NAMES are the common ones
that it writes otherwise.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from unicodedata import combining, normalize

_CODE = re.compile(r"[A-Z]{2}")
_WORDS = re.compile(r"[a-z]+")

MORE_NAMES = {
    "american samoa": "AS",
    "bolivia plurinational state of": "BO",
    "brunei darussalam": "BN",
    "burma": "MM",
    "cabo verde": "CV",
    "caribbean netherlands": "BQ",
    "central african republic": "CF",
    "congo": "CG",
    "czechia": "CZ",
    "democratic republic of the congo": "CD",
    "eswatini": "SZ",
    "great britain": "GB",
    "holy see": "VA",
    "hong kong sar": "HK",
    "iran islamic republic of": "IR",
    "ivory coast": "CI",
    "korea republic of": "KR",
    "kosovo": "XK",
    "lao people s democratic republic": "LA",
    "macao": "MO",
    "macao sar": "MO",
    "macedonia": "MK",
    "moldova republic of": "MD",
    "myanmar": "MM",
    "north korea": "KP",
    "palestinian territory": "PS",
    "republic of korea": "KR",
    "republic of moldova": "MD",
    "republic of the congo": "CG",
    "russian federation": "RU",
    "samoa": "WS",
    "sint maarten": "SX",
    "south korea": "KR",
    "st martin": "MF",
    "st vincent and the grenadines": "VC",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "taiwan province of china": "TW",
    "tanzania united republic of": "TZ",
    "timor leste": "TL",
    "turkiye": "TR",
    "turks and caicos islands": "TC",
    "u s virgin islands": "VI",
    "united kingdom": "GB",
    "united states of america": "US",
    "usa": "US",
    "vatican": "VA",
    "venezuela bolivarian republic of": "VE",
    "viet nam": "VN",
}


@lru_cache(maxsize=1024)
def country_code(name: str) -> str | None:
    """Return the two letters of the country that *name* is, or names; None where nobody knows it."""
    if len(name) > 64:
        return None
    bare = name.strip().upper()
    if _CODE.fullmatch(bare):
        return bare if bare in _codes() else None
    return _names().get(_plain(name))


def _plain(name: str) -> str:
    """Return *name* in lower case without accents, signs and a leading article, with «saint» in its short form."""
    bare = normalize("NFKD", name.lower().replace("&", " and "))
    found = _WORDS.findall("".join(letter for letter in bare if not combining(letter)))
    return " ".join("st" if word == "saint" else word for word in (found[1:] if found[:1] == ["the"] else found))


@cache
def _names() -> dict[str, str]:
    return {_plain(name): code for code, name in _rows()} | MORE_NAMES


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code, _ in _rows()) | {"XK"}


@cache
def _rows() -> tuple[tuple[str, str], ...]:
    lines = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((row[0], row[1]) for row in rows)
