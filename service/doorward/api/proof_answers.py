"""What the operations on assertions answer."""

from doorward.api.answers import word
from doorward.api.fields import Answer, Choice, Flag, Items, Part, Whole


class JwkAnswer(Answer):
    """A public key, RFC 7517; `y` belongs to `EC` alone."""

    kty = Choice("The kind of key.", of=("EC", "OKP"), required=True, example="EC")
    crv = word("The curve.", "P-256", required=True)
    x = word("The public point.", required=True)
    y = word("Its other half.")
    kid = word("Which key: an RFC 7638 thumbprint.", required=True)
    alg = word("What it signs with.", "ES256", required=True)
    use = word("Always `sig`.", "sig", required=True)


class JwksAnswer(Answer):
    """A JSON Web Key Set, RFC 7517."""

    keys = Items(Part(JwkAnswer), "The tenant's public keys.", maximum=64, required=True)


class ClaimsAnswer(Answer):
    """The claims of an assertion that was spent; one that does not apply is left out."""

    iss = word("Who signed it, one for each tenant.", "doorward/default")
    aud = word("The application.", "web")
    sub = word("The subject.", "u-123")
    iat = Whole("When it was signed.", example=1795341600)
    exp = Whole("Its end, which is not the proof's.", example=1795341900)
    jti = word("Its id.", "prf_…")
    auth_time = Whole("When the person authenticated.", example=1795341600)
    amr = Items(word("", "otp"), "How, RFC 8176.", maximum=32)
    acr = word("The level that was reached.", "aal2")
    dec = word("The decision.", "dec_…")
    sid = word("The session.", "s-9")
    action = word("The action.", "payments.transfer")
    binding = word("What a bound proof is good for, as a SHA-256.")
    types = Items(word("", "totp"), "The types of authenticator that we verified.", maximum=16)
    phishing_resistant = Flag("Whether one of them resists phishing.")
