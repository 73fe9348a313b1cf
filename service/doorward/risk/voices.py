"""How each feature's contribution is told, where a scorecard has no words of its own: what raises, what lowers.

What a threshold on a count says only makes sense upwards, so it has no second voice.
"""

from doorward.risk.wording import Voice

Voices = tuple[Voice | None, Voice | None]


def _both(code: str, detail: str) -> Voices:
    voice = Voice(code, detail)
    return voice, voice


def _raises(code: str, detail: str) -> Voices:
    return Voice(code, detail), None


def _level(level: str, words: str) -> Voices:
    detail = f"{{{level}_frequency}} {words}"
    return Voice(f"{{{level}_oddness}}_{level}", detail), Voice(f"{{{level}_novelty}}_{level}", detail)


VOICES: dict[str, Voices] = {
    "llr_ip": _level("ip", "from this address"),
    "llr_prefix": _level("prefix", "from this part of the network"),
    "llr_asn": _level("asn", "from this network"),
    "llr_country": _level("country", "from {country}; usual: {usual_country}"),
    "llr_city": _level("city", "from this city"),
    "llr_agent": _level("agent", "with this version of the browser"),
    "llr_browser": _level("browser", "with this browser"),
    "llr_os": _level("os", "with this operating system"),
    "llr_device_type": _level("device_type", "with this type of device"),
    "llr_language": _level("language", "with this language"),
    "rarity_asn": _raises("uncommon_network", "a network that few sign-ins come from"),
    "rarity_country": _raises("uncommon_country", "few sign-ins come from {country}"),
    "first_country": _raises("first_country", "a first sign-in, and few sign-ins come from {country}"),
    "device": _both("{device_code}", "{device}"),
    "without_device": _raises("without_device", "not on a device of the subject's, whose devices usually return"),
    "late_network": _raises(
        "late_network", "no device of the subject's, on a network that is new to it or came lately"
    ),
    "travel_speed": _raises("travel", "{km} km from the last sign-in ({last_country}) in {elapsed}: {speed} km/h"),
    "usual_distance": _both("usual_distance", "{usual_km} km from the nearest usual place"),
    "gap": _raises("gap", "{days} days since the last verified sign-in"),
    "new_ip_gap": _raises("{ip_oddness}_ip_after_gap", "{ip_frequency} from this address; last one {elapsed} ago"),
    "hour_oddness": _raises("unusual_hour", "an unusual hour of the week"),
    "history": _both("history", "{events} verified sign-ins so far"),
    "account_age": _both("account_age", "the account is {account_days} days old"),
    "disowned": _raises("disowned", "the subject has answered «not me» before"),
    "subject_failures_1h": _raises("subject_failures_1h", "{subject_failures_1h} failures of the subject in an hour"),
    "subject_failures_24h": _raises("subject_failures_24h", "{subject_failures_24h} failures of the subject in a day"),
    "ip_subjects_1h": _raises("ip_subjects_1h", "{ip_subjects_1h} subjects from this address in an hour"),
    "ip_failures_1h": _raises("ip_failures_1h", "{ip_failures_1h} failures from this address in an hour"),
    "prefix_subjects_1h": _raises(
        "prefix_subjects_1h", "{prefix_subjects_1h} subjects from this part of the network in an hour"
    ),
    "device_subjects_24h": _raises("device_subjects_24h", "{device_subjects_24h} subjects on this device in a day"),
    "asn_failure_ratio": _raises("failing_network", "{asn_failures} of this network's sign-ins fail"),
    "tenant_failure_ratio": _raises("failing_tenant", "{tenant_failures} of all sign-ins fail"),
    "network_kind": _raises("{kind}_network", "from a {kind} network"),
    "anonymous": _raises("anonymous_network", "the network hides where its user is"),
    "bot": _raises("bot", "the user agent is a program's"),
    "breached": _raises("breached_password", "the password is known from a breach"),
}
