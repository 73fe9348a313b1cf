"""SIGNALS: every signal there is, one row each. From it come the policy's types, the documentation and the forms."""

from functools import partial

from doorward.core.signals import device, event, geo, network, novelty, session, subject, travel, velocity
from doorward.core.signals.base import SignalSpec

_always = SignalSpec
_maybe = partial(SignalSpec, may_be_unknown=True)
_learned = partial(SignalSpec, may_be_unknown=True, learns=True)
_scored = partial(SignalSpec, stage="after")
_counted = velocity.counted

_EVENT = (
    _always("event.kind", "string", "What is asked.", event.kind, range="login, action"),
    _always("application.id", "string", "The application that asks; empty where it did not say.", event.application_id),
    _always("action.name", "string", "What is to be done; empty for a login.", event.action_name),
    _always("action.binding", "map(string, string)", "What a bound proof would be good for.", event.action_binding),
    _always("event.time", "timestamp", "The moment of the attempt.", event.time),
    _always("event.hour", "int", "Hour of the day in the subject's zone.", event.hour, range="0 to 23"),
    _always(
        "event.weekday", "int", "Day of the week in the subject's zone, Monday is 0.", event.weekday, range="0 to 6"
    ),
    _always("event.weekend", "bool", "Saturday or Sunday in the subject's zone.", event.weekend),
)
_SUBJECT = (
    _always("subject.id", "string", "Who is said to be at the door.", subject.id),
    _always("subject.groups", "list(string)", "The groups that the caller states.", subject.groups),
    _always("subject.attributes", "map(string, dyn)", "Whatever else the caller states.", subject.attributes),
    _maybe("subject.authenticators", "list(string)", "Types of the active authenticators.", subject.authenticators),
    _maybe(
        "subject.flags",
        "list(string)",
        "What was raised lately and has not ended.",
        subject.flags,
        range="not_me, recovery_used, credential_changed, exempt",
    ),
    _maybe(
        "subject.age_days", "double", "Since the account was created, or first seen here.", subject.age_days, "days"
    ),
    _maybe("subject.known", "bool", "Whether there is any verified sign-in.", subject.known),
    _maybe("subject.logins", "double", "Verified sign-ins, weighted and decayed (75 days' half-life).", subject.logins),
    _maybe("subject.days_since_login", "double", "Since the last verified sign-in.", subject.days_since_login, "days"),
    _maybe("subject.password_age_hours", "double", "Since the last change told.", subject.password_age_hours, "hours"),
)
_NETWORK = (
    _maybe("ip.address", "string", "The client's address, an IPv4-mapped one unwrapped.", network.address),
    _maybe("ip.prefix", "string", "Its network: /24, or /48 of IPv6.", network.prefix),
    _maybe("ip.version", "int", "4 or 6.", network.version, range="4, 6"),
    _maybe("ip.private", "bool", "Private, loopback or otherwise not of the internet.", network.private),
    _maybe("network.asn", "int", "Number of the autonomous system.", network.asn),
    _maybe("network.as_org", "string", "Who runs the autonomous system.", network.as_org),
    _maybe(
        "network.kind",
        "string",
        "What kind of network it is.",
        network.kind,
        range="residential, mobile, corporate, hosting, vpn, tor",
    ),
    _maybe("network.anonymous", "bool", "A network that hides its users: VPN, Tor, open proxy.", network.anonymous),
    _maybe("network.hosting", "bool", "A data centre, where people seldom are.", network.hosting),
    _maybe("network.rtt_ms", "double", "The round-trip time that the caller measured.", network.rtt_ms, "ms"),
)
_GEO = (
    _maybe("geo.country", "string", "Country of the address.", geo.country, range="ISO 3166-1 alpha-2"),
    _maybe("geo.region", "string", "Region of the address.", geo.region),
    _maybe("geo.city", "string", "City of the address.", geo.city),
    _maybe("geo.timezone", "string", "Time zone of the address.", geo.timezone, range="IANA names"),
    _maybe("geo.lat", "double", "Latitude of the address.", geo.lat, "degrees", "-90 to 90"),
    _maybe("geo.lon", "double", "Longitude of the address.", geo.lon, "degrees", "-180 to 180"),
    _maybe("geo.accuracy_km", "double", "How far off the location may be.", geo.accuracy_km, "km"),
    _maybe(
        "geo.client_timezone_matches",
        "bool",
        "Whether the client's clock runs like the address's: one offset from UTC.",
        geo.client_timezone_matches,
    ),
)
_DEVICE = (
    _maybe("device.id", "string", "Which browser of the tenant it is, for run-time lists.", device.device_id),
    _maybe("device.known", "bool", "The subject has used it in settled history.", device.known),
    _maybe("device.remembered", "bool", "The subject asked to be remembered on it.", device.remembered),
    _maybe("device.age_days", "double", "Since the subject first used it.", device.age_days, "days"),
    _maybe("device.type", "string", "By its user agent.", device.type, range="desktop, mobile, tablet, bot, other"),
    _maybe("device.browser", "string", "Family of the browser.", device.browser),
    _maybe("device.browser_major", "int", "First number of the browser's version.", device.browser_major),
    _maybe("device.os", "string", "Family of the operating system.", device.os),
    _maybe("device.bot", "bool", "The user agent says that it is a program.", device.bot),
    _maybe(
        "device.token_state",
        "string",
        "What became of the device token.",
        device.token_state,
        range="none, valid, expired, revoked, foreign",
    ),
    _maybe("device.fingerprint_known", "bool", "A settled sign-in had this fingerprint.", device.fingerprint_known),
)
_HISTORY = (
    _learned("new.ip", "bool", "No verified sign-in came from this address.", novelty.ip),
    _learned("new.prefix", "bool", "No verified sign-in came from this /24 or /48.", novelty.prefix),
    _learned("new.asn", "bool", "No verified sign-in came from this autonomous system.", novelty.asn),
    _learned("new.country", "bool", "No verified sign-in came from this country.", novelty.country),
    _learned("new.city", "bool", "No verified sign-in came from this city.", novelty.city),
    _learned("new.browser", "bool", "No verified sign-in had this family of browser.", novelty.browser),
    _learned("new.os", "bool", "No verified sign-in had this family of system.", novelty.os),
    _learned("new.device_type", "bool", "No verified sign-in had this type of device.", novelty.device_type),
    _learned("new.language", "bool", "No verified sign-in had this first language.", novelty.language),
    _learned(
        "unusual.hour",
        "double",
        "How unusual this hour of the week is; 0 for the busiest.",
        novelty.unusual_hour,
        range="0 to 1",
    ),
)
_TRAVEL = (
    _maybe("travel.distance_km", "double", "From the last verified sign-in, as the crow flies.", travel.distance, "km"),
    _maybe("travel.hours", "double", "Between the last verified sign-in and now.", travel.hours, "hours"),
    _maybe(
        "travel.speed_kmh",
        "double",
        "Speed that it took at least: after taking off 50 km and both accuracy radii.",
        travel.speed,
        "km/h",
        "0 to 1000000",
    ),
    _learned("travel.usual_distance_km", "double", "To the nearest place of the history.", travel.usual_distance, "km"),
    _maybe("travel.impossible", "bool", "Faster than 1000 km/h over at least 100 km.", travel.impossible),
)
_VELOCITY = (
    *(
        _maybe(f"velocity.{name}", "int", doc, _counted(name), range=f"0 to {most}")
        for name, doc, most in (
            ("subject_attempts_10m", "The subject's sign-ins in 10 minutes.", 64),
            ("subject_attempts_1h", "The subject's sign-ins in an hour.", 64),
            ("subject_attempts_24h", "The subject's sign-ins in 24 hours.", 64),
            ("subject_failures_10m", "Those that failed, in 10 minutes.", 64),
            ("subject_failures_1h", "Those that failed, in an hour.", 64),
            ("subject_failures_24h", "Those that failed, in 24 hours.", 64),
            ("subject_ips_1h", "Addresses that the subject came from in an hour.", 64),
            ("subject_countries_24h", "Countries that the subject came from in 24 hours.", 64),
            ("ip_attempts_10m", "Sign-ins from this address in 10 minutes.", 256),
            ("ip_attempts_1h", "Sign-ins from this address in an hour.", 256),
            ("ip_failures_1h", "Those that failed, in an hour.", 256),
            ("ip_subjects_1h", "Subjects tried from this address in an hour.", 256),
            ("prefix_subjects_1h", "Subjects tried from this /24 or /48 in an hour.", 256),
            ("device_subjects_24h", "Subjects tried from this device in 24 hours.", 16),
            ("codes_sent_1h", "Codes sent to the subject in an hour.", 64),
            ("pushes_since_success", "Pushes sent since the subject's last success, within 24 hours.", 64),
        )
    ),
    _maybe(
        "velocity.asn_failure_ratio_1h",
        "double",
        "Share of this autonomous system's sign-ins that failed in an hour.",
        velocity.asn_failure_ratio_1h,
        range="0 to 1",
    ),
    _maybe(
        "velocity.tenant_failure_ratio_10m",
        "double",
        "Share of the tenant's sign-ins that failed in 10 minutes.",
        velocity.tenant_failure_ratio_10m,
        range="0 to 1",
    ),
)
_SESSION = (
    _always("session.amr", "list(string)", "Methods that the caller's session states.", session.amr, range="RFC 8176"),
    _always("session.aal", "int", "Assurance that the caller's session states.", session.aal, range="0 to 3"),
    _maybe("session.age_minutes", "double", "Since the session's `auth_time`.", session.age_minutes, "minutes"),
    _always(
        "credential.result",
        "string",
        "How the first factor went; empty where the caller did not say.",
        session.credential_result,
        range="passed, failed, pending",
    ),
    _maybe("credential.breached", "bool", "The caller knows the credential is breached.", session.credential_breached),
    _always("context", "map(string, dyn)", "Whatever else the caller sent.", session.context),
)
_RISK = (
    _scored(
        "risk.score",
        "double",
        "100 minus the percentage of genuine sign-ins that score as high.",
        range="0 to 100",
        may_be_unknown=True,
    ),
    _scored(
        "risk.level",
        "string",
        "The policy's word for the score, or what a floor raised it to.",
        range="low, medium, high, unknown",
    ),
    _scored("risk.confidence", "string", "How much history the score rests on.", range="ok, learning, none"),
    _scored("risk.reasons", "list(string)", "Codes of the largest contributions."),
    _scored("risk.floors", "list(string)", "Names of the deterministic findings."),
)

GROUPS: dict[str, tuple[SignalSpec, ...]] = {
    "Event": _EVENT,
    "Subject": _SUBJECT,
    "Network": _NETWORK,
    "Location": _GEO,
    "Device": _DEVICE,
    "History": _HISTORY,
    "Travel": _TRAVEL,
    "Velocity": _VELOCITY,
    "Session, credential, caller": _SESSION,
    "Risk": _RISK,
}

SIGNALS: dict[str, SignalSpec] = {row.name: row for group in GROUPS.values() for row in group}
