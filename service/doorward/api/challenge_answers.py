"""What the operations on challenges and authenticators answer."""

from doorward.api.answers import DeviceAnswer, word
from doorward.api.fields import Answer, Choice, Flag, Items, JsonMap, Part, Time, Whole

LEAVES = ("first", "proof", "grant", "administrator", "import")
STATUSES = ("pending", "active", "suspended", "disabled")
ERRORS = (
    "wrong_code",
    "expired_code",
    "replayed_code",
    "refused",
    "more_required",
    "awaiting_approval",
    "too_many_attempts",
)


class BegunAnswer(Answer):
    """What the client needs to answer with the authenticator."""

    authenticator = word("Its id.", "fac_…", required=True)
    type = word("Its type.", "sms", required=True)
    sent_to = word("Where a code was sent, masked.", "+49•••12")
    expires_at = Time("Until when the code or the push is good.")
    resend_after = Time("From when on it may be sent again.")
    number = word("push: what is to be typed on the device.", "471906")
    public_key = JsonMap("passkey: PublicKeyCredentialRequestOptions as JSON.")
    woken = Flag("push: whether a gateway took a wake-up for the device.", example=True)
    digits = Whole("How many digits the code has.", example=6)
    questions = Items(word("", "the first street I lived in"), "knowledge: what is asked.", maximum=16)


class VerifiedAnswer(Answer):
    """How an answer was taken."""

    status = Choice("How the challenge stands.", of=("passed", "pending", "failed"), required=True, example="passed")
    error = Choice("Why it is not passed.", of=ERRORS, example="wrong_code")
    detail = word("refused: what is wrong with the answer, for developers.", "the answer is for another RP id")
    attempts_left = Whole("How many more answers it takes.", maximum=16, example=4)
    amr = Items(word("", "otp"), "How the person authenticated, RFC 8176.", maximum=32)
    acr = word("The level that was reached.", "aal2")
    assertion = word("The proof, a secret.")
    device = Part(DeviceAnswer, nullable=True)
    learning = word("Whether history learned.", "applied")
    recovery_code = word("A new one, after one was used.")
    enrolment_grant = word("What lets one of `enrol` be bound, a secret: once, within ten minutes.", "grt_…")


class CancelledAnswer(Answer):
    """The challenge is over."""

    id = word("Its id.", "chl_…", required=True)
    status = word("Always `cancelled`.", "cancelled", required=True)
    reason = word("Why.", "user", required=True)


class AuthenticatorAnswer(Answer):
    """An authenticator of a subject; never a secret, an address or a number in clear."""

    id = word("Its id.", "fac_…", required=True)
    type = word("Its type.", "totp", required=True)
    label = word("The person's name for it.", "phone", required=True)
    status = Choice("Whether it can be used.", of=STATUSES, required=True, example="active")
    aal = Whole("What it reaches after a password.", maximum=3, required=True, example=2)
    phishing_resistant = Flag("Whether it resists phishing.", required=True, example=False)
    restricted = Flag("Whether a telephone company could hand it over.", required=True, example=False)
    created_at = Time("When it was made.", required=True)
    last_used_at = Time("When it was last used.", nullable=True, required=True)
    warning = word("What the person should be told.")


class AnsweredAnswer(VerifiedAnswer):
    """The challenge that a new authenticator was bound within, as it stands now."""

    id = word("Its id.", "chl_…", required=True)
    status = Choice(
        "How it stands.", of=("passed", "pending", "failed", "expired", "cancelled"), required=True, example="passed"
    )


class ConfirmedAnswer(AuthenticatorAnswer):
    """An authenticator that is active now."""

    challenge = Part(AnsweredAnswer)


class NewAuthenticatorAnswer(AuthenticatorAnswer):
    """A new authenticator, with what is needed once."""

    secret = word("totp, hotp: the seed in base32.")
    otpauth_uri = word("totp, hotp: for the app.")
    qr_svg = word("The same as a picture.")
    algorithm = word("totp, hotp: the hash.", "SHA1")
    digits = Whole("totp, hotp: of a code.", example=6)
    period = Whole("totp: seconds of a step.", example=30)
    public_key = JsonMap("passkey: PublicKeyCredentialCreationOptions as JSON.")
    pairing_uri = word("push: for the person's device.")
    codes = Items(word("", "ABCDE-FGHIJ-KLMNO"), "recovery_code: to be kept by the person.", maximum=64)
    counter = Whole("hotp: where it begins.", example=0)
    compliance = Items(word("", "fails ASVS-6.4.2"), "knowledge: what it does not conform to.", maximum=16)
    sent_to = word("sms, voice, email: where a code was sent, masked.", "+49•••12")
    expires_at = Time("Until when it may be confirmed.")


class BoundAnswer(Answer):
    """One authenticator of all that were ever bound."""

    id = word("Its id.", "fac_…", required=True)
    type = word("Its type.", "totp", required=True)
    label = word("The person's name for it.", "phone", required=True)
    status = Choice("How it stands.", of=(*STATUSES, "ended"), required=True, example="ended")
    created_at = Time("When it was made.", required=True)
    bound_at = Time("When it was confirmed.", nullable=True, required=True)
    last_used_at = Time("When it was last used.", nullable=True, required=True)
    ended_at = Time("When it ended.", nullable=True, required=True)
    why = word("Why it ended, or cannot be used.", "lost phone", required=True)
    bound_from = JsonMap("By what leave, and from where, as far as it is known.", example={"by": "proof"})


class HeldEventAnswer(Answer):
    """Something that was done to what a subject has bound."""

    at = Time("When.", required=True)
    what = word("What.", "suspended", required=True)
    authenticator = word("To which.", "fac_…")
    by = Choice("By what leave.", of=LEAVES, example="proof")
    reason = word("An administrator's word.", "lost phone")


class HistoryAnswer(Answer):
    """All that was ever bound; the newest last."""

    authenticators = Items(Part(BoundAnswer), "The authenticators.", maximum=150, required=True)
    events = Items(Part(HeldEventAnswer), "What was done to them.", maximum=100, required=True)
