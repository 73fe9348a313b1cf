"""What the record of a decision answers: everything that it was computed from, and what that comes to."""

from typing import Any

from marshmallow import fields

from doorward.api.answers import OUTCOMES, DecisionAnswer, ReasonAnswer, UnknownAnswer, word, words
from doorward.api.fact_field import FactsMap
from doorward.api.fields import Answer, Anything, Choice, Flag, Items, JsonMap, Number, Part, Time

KINDS = ("login", "action")
THREE = ("true", "false", "unknown")


class Named(fields.Dict):
    """An object with one entry for each name."""

    def __init__(self, inner: fields.Field[Any], doc: str, **more: Any) -> None:
        super().__init__(values=inner, metadata={"description": doc}, **more)


class KeptDeviceAnswer(Answer):
    """The browser that a token was handed to; the token itself is not kept."""

    id = word("The device's id.", "dev_…", required=True)
    expires_at = Time("The token's end.", required=True)


class KeptDecisionAnswer(DecisionAnswer):
    """The answer as it was given, without its secret; what was unknown is computed again under `signals`."""

    device = Part(KeptDeviceAnswer, nullable=True, required=True)
    not_known = Items(Part(UnknownAnswer), "Why a proof was not taken.", maximum=64, data_key="unknown")


class RecordedActionAnswer(Answer):
    """What was to be done; empty for a sign-in."""

    name = word("The action's name.", "payments.transfer")
    binding = Named(word(""), "What a bound proof is good for.")
    display = word("What the person was shown.", "Pay 950.00 EUR")


class RecordedSubjectAnswer(Answer):
    """Who was said to be at the door."""

    id = word("The subject.", "u-123", required=True)
    groups = words("Groups that rules read.", "admins")
    attributes = JsonMap("Anything rules read of the subject.")
    created_at = Number("When the account was made, in seconds since 1970.", minimum=0, maximum=2**33)
    contacts = Items(
        Items(word(""), "Channel and address.", minimum=2, maximum=2),
        "Addresses that the caller vouched for.",
        maximum=16,
        required=True,
    )


class RecordedClientAnswer(Answer):
    """What the caller saw of the browser; what it did not collect is left out."""

    ip = word("The address.", "203.0.113.7")
    user_agent = word("The User-Agent header.", "Mozilla/5.0")
    device_token_collected = Flag("Whether the cookie was looked for.", required=True)
    fingerprint = word("The caller's fingerprint.")
    accept_language = word("The Accept-Language header.", "de-DE,de;q=0.9")
    timezone = word("The browser's time zone.", "Europe/Berlin")
    rtt_ms = Number("Round-trip time to the client.", minimum=0, maximum=3_600_000)


class RecordedSessionAnswer(Answer):
    """The caller's session; empty where there was none."""

    id = word("The session.", "s-9")
    amr = words("Authentication methods, RFC 8176.", "pwd")
    acr = word("The class that the session had.", "aal1")
    auth_time = Number("When the person last authenticated, in seconds since 1970.", minimum=0, maximum=2**33)


class RecordedCredentialAnswer(Answer):
    """How the first factor went."""

    result = word("As the caller said.", "passed")
    breached = Flag("Whether the password was in a known breach.")


class RecordedAttemptAnswer(Answer):
    """What was asked, without secrets; what was not sent is left out."""

    kind = Choice("A sign-in or an action.", of=KINDS, required=True)
    attempt_id = word("Joins the calls of one attempt; empty where none was sent.", "a-77", required=True)
    application = word("The application's id; empty where none was sent.", "web", required=True)
    action = Part(RecordedActionAnswer, required=True)
    subject = Part(RecordedSubjectAnswer, required=True)
    client = Part(RecordedClientAnswer, required=True)
    session = Part(RecordedSessionAnswer, required=True)
    credential = Part(RecordedCredentialAnswer, required=True)
    context = JsonMap("What the caller added for rules.", required=True)


class SignalAnswer(Answer):
    """One signal: its value, or why there is none."""

    state = Choice("How sure it is.", of=("known", "learning", "unknown"), required=True, example="known")
    value = Anything("What it says; of the signal's own type.")
    reason = word("Why it is unknown.", "no location for this address")


class FeatureAnswer(Answer):
    """What one feature added."""

    feature = word("Which one.", "geo.country", required=True)
    points = Number("Its share of the log-odds.", minimum=-1000, maximum=1000, required=True)


class ContributionsAnswer(Answer):
    """The score, taken apart."""

    log_odds = Number("The calibrated sum.", minimum=-1000, maximum=1000, required=True)
    score = Number("The score; null where history could not be read.", minimum=0, maximum=100, nullable=True)
    features = Items(Part(FeatureAnswer), "Largest first.", maximum=256, required=True)
    reasons = Items(Part(ReasonAnswer), "Those that are told to the caller.", maximum=256, required=True)


class ConditionAnswer(Answer):
    """One part of a rule's condition."""

    text = word("The part.", "signals.new_country", required=True)
    value = Choice("What it came to.", of=THREE, required=True)
    not_known = Items(Part(UnknownAnswer), "What left it unknown.", maximum=256, data_key="unknown", required=True)
    error = word("Why it is unknown though all that it names is known; else null.", nullable=True, required=True)


class RuleAnswer(Answer):
    """One rule, and what its condition came to."""

    rule = word("The rule.", "medium-risk", required=True)
    description = word("What the policy says of it.", nullable=True)
    state = word("What became of it.", "matched", required=True)
    outcome = Choice("What it asked for; empty where it asked for nothing.", of=(*OUTCOMES, ""), required=True)
    on = Choice("For what it is.", of=(*KINDS, "both"), required=True, example="both")
    on_unknown = word("What it does where its condition is unknown; empty where it need not say.", required=True)
    shadow = Flag("Whether it only watches.", required=True)
    when = word("The whole condition.", required=True)
    value = Choice("What it came to.", of=THREE, required=True)
    conditions = Items(Part(ConditionAnswer), "Its parts.", maximum=1024, required=True)
    failed = words("The parts that kept it from being true.", required=True)
    signals = words("The signals that it names; their values are those of the record.", "geo.country", required=True)
    not_known = words("The signals and lists in it that were unknown.", data_key="unknown", required=True)


class CandidateAnswer(Answer):
    """The candidate that was evaluated beside the policy in force."""

    policy = word("Its id.", "default-next", required=True)
    digest = word("Its digest.", "sha256:…", required=True)
    outcome = Choice("What it would have decided.", of=OUTCOMES, required=True)
    rule = word("The rule that would have decided; empty where none did.", "medium-risk", required=True)
    level = word("The level of the score by its own bounds; null where its text is gone.", nullable=True, required=True)
    replay = word("`recorded`, or why its rules cannot be shown any more.", required=True)
    rules = Items(Part(RuleAnswer), "Each of its rules, in its order.", maximum=1024, required=True)


class ReplayAnswer(Answer):
    """Whether policy and model are those that were recorded, and what they decide now."""

    policy = word("`recorded`, or that the present one was taken.", "recorded", required=True)
    model = word("`recorded`, or which was recorded.", "recorded", required=True)
    scale = word("`recorded`, or that the present one made the score.", "recorded", required=True)
    outcome = Choice("What comes out.", of=OUTCOMES, required=True)
    rule = word("The rule that decides.", "medium-risk", nullable=True, required=True)


class ToldAnswer(Answer):
    """An outcome that was told."""

    result = word("How it ended.", "completed", required=True)
    amr = words("Authentication methods.", "pwd")
    auth_time = Time("When the person authenticated.")
    at = Time("When it was told.", required=True)
    jti = word("Of the assertion that it gave.", "prf_…")


class ChallengeEventAnswer(Answer):
    """How one answer to the challenge was taken."""

    at = Time("When.", required=True)
    what = word("`passed`, or why not.", "wrong_code", required=True)
    authenticator = word("With which authenticator.", "fac_…", required=True)
    type = word("Its type.", "totp", required=True)
    amr = words("How the person authenticated.", "otp")
    trusted = Flag("Whether history may learn from it.")
    jti = word("Of the assertion that it gave.", "prf_…")


class SaidAnswer(Answer):
    """Feedback that was given."""

    label = Choice("What the attempt was.", of=("genuine", "fraud"), required=True)
    source = word("Who said so.", "user", required=True)
    note = word("For the people who read the record; empty where none was sent.")
    at = Time("When it was said.", required=True)


class ShadowModelAnswer(Answer):
    """What a shadow model said, which decided nothing."""

    model = word("Its id.", "candidate@0123456789ab", required=True)
    score = Number("Its score; null where history could not be read.", minimum=0, maximum=100, nullable=True)
    level = word("The level that this would have been.", "medium", required=True)
    log_odds = Number("Its calibrated sum.", minimum=-1e12, maximum=1e12, required=True)


class RecordAnswer(Answer):
    """A decision whole, computed again from its recorded facts."""

    id = word("Its id.", "dec_…", required=True)
    decided_at = Time("When.", required=True)
    request = Part(RecordedAttemptAnswer, required=True)
    facts = FactsMap("What was found out; what was not known is left out.", zone=True, required=True)
    decision = Part(KeptDecisionAnswer, required=True)
    signals = Named(Part(SignalAnswer), "Each signal by its name.", required=True)
    contributions = Part(ContributionsAnswer, required=True)
    rules = Items(Part(RuleAnswer), "Each rule, in the policy's order.", maximum=1024, required=True)
    candidate = Part(CandidateAnswer, nullable=True, required=True)
    replay = Part(ReplayAnswer, required=True)
    shadow_model = Part(ShadowModelAnswer, nullable=True, required=True)
    reports = Items(Part(ToldAnswer), "The outcomes that were told.", maximum=64, required=True)
    feedback = Items(Part(SaidAnswer), "What was said of it.", maximum=64, required=True)
    events = Items(Part(ChallengeEventAnswer), "How its challenge was answered, in order.", maximum=1024, required=True)


class RecordRowAnswer(Answer):
    """A decision in a list."""

    id = word("Its id.", "dec_…", required=True)
    decided_at = Time("When.", required=True)
    kind = Choice("A sign-in or an action.", of=KINDS, required=True)
    subject = word("Whom it was about.", "u-123", required=True)
    application = word("The application's id; empty where none was sent.", "web", required=True)
    outcome = Choice("What was decided.", of=OUTCOMES, required=True)
    rule = word("The rule that decided.", "medium-risk", nullable=True, required=True)
    score = Number("The score.", minimum=0, maximum=100, nullable=True, required=True)
    level = word("The policy's level.", "medium", nullable=True, required=True)
    learning = word("Whether history learned.", "applied", required=True)
    reported = word("The outcome that was told; null where none was.", "completed", nullable=True, required=True)
    labels = words("The feedback that was given.", "genuine", required=True)


class RecordPage(Answer):
    """A page of decisions."""

    items = Items(Part(RecordRowAnswer), "Newest first.", maximum=200, required=True)
    next_cursor = word("For the next page; null on the last.", nullable=True, required=True)
