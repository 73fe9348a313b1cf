"""`tenant.yaml`: who a tenant is to a person, and where its pages are. Read as strictly as a policy.

Every mistake is told at once, with line and column; a text with one among them makes nothing.
"""

from doorward.ceremony import Realm
from doorward.core.origins import covers, is_origin, is_plain_url, is_rp_id
from doorward.core.quotas import MOST_A_SECOND, Quotas, quota
from doorward.policy.findings import START, Finding, Report, quoted
from doorward.policy.section import Section
from doorward.policy.source import Fields, Text, read
from doorward.tenant_webhooks import read_webhooks

VERSION = "1"
KEYS = ("version", "name", "base_url", "return_to", "passkeys", "webhooks", "quotas")
QUOTA_KEYS = ("tenant", "key")
PASSKEY_KEYS = ("rp_id", "origins", "top_origins")
MAX_NAME = 64
MAX_ENTRIES = 64

_SECURE = "https, or http on localhost"


def read_tenant(text: str, tenant: str = "default") -> tuple[Realm | None, tuple[Finding, ...]]:
    """Return what *text* says of *tenant*, None where there is a mistake among the findings."""
    report = Report()
    whole = read(text, report, what="file", holds="version and name")
    realm = _realm(Section(whole, report, known=KEYS, what="tenant"), tenant) if whole else Realm(tenant)
    return (None if report.failed else realm), report.findings()


def unreadable(message: str) -> Finding:
    """Return the finding for a file that could not even be read."""
    report = Report()
    report.error(START, "unreadable", message)
    return report.findings()[0]


def _realm(section: Section, tenant: str) -> Realm:
    section.require("version")
    section.choice("version", (VERSION,), VERSION)
    rp_id, origins, top_origins = _passkeys(section)
    return Realm(
        tenant,
        name=_name(section),
        rp_id=rp_id,
        origins=origins,
        top_origins=top_origins,
        base_url=_base_url(section),
        return_to=_return_to(section),
        webhooks=read_webhooks(section),
        quotas=_quotas(section),
    )


def _name(section: Section) -> str:
    name = section.scalar("name")
    if name is None:
        return Realm("").name
    # An app shows «issuer: account», and takes it apart at the colon.
    if not 1 <= len(name.value) <= MAX_NAME or not name.value.isprintable() or ":" in name.value:
        expected = f"1 to {MAX_NAME} printable characters without a colon"
        section.error(name.place, "bad-value", f"'name' is {quoted(name.value)}, expected {expected}")
    return name.value


def _base_url(section: Section) -> str:
    url = section.scalar("base_url")
    if url is None:
        return ""
    if not is_plain_url(url.value) or set("?#") & set(url.value):
        expected = f"{_SECURE}, such as https://auth.example.com"
        section.error(url.place, "bad-value", f"'base_url' is {quoted(url.value)}, expected {expected}")
    return url.value.rstrip("/")


def _return_to(section: Section) -> tuple[str, ...]:
    entries = _entries(section, "return_to")
    for each in entries:
        if not is_plain_url(each.value) or set("?#") & set(each.value):
            expected = f"{_SECURE}, with or without a path, and without a query"
            section.error(each.place, "bad-value", f"'return_to' has {quoted(each.value)}, expected {expected}")
    return tuple(each.value for each in entries)


def _quotas(section: Section) -> Quotas:
    node = section.node("quotas")
    if node is None:
        return Quotas()
    if not isinstance(node, Fields):
        section.error(node.place, "wrong-type", "'quotas' is no mapping, expected requests a second of tenant and key")
        return Quotas()
    quotas = Section(node, section.report, known=QUOTA_KEYS, what="quotas")
    most = {name: quotas.whole(name, low=1, high=MOST_A_SECOND, default=0) for name in QUOTA_KEYS}
    return Quotas(**{name: quota(number) for name, number in most.items() if number})


def _passkeys(section: Section) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    node = section.node("passkeys")
    if node is None:
        return "", (), ()
    if not isinstance(node, Fields):
        section.error(node.place, "wrong-type", "'passkeys' is no mapping, expected one with rp_id and origins")
        return "", (), ()
    passkeys = Section(node, section.report, known=PASSKEY_KEYS, what="passkeys")
    passkeys.require("rp_id", "origins")
    rp_id = _rp_id(passkeys)
    origins = _origins(passkeys, "origins")
    for each in origins:
        if rp_id and is_origin(each.value) and not covers(rp_id, each.value):
            message = f"a page of {quoted(each.value)} cannot use passkeys of '{rp_id}', expected its host or one below"
            passkeys.error(each.place, "bad-origin", message)
    if "origins" in passkeys and not origins:
        passkeys.error(passkeys.place_of_key("origins"), "bad-value", "'origins' is empty, expected at least one")
    return rp_id, _values(origins), _values(_origins(passkeys, "top_origins"))


def _rp_id(passkeys: Section) -> str:
    rp_id = passkeys.scalar("rp_id")
    if rp_id is None:
        return ""
    if is_rp_id(rp_id.value):
        return rp_id.value
    expected = "a domain of two parts or more in lower case, such as example.com, or localhost"
    passkeys.error(rp_id.place, "bad-value", f"'rp_id' is {quoted(rp_id.value)}, expected {expected}")
    return ""


def _origins(passkeys: Section, name: str) -> tuple[Text, ...]:
    entries = _entries(passkeys, name)
    for each in entries:
        if not is_origin(each.value):
            expected = f"{_SECURE}, in lower case, with neither a path nor the usual port"
            passkeys.error(each.place, "bad-origin", f"'{name}' has {quoted(each.value)}, expected {expected}")
    return entries


def _entries(section: Section, name: str) -> tuple[Text, ...]:
    entries = section.texts(name)
    if len(entries) > MAX_ENTRIES:
        message = f"'{name}' has {len(entries)} entries, expected at most {MAX_ENTRIES}"
        section.error(section.place_of_key(name), "too-many", message)
    return entries[:MAX_ENTRIES]


def _values(entries: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple(each.value for each in entries)
