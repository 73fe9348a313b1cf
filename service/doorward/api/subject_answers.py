"""What an administrator's operations on a subject answer."""

from doorward.api.answers import word
from doorward.api.challenge_answers import BoundAnswer, HeldEventAnswer
from doorward.api.fields import Answer, Choice, Flag, Items, JsonMap, Part, Time, Whole


class ExemptionAnswer(Answer):
    """An exemption, with its end."""

    subject = word("Whose.", "u-123", required=True)
    until = Time("Its end.", required=True)
    reason = word("Why.", "asked for in person", required=True)


class BypassCodeAnswer(Answer):
    """A code of the help desk, shown once."""

    id = word("The authenticator that it is.", "fac_…", required=True)
    code = word("What the person types, a secret.", "ABCD-EFGH-JKLM-NPQR", required=True)
    uses = Whole("How often it is good.", maximum=16, required=True, example=1)
    expires_at = Time("Its end.", required=True)
    reason = word("Why.", "asked for in person", required=True)


class UnlockedAnswer(Answer):
    """Which authenticators begin anew, and which must be bound again."""

    unlocked = Items(word("", "fac_…"), "Those that nobody has failed at any more.", maximum=64, required=True)
    disabled = Items(word("", "fac_…"), "Those that must be bound again.", maximum=64, required=True)


class ResetAnswer(Answer):
    """What is over."""

    authenticators = Items(word("", "fac_…"), "Those that have ended.", maximum=64, required=True)
    devices = Whole("How many devices are strangers' again.", maximum=64, required=True, example=2)


class HeldContactAnswer(Answer):
    """An address that a caller vouched for."""

    channel = Choice("How it is reached.", of=("email", "sms", "voice"), required=True, example="email")
    address = word("The address.", "a@example.org", required=True)
    until = Time("Until when it is told, where it is not vouched for any more.", nullable=True, required=True)


class DecidedAnswer(Answer):
    """One decision, by its outcome."""

    id = word("Its id.", "dec_…", required=True)
    decided_at = Time("When.", required=True)
    outcome = Choice("What came out.", of=("allow", "challenge", "deny"), required=True, example="allow")
    rule = word("Which rule decided.", "everything-else", required=True)


class ExportAnswer(Answer):
    """Everything that is held of a subject, without secrets."""

    subject = word("Whose.", "u-123", required=True)
    exported_at = Time("When.", required=True)
    authenticators = Items(Part(BoundAnswer), "All that were ever bound.", maximum=150, required=True)
    events = Items(Part(HeldEventAnswer), "What was done to them.", maximum=100, required=True)
    contacts = Items(Part(HeldContactAnswer), "Where the subject is told.", maximum=16, required=True)
    history = JsonMap("Verified sign-ins, devices, flags.", required=True)
    decisions = Items(Part(DecidedAnswer), "The newest.", maximum=1000, required=True)
    decisions_left_out = Flag("Whether there are older ones; `/v1/decisions` pages them.", required=True, example=False)
