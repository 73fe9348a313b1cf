"""One POST to a gateway: no redirect is followed, nothing of the environment is used, the answer's body is not read."""

from collections.abc import Mapping

import requests

from doorward.core.sender_url import SenderUrl


def posted(
    url: SenderUrl,
    body: bytes,
    headers: Mapping[str, str],
    *,
    connect_seconds: float,
    read_seconds: float,
) -> int:
    """Return the status of the answer; what `requests` raises says why there was none.

    A proxy or a `.netrc` of the environment could read or answer what is meant for the gateway alone.
    """
    with requests.Session() as session:
        session.trust_env = False
        with session.post(
            url.target,
            data=body,
            headers={"User-Agent": "doorward", **headers},
            auth=(url.user, url.password) if url.user else None,
            timeout=(connect_seconds, read_seconds),
            verify=url.ca or True,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return int(answer.status_code)


def why_not(failure: requests.RequestException) -> str:
    """Return why there was no answer, without the address that was asked."""
    if isinstance(failure, requests.exceptions.SSLError):
        return "the gateway's certificate is not trusted"
    if isinstance(failure, requests.Timeout):
        return "the gateway did not answer in time"
    return "the gateway could not be reached"


def refusal(status: int) -> str:
    """Return what an answer other than 2xx says."""
    if 300 <= status < 400:
        return f"the gateway answered {status}, and redirects are not followed"
    return f"the gateway answered {status}"
