import pytest

from doorward.core.store_url import RedisUrl, redis_url, without_secrets
from doorward.settings import Settings, SettingsError, load


@pytest.mark.parametrize(
    "text",
    [
        "redis://",
        "redis:///0",
        "redis://host:0",
        "redis://host:99999",
        "redis://host:port",
        "redis://one:1,two:2",
        "redis://host/zero",
        "redis://host/0/1",
        "redis://host#part",
        "redis://[::1",
        "redis://ho st",
        "redis://host?ca=file",
        "rediss://host?verify=no",
        "redis+cluster://host/1",
        "redis+cluster://one,,two",
        "redis+sentinel://host",
        "redis+sentinel://host/na me",
        "redis+sentinel://host/service/x",
        "redis+unix://socket",
        "redis+cluster://host?ca=/a",
        "rediss+cluster://host?sentinel_password=p",
        "rediss://host?ca=/a&ca=/b",
    ],
)
def test_a_url_that_names_no_store_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"DOORWARD_STORE": text})

    assert len(refused.value.mistakes) == 1


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"DOORWARD_STORE": "redis://user:hunter22@host:port/0"})

    assert "hunter22" not in str(refused.value)


def test_the_password_is_not_part_of_what_is_printed() -> None:
    settings: Settings = load({"DOORWARD_STORE": "redis://user:hunter22@host/0"})

    assert "hunter22" not in repr(settings)
    assert "hunter22" not in repr(redis_url(settings.store))
    assert "hunter22" not in repr(redis_url("redis+sentinel://host/door?sentinel_password=hunter22"))
    assert settings.store_path is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis://host", RedisUrl("redis", (("host", 6379),))),
        ("redis://:p%40ss@[::1]:7000/3", RedisUrl("redis", (("::1", 7000),), db=3, password="p@ss")),
        (
            "rediss://u:p@host?ca=/a/b.pem",
            RedisUrl("redis", (("host", 6379),), username="u", password="p", tls=True, ca="/a/b.pem"),
        ),
        ("redis+cluster://one:1,two", RedisUrl("redis+cluster", (("one", 1), ("two", 6379)))),
        ("redis+sentinel://one,two:2/door/1", RedisUrl("redis+sentinel", (("one", 26379), ("two", 2)), 1, "door")),
        ("rediss+cluster://one", RedisUrl("redis+cluster", (("one", 6379),), tls=True)),
        (
            "rediss+sentinel://one/door?ca=/a&sentinel_user=w&sentinel_password=p%26q",
            RedisUrl(
                "redis+sentinel",
                (("one", 26379),),
                service="door",
                tls=True,
                ca="/a",
                sentinel_user="w",
                sentinel_password="p&q",
            ),
        ),
    ],
)
def test_a_url_says_where_and_how(text: str, expected: RedisUrl) -> None:
    assert redis_url(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis://user:hunter22@[::1]:7000/3", "redis://[::1]:7000/3"),
        ("rediss+cluster://user:hunter22@one,two:2?ca=/a", "rediss+cluster://one:6379,two:2"),
        ("redis+sentinel://one/door?sentinel_password=hunter22", "redis+sentinel://one:26379/door/0"),
        ("sqlite:////srv/doorward.db", "sqlite:////srv/doorward.db"),
    ],
)
def test_what_is_shown_of_a_url_holds_no_secret(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
