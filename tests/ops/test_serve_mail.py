"""`doorward serve` with a mail server: a code arrives, and the log of the run holds nothing that is secret."""

import email
import email.policy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..senders.mail import PASSWORD, USER, authority_in, mail_servers

ADDRESS = "anna.of.the.test@example.org"
NUMBER = re.compile(r"^([0-9]{6}) is ", re.MULTILINE)


def code_in(box: Any) -> str:
    mail = email.message_from_bytes(box.mails[-1].content, policy=email.policy.SMTP)
    found = NUMBER.search(mail.get_content())
    assert found is not None
    return found[1]


def test_a_run_that_sends_mail_logs_no_code_no_address_and_no_password(
    tmp_path: Path, start: Callable[..., Any], fetch: Callable[..., tuple[int, str]]
) -> None:
    authority = authority_in(tmp_path)
    with mail_servers(authority) as mail_server:
        box = mail_server()
        file = tmp_path / "smtp_url"
        file.write_text(f"smtp://{USER}:{PASSWORD}@127.0.0.1:{box.port}?ca={authority.ca}\n")
        told = {"DOORWARD_SMTP_URL_FILE": str(file), "DOORWARD_MAIL_FROM": "door@example.org"}
        served = start("-m", "doorward", "serve", **told, DOORWARD_LOG_LEVEL="debug", DOORWARD_WORKERS="1")
        key = served.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]

        def post(path: str, body: Any) -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            status, text = fetch(served.url() + path, method="POST", body=json.dumps(body).encode(), headers=headers)
            return status, json.loads(text)

        path = "/v1/subjects/u-1/authenticators"
        _, made = post(path, {"type": "email", "address": ADDRESS})
        code = code_in(box)
        status, confirmed = post(f"{path}/{made['id']}/confirm", {"code": code})
        box.answer = f"550 {ADDRESS} is not here"
        refused, _ = post("/v1/subjects/u-2/authenticators", {"type": "email", "address": ADDRESS})
        served.stop()

    log = "\n".join(line for line in served.output.splitlines() if "curl" not in line)
    assert (status, confirmed["status"], refused) == (200, "active", 502)
    assert '"event": "sender_unavailable"' in log
    assert [secret for secret in (code, ADDRESS, PASSWORD, key) if secret in log] == []
