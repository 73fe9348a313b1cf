import base64
from dataclasses import fields
from pathlib import Path

import pytest

from doorward.cli.settings import as_markdown
from doorward.core.send_limits import LIMITS
from doorward.core.throttle import Limit
from doorward.settings import SETTINGS, Settings, SettingsError, known_names, load
from doorward.settings_parsers import Bind

SECRET = base64.b64encode(bytes(range(32))).decode()
ROOT = Path(__file__).parents[2]


def mistakes_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(environ)
    return caught.value.mistakes


def test_every_mistake_is_told_at_once() -> None:
    environ = {"DOORWARD_WORKERS": "many", "DOORWARD_BIND": "8080", "DOORWARD_LOG_FORMAT": "xml", "DOORWARD_NO": "1"}

    mistakes = mistakes_of(environ)

    assert sorted(line.split(":")[0] for line in mistakes) == sorted(environ)


def test_an_unknown_variable_names_the_near_one() -> None:
    assert mistakes_of({"DOORWARD_WORKER": "2"}) == [
        "DOORWARD_WORKER: there is no such setting (did you mean DOORWARD_WORKERS?)"
    ]


def test_only_secrets_have_a_file_twin() -> None:
    assert "DOORWARD_BIND_FILE: there is no such setting" in mistakes_of({"DOORWARD_BIND_FILE": "x"})[0]


def test_variables_of_others_are_left_alone() -> None:
    assert load({"PATH": "/bin", "DOOR": "x"}).workers == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOORWARD_SERVICE_HOST", "10.0.0.1"),
        ("DOORWARD_SERVICE_PORT_HTTP", "8080"),
        ("DOORWARD_PORT", "tcp://10.0.0.1:8080"),
        ("DOORWARD_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_what_kubernetes_puts_beside_a_service_is_no_mistake(name: str, value: str) -> None:
    assert load({name: value}).workers == 2


def test_a_port_that_a_person_sets_is_a_mistake() -> None:
    assert mistakes_of({"DOORWARD_PORT": "8080"})


@pytest.mark.parametrize("text", ["8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "::1:8080", "a b:1", "127.0.0.1:x"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    assert len(mistakes_of({"DOORWARD_BIND": text})) == 1


@pytest.mark.parametrize("text", ["0", "65", "2.5", " 2", "-1", "", "٢"])
def test_a_number_of_workers_out_of_bounds_is_refused(text: str) -> None:
    assert len(mistakes_of({"DOORWARD_WORKERS": text})) == 1


@pytest.mark.parametrize("text", ["memcached://localhost", "sqlite://x", "sqlite:///", "/var/x.db", "redis://"])
def test_a_store_that_is_not_known_is_refused(text: str) -> None:
    assert len(mistakes_of({"DOORWARD_STORE": text})) == 1


def test_a_store_in_memory_cannot_serve_two_workers() -> None:
    assert "DOORWARD_WORKERS=1" in mistakes_of({"DOORWARD_STORE": "sqlite:///:memory:"})[0]


def test_metrics_cannot_take_the_port_of_the_api() -> None:
    environ = {"DOORWARD_BIND": "127.0.0.1:8000", "DOORWARD_METRICS_BIND": "127.0.0.1:8000"}

    assert "DOORWARD_METRICS_BIND" in mistakes_of(environ)[0]


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    assert len(mistakes_of({"DOORWARD_DEFAULT_TIMEZONE": "Europe/Atlantis"})) == 1


def test_a_missing_folder_of_rules_is_refused(tmp_path: Path) -> None:
    assert len(mistakes_of({"DOORWARD_RULES_DIR": str(tmp_path / "none")})) == 1


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"x" * 31).decode(), "ü" * 60])
def test_a_weak_or_unreadable_secret_is_refused_without_repeating_it(text: str) -> None:
    mistakes = mistakes_of({"DOORWARD_SECRET": text})

    assert len(mistakes) == 1
    assert text not in mistakes[0]


@pytest.mark.parametrize("text", ["k1", f"k1:{SECRET},k1:{SECRET}", "k1:c2hvcnQ=", f"k 1:{SECRET}"])
def test_encryption_keys_that_cannot_be_used_are_refused(text: str) -> None:
    mistakes = mistakes_of({"DOORWARD_ENCRYPTION_KEYS": text})

    assert len(mistakes) == 1
    assert SECRET not in mistakes[0]


def test_a_secret_and_its_file_at_once_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)

    assert "set one of them" in mistakes_of({"DOORWARD_SECRET": SECRET, "DOORWARD_SECRET_FILE": str(file)})[0]


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_secret_file_that_holds_nothing_readable_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    assert len(mistakes_of({"DOORWARD_SECRET_FILE": str(file)})) == 1


def test_a_secret_is_read_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")

    assert load({"DOORWARD_SECRET_FILE": str(file)}).secret == bytes(range(32))


def test_secrets_do_not_show_in_the_settings_text() -> None:
    shown = repr(load({"DOORWARD_SECRET": SECRET, "DOORWARD_ENCRYPTION_KEYS": f"k1:{SECRET}"}))

    assert SECRET not in shown
    assert str(bytes(range(32))) not in shown


def test_an_ipv6_address_is_read_and_written() -> None:
    settings = load({"DOORWARD_BIND": "[::1]:8081"})

    assert settings.bind == Bind("::1", 8081)
    assert str(settings.bind) == "[::1]:8081"


def test_an_empty_metrics_address_turns_them_off() -> None:
    assert load({"DOORWARD_METRICS_BIND": ""}).metrics_bind is None


def test_the_state_folder_holds_what_is_not_placed_elsewhere() -> None:
    settings = load({"DOORWARD_STATE_DIR": "/srv/door"})

    assert settings.store_path == Path("/srv/door/doorward.db")
    assert settings.geo == (Path("/srv/door/geodata"),)
    assert settings.secrets_dir == Path("/srv/door/secrets")


def test_rules_of_the_checkout_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load({}).rules_dir == ROOT / "rules"


def test_the_table_has_a_row_for_each_field() -> None:
    assert sorted(row.field for row in SETTINGS) == sorted(each.name for each in fields(Settings))


def test_every_default_can_be_read() -> None:
    assert [row.parse(row.default) for row in SETTINGS if row.default]


def test_names_are_told_apart() -> None:
    assert len(set(known_names())) == len(known_names())


def test_the_page_of_settings_is_fresh() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == as_markdown()


@pytest.mark.parametrize("text", ["5", "9", "six", "0", "4"])
def test_a_code_of_fewer_than_six_digits_or_more_than_eight_is_refused(text: str) -> None:
    """N-OOB-1."""
    assert len(mistakes_of({"DOORWARD_CODE_DIGITS": text})) == 1


@pytest.mark.parametrize("name", ["DOORWARD_CODE_TTL", "DOORWARD_CHALLENGE_TTL"])
def test_a_code_or_challenge_that_lives_past_ten_minutes_is_refused(name: str) -> None:
    """N-OOB-2."""
    assert len(mistakes_of({name: "601"})) == 1


@pytest.mark.parametrize("text", ["49", "+", "+0", "+49,x", "+491234567890123456", "+49;+43"])
def test_what_is_no_beginning_of_a_number_is_refused(text: str) -> None:
    assert len(mistakes_of({"DOORWARD_PHONE_PREFIXES": text})) == 1


@pytest.mark.parametrize("text", ["tenant", "tenant=1", "nobody=1/1/1", "tenant=0/60/1", "tenant=1/00/1", "sms=1/1/-1"])
def test_what_is_no_limit_of_sending_is_refused(text: str) -> None:
    assert len(mistakes_of({"DOORWARD_SEND_LIMITS": text})) == 1


def test_a_limit_of_sending_that_is_not_named_keeps_its_default() -> None:
    limits = load({"DOORWARD_SEND_LIMITS": "tenant=9000/3600/900, prefix=600/3600/200"}).send_limits

    assert limits == {**LIMITS, "tenant": Limit(9000, 3600, 900), "prefix": Limit(600, 3600, 200)}


def test_without_a_word_any_number_may_be_bound() -> None:
    assert load({}).phone_prefixes == ()
    assert load({"DOORWARD_PHONE_PREFIXES": "+49, +4315"}).phone_prefixes == ("+49", "+4315")


def test_mail_needs_somebody_whom_it_is_from() -> None:
    assert "say from whom mail comes" in mistakes_of({"DOORWARD_SMTP_URL": "smtp://mail.example.org"})[0]


@pytest.mark.parametrize(
    "text", ["door", "Door <door@>", "Door <door@example.org>\n", "a@b\r\nBcc: c@d", "Dör <d@e.org>"]
)
def test_a_sender_of_mail_that_is_no_address_is_refused(text: str) -> None:
    assert mistakes_of({"DOORWARD_MAIL_FROM": text})


@pytest.mark.parametrize("url", ["smtp://u:hunter2@", "http://u:hunter2@host", "smtp://u:hunter2@mail?tls=none"])
def test_a_url_of_a_sender_is_refused_without_its_password(url: str) -> None:
    mistakes = mistakes_of({"DOORWARD_SMTP_URL": url, "DOORWARD_MAIL_FROM": "door@example.org"})

    assert len(mistakes) == 1
    assert "hunter2" not in mistakes[0]


def test_certificates_that_a_url_names_must_be_there() -> None:
    environ = {"DOORWARD_SMTP_URL": "smtp://mail.example.org?ca=/no/such/file", "DOORWARD_MAIL_FROM": "d@example.org"}

    assert "there is no file" in mistakes_of(environ)[0]


KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", KEY[6:], KEY + ",", KEY + ", whsec_x", "whsec_ä"])
def test_what_signs_no_web_hook_is_refused_without_being_repeated(text: str) -> None:
    mistakes = mistakes_of({"DOORWARD_WEBHOOK_SECRET": text})

    assert len(mistakes) == 1
    assert KEY not in mistakes[0]


def test_a_web_hook_needs_what_it_is_signed_with() -> None:
    assert "what it is signed with" in mistakes_of({"DOORWARD_SMS_URL": "webhook+https://gateway.example.org/"})[0]


def test_a_mail_server_carries_no_sms() -> None:
    assert len(mistakes_of({"DOORWARD_SMS_URL": "smtp://mail.example.org"})) == 1


def test_several_secrets_sign() -> None:
    environ = {"DOORWARD_SMS_URL": "webhook+https://gateway.example.org/", "DOORWARD_WEBHOOK_SECRET": f"{KEY}, {KEY}"}

    assert load(environ).webhook_secret == (b"k" * 32, b"k" * 32)
    assert "kkkk" not in repr(load(environ))


@pytest.mark.parametrize(
    ("url", "replicas"),
    [
        ("redis://127.0.0.1/0", 0),
        ("rediss+sentinel://127.0.0.1/doorward", 1),
        ("redis+cluster://127.0.0.1", 1),
        ("sqlite:///:memory:", 0),
    ],
)
def test_replicas_are_asked_for_where_one_can_take_over(environ: dict[str, str], url: str, replicas: int) -> None:
    told = environ | {"DOORWARD_STORE": url, "DOORWARD_WORKERS": "1"}

    assert load(told).store_replicas == replicas
    assert load(told | {"DOORWARD_STORE_REPLICAS": "2"}).store_replicas == 2
