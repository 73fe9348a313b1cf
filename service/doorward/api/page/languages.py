"""The page's texts: one file for each language, English where a browser asks for none of them."""

import json
from collections.abc import Mapping
from pathlib import Path

from flask import Request

FOLDER = Path(__file__).parent / "texts"
FALLBACK = "en"

TEXTS: Mapping[str, Mapping[str, str]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


class Texts:
    """The texts of one language: `texts("back", name="Shop")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = TEXTS[language]

    def __call__(self, name: str, /, **values: object) -> str:
        return self._texts[name].format(**values)

    def raw(self, name: str) -> str:
        """Return a text whose places the script will fill."""
        return self._texts[name]

    def minutes(self, seconds: int) -> str:
        """Say how much time is left."""
        return self("time.under_one") if seconds < 60 else self(_counted("time", seconds // 60), n=seconds // 60)

    def attempts(self, left: int) -> str:
        """Say how many attempts are left."""
        return self(_counted("attempts", left), n=left)

    def wait(self, seconds: int) -> str:
        """Say how long to wait, rounded up."""
        unit, number = ("seconds", seconds) if seconds < 60 else ("minutes", -(-seconds // 60))
        return self(_counted(f"wait.{unit}", number), n=number)


def _counted(name: str, number: int) -> str:
    return f"{name}.one" if number == 1 else f"{name}.many"


def texts_for(request: Request) -> Texts:
    """Return the texts in the language that the browser likes best, of those that there are."""
    asked = request.accept_languages
    languages = [FALLBACK, *(each for each in TEXTS if each != FALLBACK)]
    return Texts(asked.best_match(languages, default=FALLBACK) or FALLBACK)
