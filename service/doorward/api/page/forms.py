"""What the page's browser sends: its cookie, and forms that come from the page itself."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Request

from doorward.api.body import strict_json
from doorward.core.errors import NotAllowed
from doorward.core.request import Client
from doorward.core.safe_text import has_unsafe_characters

# The prefix makes the browser take it over HTTPS alone (or from localhost), and for this host alone.
COOKIE = "__Host-doorward-page"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_BLANKS = re.compile(r"\s+")
MAX_AGENT = 4096


def secret_of(request: Request) -> str:
    """Return the secret in the browser's cookie, empty where it has none of ours."""
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.match(secret) else ""


def new_cookie() -> tuple[str, str]:
    """Return a new secret and the header that gives it to the browser.

    Lax, not Strict: the first look comes from the caller's site, and a reload counts as coming from there too.
    """
    secret = secrets.token_urlsafe(32)
    return secret, f"{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax"


def token_of(secret: str, challenge_id: str) -> str:
    """Return what a form of the page carries, so that no other site's form is taken for one."""
    return hashlib.sha256(f"form\x1f{challenge_id}\x1f{secret}".encode()).hexdigest()


def check_own_form(request: Request, secret: str, challenge_id: str) -> None:
    """Return where the form is one of the page's own; NotAllowed where another site could have sent it."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    token = request.form.get("token", "")
    right = hmac.compare_digest(token.encode(), token_of(secret, challenge_id).encode())
    if not secret or not right or site != "same-origin":
        raise NotAllowed("the form was not sent by this page")


def client_of(request: Request) -> Client:
    """Return what can be said of the browser; its address is the caller's to say."""
    agent = request.headers.get("User-Agent", "")
    return Client(user_agent=agent if agent and len(agent) <= MAX_AGENT and not has_unsafe_characters(agent) else None)


def response_of(form: Mapping[str, Any], answers: list[str]) -> dict[str, Any]:
    """Return what was answered; BadJson for a credential that is none.

    Blanks in a code go: apps show «123 456». Whatever else does not fit is refused, as everywhere.
    """
    if "credential" in form:
        return {"credential": strict_json(form["credential"].encode("utf-8", "surrogatepass"))}
    if "code" in form:
        return {"code": _BLANKS.sub("", form["code"])}
    return {"answers": answers} if answers else {}
