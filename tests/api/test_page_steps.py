"""Every step of the page can be drawn in every language, as a document that a browser need not repair."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from doorward.api.page.languages import TEXTS, Texts
from doorward.api.page.rendering import rendered
from doorward.api.page.steps import BOUND, FORMS, SAID, bound_of, choices_of, step_of
from doorward.core.page_view import PageView

ID = "chl_" + "A" * 22
ONE, TWO = "fac_" + "A" * 22, "fac_" + "B" * 22
SHOWN = {
    "passkey": {"public_key": {"challenge": '"><script>'}},
    "push": {"number": "471906"},
    "sms": {"sent_to": "+49•••12"},
    "voice": {"sent_to": "+49•••12"},
    "email": {"sent_to": "a•••@example.org"},
    "knowledge": {"questions": ["<b>where?", "when?", "who?"]},
}
NEW = {
    "totp": {"id": TWO, "type": "totp", "secret": "ABCDEFGH", "qr_svg": "<svg></svg>"},
    "passkey": {"id": TWO, "type": "passkey", "public_key": {"rp": {"name": "<i>"}}},
}
VIEW = PageView(
    id=ID,
    tenant="default",
    name="<b>Shop",
    status="pending",
    action="Pay </p><script>",
    application="shop",
    is_login=True,
    seconds_left=600,
    attempts_left=5,
    count=2,
    passed=(),
    choices=({"id": ONE, "type": "totp", "label": "<i>phone"},),
    shown={},
    enrols=False,
    enrol=(),
    binding="",
    way_back="https://shop.example/?a=1&b=<",
)
VOID = {"meta", "input", "hr", "path", "circle", "rect", "link"}


class Document(HTMLParser):
    """Which tags are open, which ids there are, and which are referred to."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.named, self.scripts = [], [], set(), 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.scripts += tag == "script"
        assert len(found) == len(attrs), f"{tag}: an attribute stands twice"
        self.ids += [found["id"]] if "id" in found else []
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.named |= set((found.get(name) or "").split())
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def drawn(view, *, chosen="", said="", language="en"):
    step = step_of(view, chosen, said)
    page = rendered(
        step.template,
        t=Texts(language),
        view=view,
        step=step,
        choices=choices_of(view),
        bound=bound_of(view),
        said=said,
        is_error=bool(said),
        wait=0,
        token="t",
        here=ID,
    )
    return Document(str(page.body))


def views():
    yield "choose", replace(VIEW, choices=(*VIEW.choices, {"id": TWO, "type": "sms", "label": ""}))
    yield "nothing", replace(VIEW, choices=())
    for kind in FORMS:
        choice = ({"id": ONE, "type": kind, "label": "x"},)
        yield f"{kind}-before", replace(VIEW, choices=choice)
        yield f"{kind}-begun", replace(VIEW, choices=choice, shown={ONE: SHOWN.get(kind, {})})
    for status in ("passed", "failed", "expired", "cancelled"):
        yield status, replace(VIEW, status=status)
    yield "replaced", replace(VIEW, status="passed", replacement="ABCD")
    yield "enrol", replace(VIEW, enrols=True, enrol=("hotp", *BOUND))
    for kind in BOUND:
        yield f"bind-{kind}", replace(VIEW, binding=TWO, shown={TWO: NEW[kind]})


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("view", [pytest.param(view, id=name) for name, view in views()])
def test_a_step_is_a_whole_document_and_nothing_in_it_is_taken_for_markup(view, language):
    document = drawn(view, language=language)

    assert document.open == []
    assert document.scripts == 1
    assert len(document.ids) == len(set(document.ids))
    assert document.named - set(document.ids) == set()


@pytest.mark.parametrize("said", SAID)
def test_whatever_is_said_stands_with_the_form(said):
    document = drawn(VIEW, said=said)

    assert "said" in document.ids
    assert document.open == []


def test_a_type_that_the_page_does_not_know_is_not_offered():
    view = replace(VIEW, choices=({"id": ONE, "type": "carrier_pigeon", "label": ""},))

    assert choices_of(view) == ()
