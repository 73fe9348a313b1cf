"""What the operations answer, for the OpenAPI document; the use-cases answer in this shape already."""

from typing import Any

from doorward.api.fields import Answer, Choice, Flag, Items, Number, Part, Text, Time, Whole

OUTCOMES = ("allow", "challenge", "deny")


def word(doc: str, example: str | None = None, **more: Any) -> Text:
    return Text(doc, maximum=65536, safe=False, example=example, **more)


def words(doc: str, example: str | None = None, **more: Any) -> Items:
    return Items(word("", example), doc, maximum=1024, **more)


class MistakeAnswer(Answer):
    """One mistake in the input."""

    detail = word("What was expected.", "an IPv4 or IPv6 address was expected", required=True)
    pointer = word("Where: an RFC 6901 pointer.", "#/client/ip", required=True)
    place = Choice("Left out for the body.", of=("query", "path", "header"), data_key="in")


class ProblemAnswer(Answer):
    """A problem document, RFC 9457."""

    type = word("Names the kind of problem.", "urn:doorward:problem:bad-input", required=True)
    title = word("The kind of problem, for a person.", "The input cannot be used", required=True)
    status = Whole("The HTTP status.", minimum=400, maximum=599, required=True, example=422)
    detail = word("What happened this time.", "an IPv4 or IPv6 address was expected at #/client/ip", required=True)
    instance = word("Which request, where the fault is ours.", "urn:doorward:request:req_…")
    errors = Items(Part(MistakeAnswer), "Every mistake at once, for bad input.", maximum=200)


class ReasonAnswer(Answer):
    """One contribution to the score."""

    code = word("Which signal.", "new_country", required=True)
    detail = word("For a person.", "first sign-in from DE; usual: NO", required=True)
    points = Number("Its exact share of the log-odds.", minimum=-1000, maximum=1000, required=True, example=1.83)


class CalibrationAnswer(Answer):
    """Where the quantiles come from; empty where the score could not be told."""

    source = word("Shipped, provisional, or the tenant's own.", "shipped")
    n = Whole("How many verified sign-ins they rest on.", example=0)
    version = word("Which of them.", "2026-11")


class RiskAnswer(Answer):
    """The score, and what it rests on."""

    score = Number(
        "0 to 100: about `100 - score` percent of genuine sign-ins score as high; null where history cannot be read.",
        minimum=0,
        maximum=100,
        nullable=True,
        required=True,
        example=97.4,
    )
    level = word("The policy's level.", "medium", required=True, nullable=True)
    confidence = Choice("What the score rests on.", of=("ok", "learning", "none"), required=True, example="learning")
    floors = Items(word("", "spray"), "Findings that raise the level, never the score.", maximum=64, required=True)
    calibration = Part(CalibrationAnswer, required=True)
    reasons = Items(Part(ReasonAnswer), "Exact contributions, largest first.", maximum=64, required=True)


class RulingAnswer(Answer):
    """Which policy and rule decided."""

    id = word("The policy's id.", "default", required=True)
    digest = word("Its digest, lists included.", "sha256:0b5e…", required=True)
    rule = word("The rule that decided.", "medium-risk", nullable=True)
    reason = word("For a person.", "unfamiliar context", nullable=True)


class RequirementAnswer(Answer):
    """What must be shown."""

    count = Whole("How many, of different types.", maximum=16, required=True, example=1)
    any_of = Items(word("", "passkey"), "Out of these types.", maximum=32, required=True)
    aal = Whole("The level to reach.", maximum=3, required=True, example=2)
    phishing_resistant = Flag("Whether one must resist phishing.", required=True, example=False)


class EnrolledAnswer(Answer):
    """An authenticator that the subject can use."""

    type = word("Its type.", "passkey", required=True)
    id = word("Its id.", "fac_…", required=True)
    label = word("The person's name for it.", "YubiKey")


class OpenedChallengeAnswer(Answer):
    """The challenge that was opened."""

    id = word("Its id.", "chl_…", required=True)
    expires_at = Time("Its end.", required=True)
    required = Part(RequirementAnswer, required=True)
    authenticators = Items(Part(EnrolledAnswer), "What the subject can use.", maximum=256)
    enrol = Items(word("", "passkey"), "What may be enrolled, where nobody is.", maximum=32)


class StepUpAnswer(Answer):
    """RFC 9470."""

    acr_values = Items(word("", "aal2"), "What to ask for.", maximum=16)
    max_age = Whole("How old the proof may be, in seconds.", nullable=True, example=300)


class DenialAnswer(Answer):
    """What goes with a denial."""

    retry_after_s = Whole("When to try again.", example=900)


class DeviceAnswer(Answer):
    """A browser of the tenant, and its token."""

    id = word("The device's id.", "dev_…", required=True)
    token = word("For the caller to keep as a cookie; a secret.", "dvt_…", required=True)
    expires_at = Time("Its end.", required=True)


class ShadowAnswer(Answer):
    """What a shadow rule would have done."""

    policy = word("Which policy.", "candidate")
    rule = word("Which rule.", "strict-asn", nullable=True)
    outcome = Choice("What it would have been.", of=OUTCOMES, nullable=True, example="deny")


class UnknownAnswer(Answer):
    """A signal that is not known."""

    signal = word("Which signal.", "geo.country", required=True)
    reason = word("Why it is unknown.", "no location for this address", required=True)


class DecisionAnswer(Answer):
    """A decision."""

    id = word("Its id; null for one that no store has taken in.", "dec_…", nullable=True, required=True)
    outcome = Choice("What to do.", of=OUTCOMES, required=True, example="challenge")
    decided_at = Time("When.", required=True)
    risk = Part(RiskAnswer, required=True)
    policy = Part(RulingAnswer, required=True)
    challenge = Part(OpenedChallengeAnswer, nullable=True, required=True)
    step_up = Part(StepUpAnswer, nullable=True, required=True)
    deny = Part(DenialAnswer, nullable=True, required=True)
    obligations = Items(word("", "notify"), "What the caller is asked to do.", maximum=16, required=True)
    device = Part(DeviceAnswer, nullable=True, required=True)
    learning = word("Whether history learned.", "awaiting_outcome", required=True)
    shadow = Items(Part(ShadowAnswer), "What shadow rules and the candidate say.", maximum=1024, required=True)
    not_known = Items(
        Part(UnknownAnswer), "What is not known, and why.", maximum=256, data_key="unknown", required=True
    )
    degraded = Items(word("", "history"), "What could not be read.", maximum=16, required=True)


class LearnedAnswer(Answer):
    """What was done; `device` and `assertion` come with a completed outcome."""

    id = word("The decision's id.", "dec_…")
    result = word("What was told.", "completed")
    learning = word("Whether history learned.", "applied", nullable=True)
    assertion = word("The proof, a secret.", nullable=True)
    device = Part(DeviceAnswer, nullable=True)


class FeedbackAnswer(Answer):
    """Kept with its decision."""

    id = word("The decision's id.", "dec_…", required=True)
    label = Choice("What was said.", of=("genuine", "fraud"), required=True)
    source = word("Who said so.", "user", required=True)
    recorded_at = Time("When it was taken in.", required=True)
    undone = Items(
        word("", "history"),
        "What `fraud` has ended: `assertion`, `authenticator`, `challenge`, `device`, `history`, `session`.",
        maximum=16,
        required=True,
    )


class AcceptedAnswer(Answer):
    """Taken."""

    accepted = Flag("Always true.", example=True)
    type = word("What happened.", "login_failed")
    at = Time("When it happened, as it was taken in.")
    effect = word("What it does: `velocity`, `credential_changed` or `none`.", "velocity")


class ListEntryAnswer(Answer):
    """An entry of a run-time list."""

    list = word("The list.", "blocked_addresses")
    entry = word("The entry.", "203.0.113.0/24")
    until = Time("Its end.", nullable=True)
    reason = word("Why.", "credential stuffing", nullable=True)
    created_at = Time("Since when.")


class FindingAnswer(Answer):
    """One thing that is wrong with a policy."""

    severity = Choice("How bad.", of=("error", "warning"), required=True, example="error")
    line = Whole("From 1.", nullable=True, example=12)
    column = Whole("From 1.", nullable=True, example=9)
    rule = word("Which rule.", "spray", nullable=True)
    code = word("Which check.", "unknown-signal", required=True)
    message = word("For a person.", "unknown signal 'new_devise'", required=True)
    suggestion = word("What to write instead.", "new_device", nullable=True)


class PolicyAnswer(Answer):
    """The policy in force."""

    id = word("Its id.", "default")
    text = word("Its text, as YAML.", "version: 1\n", required=True)
    digest = word("Its digest, lists included.", "sha256:0b5e…", required=True)
    loaded_at = Time("Since when.", nullable=True)
    candidate = word("The digest of the policy in shadow; null without one.", "sha256:0b5e…", nullable=True)
    error = Items(
        Part(FindingAnswer),
        "The findings for which the last change was refused; null where it is in force.",
        maximum=65536,
        allow_none=True,
    )


class FindingsAnswer(Answer):
    """What is wrong with a policy."""

    findings = Items(Part(FindingAnswer), "In the order of the text.", maximum=65536, required=True)


class PassedAnswer(Answer):
    """An authenticator that was passed."""

    type = word("Its type.", "totp", required=True)
    id = word("Its id.", "fac_…", required=True)


class ChallengeAnswer(Answer):
    """A challenge."""

    id = word("Its id.", "chl_…", required=True)
    status = Choice(
        "How it stands.", of=("pending", "passed", "failed", "expired", "cancelled"), required=True, example="pending"
    )
    subject = word("Whom it challenges.", "u-123", required=True)
    expires_at = Time("Its end.", required=True)
    required = Part(RequirementAnswer, required=True)
    authenticators = Items(Part(EnrolledAnswer), "What the subject can use.", maximum=256)
    enrol = Items(word("", "totp"), "What may be bound within it, where nothing could meet it.", maximum=16)
    passed = Items(Part(PassedAnswer), "What was passed so far.", maximum=16, required=True)
    attempts_left = Whole("How many more answers it takes.", maximum=16, required=True, example=5)
