"""The page as HTML: templates, style and script are files, and the policy allows these two and nothing else."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from doorward.api.reply import Reply

FILES = Path(__file__).parent / "files"
HTML = "text/html; charset=utf-8"

_TEMPLATES = Environment(
    loader=FileSystemLoader(FILES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_STYLE = (FILES / "page.css").read_text(encoding="utf-8")
_SCRIPT = (FILES / "page.js").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_hash(_STYLE)}",
        f"script-src {_hash(_SCRIPT)}",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
    "geolocation=(), microphone=()",
    "Vary": "Accept-Language, Cookie",
}


def rendered(template: str, *, status: int = 200, **shown: Any) -> Reply:
    """Return one of the templates as a reply."""
    page = _TEMPLATES.get_template(template).render(css=_STYLE, js=_SCRIPT, **shown)
    return Reply(page, status, HTML, HEADERS)
