"""Text that strangers wrote, made harmless for where it goes: an element, an attribute, a script, a plot.

Whoever tries to sign in chooses much of what a log holds, and the report is opened by those who guard the door.
"""

import json
import re
from html import escape
from typing import Any

MAX_TEXT = 500
REPLACEMENT = "\ufffd"
# Controls, halves of characters, and marks that turn the direction of what follows: none can be seen, all can deceive.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def cleaned(value: Any) -> Any:
    """Return *value* with all its texts, however deep, of bounded length and without characters that nobody sees."""
    if isinstance(value, str):
        shown = _UNSEEN.sub(REPLACEMENT, value)
        return shown if len(shown) <= MAX_TEXT else shown[: MAX_TEXT - 1] + "…"
    if isinstance(value, dict):
        return {name: cleaned(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(each) for each in value]
    return value


def text(value: object) -> str:
    """Return *value* for an element's text or a quoted attribute."""
    return escape(str(value), quote=True)


def script_json(value: Any) -> str:
    """Return *value* as JSON that no text within can end the script element of."""
    plain = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return plain.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def plot_text(value: object) -> str:
    """Return *value* for a label of a plot, which would read a few tags, among them links."""
    return escape(str(value), quote=False)
