"""The page behind the link of a message: was this you? For a person's browser, so in HTML and without a script.

The link is the right to answer, so no cookie is needed and no other site can send an answer. To open it changes
nothing: mail scanners do that.
"""

import secrets
from typing import Any

from jinja2 import Environment, StrictUndefined

from doorward.api.operation import Call, Resource
from doorward.api.reply import Reply
from doorward.core.errors import NotFound
from doorward.core.notice_texts import PARTS

HTML = "text/html; charset=utf-8"

resource = Resource("was-this-you", about="Where the links of messages lead: a person says whether it was them.")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ title }}</title>
<style nonce="{{ nonce }}">
:root { color-scheme: light dark; }
body { font: 18px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 0 auto; padding: 1.5rem; }
ul { padding-left: 1.2rem; }
form { margin: 1rem 0; }
button { font: inherit; width: 100%; padding: .75rem 1rem; border: 1px solid; border-radius: .5rem; cursor: pointer; }
button.no { background: #b3261e; border-color: #b3261e; color: #fff; }
button:focus-visible { outline: 3px solid #3b82f6; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>{{ title }}</h1>
{% for line in lines %}<p>{{ line }}</p>
{% endfor %}
{% if facts %}<ul>
{% for fact in facts %}<li>{{ fact }}</li>
{% endfor %}</ul>{% endif %}
{% for action, label in buttons %}<form method="post" action="{{ action }}">
<button class="{{ action.rpartition('/')[2] }}">{{ label }}</button>
</form>
{% endfor %}
</main>
</body>
</html>
"""
_TEMPLATE = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)


@resource.operation(
    "GET",
    "/was-this-you/<token>",
    summary="Ask; nothing changes.",
    answers={200: None},
    refusals=(404, 503),
    media_type="text/html",
)
def ask_was_this_you(call: Call, token: str) -> Reply:
    try:
        asked = call.services.was_this_you.show(token, call.now)
    except NotFound:
        return _gone()
    if asked["answer"]:
        return _answered(asked)
    # Relative, so that a path that a proxy puts before ours stays.
    buttons = [(f"{token}/yes", PARTS["page_yes"]), (f"{token}/no", PARTS["page_no"])]
    return _page(PARTS["page_title"], [PARTS["page_ask"].format(name=asked["name"])], asked["facts"], buttons)


@resource.operation(
    "POST",
    "/was-this-you/<token>/yes",
    summary="It was me: feedback `genuine` of the user.",
    answers={200: None},
    refusals=(404, 503),
    media_type="text/html",
)
def say_it_was_me(call: Call, token: str) -> Reply:
    return _said(call, token, genuine=True)


@resource.operation(
    "POST",
    "/was-this-you/<token>/no",
    summary="It was not me: feedback `fraud` of the user, undone as that is; the last word.",
    answers={200: None},
    refusals=(404, 503),
    media_type="text/html",
)
def say_it_was_not_me(call: Call, token: str) -> Reply:
    return _said(call, token, genuine=False)


def _said(call: Call, token: str, *, genuine: bool) -> Reply:
    try:
        return _answered(call.services.was_this_you.answer(token, genuine=genuine, now=call.now))
    except NotFound:
        return _gone()


def _answered(asked: dict[str, Any]) -> Reply:
    done = PARTS[f"page_{asked['answer']}_done"].format(name=asked["name"])
    return _page(PARTS["page_title"], [done], asked["facts"], [])


def _gone() -> Reply:
    """Return one page for every link that is not good, whatever is wrong with it."""
    return _page(PARTS["page_gone"], [PARTS["page_gone_more"]], [], [], status=404)


def _page(
    title: str, lines: list[str], facts: list[str], buttons: list[tuple[str, str]], *, status: int = 200
) -> Reply:
    nonce = secrets.token_urlsafe(16)
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
    page = _TEMPLATE.render(title=title, lines=lines, facts=facts, buttons=buttons, nonce=nonce)
    return Reply(page, status, HTML, headers)
