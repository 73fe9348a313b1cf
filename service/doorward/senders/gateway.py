"""One POST to a gateway: no redirect is followed, nothing of the environment is used, the answer's body is not read."""

from collections.abc import Mapping

import requests

from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.sender_url import SenderUrl

# A proxy before the gateway says so of a request that it has passed on.
GATEWAY_TIMEOUT = 504


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
    return "the gateway could not be reached" if _never_asked(failure) else "the gateway ended the conversation"


def unanswered(channel: str, failure: requests.RequestException) -> SenderUnavailable:
    """Return what it means that no answer came: whatever was connected to may have taken the message."""
    why = why_not(failure)
    return SenderUnavailable(channel, why) if _never_asked(failure) else PerhapsSent(channel, why)


def refused(channel: str, status: int, why: str) -> SenderUnavailable:
    """Return what an answer other than 2xx means."""
    return PerhapsSent(channel, why) if status == GATEWAY_TIMEOUT else SenderUnavailable(channel, why)


def _never_asked(failure: requests.RequestException) -> bool:
    if isinstance(failure, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    # What urllib3 could try again carries its reason, and `posted` lets it try nothing but connecting again.
    cause = next(iter(failure.args), None)
    return isinstance(failure, requests.ConnectionError) and isinstance(getattr(cause, "reason", None), Exception)


def refusal(status: int) -> str:
    """Return what an answer other than 2xx says."""
    if 300 <= status < 400:
        return f"the gateway answered {status}, and redirects are not followed"
    return f"the gateway answered {status}"
