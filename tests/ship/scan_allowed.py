"""What the scanner takes for a secret and is none. A row that allows nothing any more fails `make lint`."""

from typing import NamedTuple


class Allowed(NamedTuple):
    """One text that *rule* finds, wherever it stands, and why it is no secret."""

    rule: str
    text: str
    reason: str


_URL = "betterleaks.generic-credential-uri"

ALLOWED = (
    Allowed("betterleaks.curl-auth-header", "demo-alice", "a token of the example in examples/flask-step-up"),
    Allowed(_URL, "AUTH_TOKEN", "what stands for Twilio's token in docs/senders.md"),
    Allowed(_URL, "password", "what stands for a password in the forms of URLs"),
    Allowed(_URL, "secret", "a made-up password of a test of URLs"),
    Allowed(_URL, "hunter2", "a made-up password of a test of settings"),
    Allowed(_URL, "hunter22", "a made-up password of a test of URLs"),
    Allowed(_URL, "p%40ss", "a made-up password with a sign that is escaped"),
    Allowed(_URL, "pw", "a made-up password of the check of the chart"),
)
