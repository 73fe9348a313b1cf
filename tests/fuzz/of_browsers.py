"""What browsers send to the hosted page: forms in two encodings, a cookie, the languages that somebody reads."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count

from flask import Request
from werkzeug.test import create_environ

from doorward.api.page.forms import COOKIE, secret_of, token_of
from doorward.api.page.languages import texts_for
from doorward.ceremony import Realm

from ..challenges.conftest import bound_totp, challenged
from ..line.conftest import House, house_in
from .target import Target, latin, scratch

_BACK = "https://shop.example/account"
_SECRET = "c" * 43
_BOUNDARY = "doorward"
_MULTIPART = f"multipart/form-data; boundary={_BOUNDARY}"
# After five guesses a challenge is at its end.
_MOST_FORMS = 4
_people = count()


@cache
def shop() -> House:
    """Return one service in memory, whose page leads back to a shop, and a browser with a cookie of the page's."""
    made = house_in(scratch(), outside={"realm_of": lambda tenant: Realm(tenant, name="Shop", return_to=(_BACK,))})
    made.client.set_cookie(COOKIE, _SECRET, domain="localhost", secure=True)
    return made


@dataclass
class Page:
    """A challenge of somebody who is asked for an app's code, opened in a browser."""

    challenge: str
    authenticator: str
    forms: int = 0

    @classmethod
    def opened(cls) -> "Page":
        subject = f"u-{next(_people)}"
        authenticator = bound_totp(shop(), subject)["id"]
        page = cls(challenged(shop(), subject)["id"], authenticator)
        assert page.ask("GET", query_string={"return_to": _BACK}) == 200
        return page

    @property
    def own(self) -> dict[str, str]:
        """Return what each of its forms carries."""
        return {"token": token_of(_SECRET, self.challenge), "authenticator": self.authenticator}

    def ask(self, method: str, **sent: object) -> int:
        place = f"/challenge/{self.challenge}"
        answer = shop().client.open(place, method=method, base_url="https://localhost", **sent)
        if answer.status_code >= 500:
            raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
        return answer.status_code


_open: list[Page] = []


def _posted(kind: str, begun: Callable[[str, str], bytes]) -> Callable[[bytes], object]:
    """Return what posts bytes behind the page's own fields, in a form of that *kind*."""

    def posted(raw: bytes) -> object:
        if not _open or _open[0].forms == _MOST_FORMS:
            _open[:] = [Page.opened()]
        page = _open[0]
        page.forms += 1
        whole = b"".join(begun(name, value) for name, value in page.own.items()) + raw
        return page.ask("POST", data=whole, content_type=kind)

    return posted


def _pair(name: str, value: str) -> bytes:
    return f"{name}={value}&".encode()


def _part(name: str, value: str) -> bytes:
    return f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _parts(**fields: str) -> bytes:
    return b"".join(_part(name, value) for name, value in fields.items()) + f"--{_BOUNDARY}--\r\n".encode()


def _sent(header: str) -> Callable[[str], Request]:
    """Return a request whose *header* is what was read, byte by byte as a server does."""
    return lambda said: Request(create_environ() | {header: said})


_cookie, _languages = _sent("HTTP_COOKIE"), _sent("HTTP_ACCEPT_LANGUAGE")
_CREDENTIAL = json.dumps({"id": "AA", "response": {"clientDataJSON": "e30"}, "type": "public-key"})

BROWSERS = (
    Target(
        "form",
        _posted("application/x-www-form-urlencoded", _pair),
        seeds=[
            b"do=verify&code=123+456",
            b"do=verify&credential=%7B%22id%22%3A%22AA%22%7D",
            b"do=verify&answer=Linden+Street&answer=x&remember=yes",
            b"do=confirm&code=123456",
            b"do=begin",
        ],
        words=[b"do=enrol&type=totp", b"&credential=", b"&code=", b"&answer=", b"%5B" * 40, b"+", b"%ED%A0%80"],
        most=8192,
        tries=40,
    ),
    Target(
        "form in parts",
        _posted(_MULTIPART, _part),
        seeds=[
            _parts(do="verify", code="123 456"),
            _parts(do="verify", credential=_CREDENTIAL),
            _parts(do="verify", answer="Linden Street", remember="yes"),
        ],
        words=[
            f"--{_BOUNDARY}\r\n".encode(),
            b'Content-Disposition: form-data; name="code"; filename="x"\r\n',
            b"Content-Type: text/plain; charset=utf-7\r\n",
            b"name*=utf-8''%ff",
            b"Content-Transfer-Encoding: base64\r\n",
        ],
        most=8192,
        tries=40,
    ),
    Target(
        "page's cookie",
        latin(lambda said: secret_of(_cookie(said))),
        seeds=[f"a=b; {COOKIE}={_SECRET}".encode(), f'{COOKIE}="{_SECRET}"'.encode()],
        words=[COOKIE.encode() + b"=", b"; ", b'"\\303', b"$Version=1"],
    ),
    Target(
        "page's languages",
        latin(lambda said: texts_for(_languages(said)).language),
        seeds=[b"de-AT,de;q=0.9,en;q=0.5", b"*;q=0.1"],
        words=[b";q=", b"de-", b"*", b"x-klingon"],
    ),
)
