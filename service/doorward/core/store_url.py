"""Where state is kept, as one URL; no message repeats it, for it may hold a password."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SQLITE = "sqlite:///"
SINGLE, CLUSTER, SENTINEL = "redis", "redis+cluster", "redis+sentinel"
_PORTS = {SINGLE: 6379, CLUSTER: 6379, SENTINEL: 26379}
_OVER_TLS = {f"rediss{kind.removeprefix('redis')}": kind for kind in _PORTS}
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<name>[A-Za-z0-9._-]{1,253}))(?::(?P<port>[0-9]{1,5}))?\Z")
_SERVICE = re.compile(r"[A-Za-z0-9._-]{1,100}\Z")
_NUMBER = re.compile(r"[0-9]{1,4}\Z")
MOST_HOSTS = 64

EXPECTED = (
    "expected sqlite:///relative/path or sqlite:////absolute/path, redis://[user:password@]host:port/db, "
    "redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/service/db; "
    "over TLS rediss://, rediss+cluster://, rediss+sentinel:// (?ca=file)"
)


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """How to reach Redis: *hosts* are the server, members of the Cluster, or the Sentinels.

    With *tls* all of them are reached over TLS. The Sentinels have a user and a password of their own, or none.
    """

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    db: int = 0
    service: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""
    sentinel_user: str = ""
    sentinel_password: str = field(default="", repr=False)


def is_redis(url: str) -> bool:
    scheme = url.partition("://")[0]
    return scheme in _PORTS or scheme in _OVER_TLS


def has_replicas(url: str) -> bool:
    """Answer whether *url* is of a Redis in which a replica takes over from a master."""
    return is_redis(url) and redis_url(url).scheme != SINGLE


def redis_url(url: str) -> RedisUrl:
    """Read *url*, or raise ValueError that says what was expected."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(EXPECTED) from None
    tls = parts.scheme in _OVER_TLS
    parts = parts._replace(scheme=_OVER_TLS.get(parts.scheme, parts.scheme))
    if parts.scheme not in _PORTS or parts.fragment:
        raise ValueError(EXPECTED)
    user, _, hosts = parts.netloc.rpartition("@")
    username, _, password = user.partition(":")
    service, db = _path(parts)
    return RedisUrl(
        scheme=parts.scheme,
        hosts=_hosts(hosts, parts.scheme),
        db=db,
        service=service,
        username=unquote(username),
        password=unquote(password),
        tls=tls,
        **_options(parts, tls=tls),
    )


def without_secrets(url: str) -> str:
    """Return *url* as it may be shown: without user, password and options."""
    if not is_redis(url):
        return url
    read = redis_url(url)
    hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in read.hosts)
    service = f"/{read.service}" if read.service else ""
    db = "" if read.scheme == CLUSTER else f"/{read.db}"
    return f"{url.partition('://')[0]}://{hosts}{service}{db}"


def _hosts(text: str, scheme: str) -> tuple[tuple[str, int], ...]:
    found = [_HOST.match(each) for each in text.split(",")]
    several = scheme in (CLUSTER, SENTINEL)
    if not 1 <= len(found) <= (MOST_HOSTS if several else 1):
        raise ValueError(f"expected {'hosts separated by commas' if several else 'one host'} in the URL of the store")
    hosts = []
    for match in found:
        port = int(match["port"] or _PORTS[scheme]) if match else 0
        if not match or not 0 < port <= 65535:
            raise ValueError("expected host:port in the URL of the store, such as redis://127.0.0.1:6379/0")
        hosts.append((match["six"] or match["name"], port))
    return tuple(hosts)


def _path(parts: SplitResult) -> tuple[str, int]:
    """Return the Sentinels' name of the service, and the number of the database."""
    words = [word for word in parts.path.split("/") if word]
    service = words.pop(0) if parts.scheme == SENTINEL and words else ""
    if parts.scheme == SENTINEL and not _SERVICE.match(service):
        raise ValueError("expected the name of the service in redis+sentinel://host:port/service/db")
    if parts.scheme == CLUSTER and words:
        raise ValueError("a Redis Cluster has no numbered databases; expected redis+cluster://host:port,host:port")
    if len(words) > 1 or not all(_NUMBER.match(word) for word in words):
        raise ValueError("expected the number of a database at the end of the URL of the store, such as /0")
    return service, int(words[0]) if words else 0


def _options(parts: SplitResult, *, tls: bool) -> dict[str, str]:
    """Return what stands after the question mark; each name once, and only where it means something."""
    known = (["ca"] if tls else []) + (["sentinel_user", "sentinel_password"] if parts.scheme == SENTINEL else [])
    asked = parse_qsl(parts.query, keep_blank_values=True)
    names = [name for name, _ in asked]
    if len(set(names)) < len(names) or not set(names) <= set(known):
        raise ValueError(
            "the URL of the store takes no option but ?ca=file over TLS, and ?sentinel_user= and ?sentinel_password= "
            "with Sentinels, each once"
        )
    return dict(asked)
