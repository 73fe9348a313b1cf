"""What the probes answer."""

from doorward.api.answers import word, words
from doorward.api.fields import Answer, Choice, Flag, Items, Part, Time, Whole


class LiveAnswer(Answer):
    """The process answers."""

    status = word("Always `ok`.", "ok", required=True)


class StoreStateAnswer(Answer):
    """How the store is."""

    reachable = Flag("Whether it answers.", required=True, example=True)
    accepted = Flag(
        "Whether it is the store that this service was accepted with; null where it does not answer.",
        nullable=True,
        required=True,
        example=True,
    )
    reason = word("Why it is not, or does not answer.", nullable=True, required=True)
    away_since = Time("Since when this worker does without it; null while it asks it.", nullable=True, required=True)
    warnings = words("What to look at though it answers.", required=True)


class PolicyStateAnswer(Answer):
    """One tenant's policy."""

    tenant = word("The tenant.", "default", required=True)
    digest = word("The digest of the policy in force, lists included.", "sha256:0b5e…", required=True)
    loaded_at = Time("Since when.", required=True)
    reload = Choice("Whether its last change is in force.", of=("ok", "refused"), required=True, example="ok")


class TenantStateAnswer(Answer):
    """One tenant's own settings."""

    tenant = word("The tenant.", "default", required=True)
    loaded_at = Time("Since when.", required=True)
    reload = Choice("Whether their last change is in force.", of=("ok", "refused"), required=True, example="ok")


class GeoStateAnswer(Answer):
    """One geo database."""

    file = word("Its file.", "dbip-city.mmdb", required=True)
    type = word("What it says that it is.", "DBIP-City-Lite", nullable=True)
    built = word("The day it was made.", "2026-11-01", nullable=True)
    ok = Flag("Whether it answers.", required=True, example=True)
    error = word("Why it does not answer, or is older than its file.", nullable=True)
    warnings = words("What to look at though it answers.")
    lookups = Whole("How often it was asked.", example=12)
    failures = Whole("How often it could not be read.", example=0)


class OwnScaleAnswer(Answer):
    """One tenant's own scale, which its scores are made of from 2 000 verified sign-ins on."""

    tenant = word("The tenant.", "default", required=True)
    version = word("The version in force; null while it is the model's.", "2026-11-22", nullable=True, required=True)
    n = Whole("How many verified sign-ins it rests on, or would.", example=2412, required=True)
    held = words("Why it does not follow the sign-ins at present.", "failures", required=True)
    held_since = Time("Since when.", nullable=True, required=True)


class ReadyAnswer(Answer):
    """What an operator should know."""

    status = Choice("Whether decisions can be made in full.", of=("ready", "degraded"), required=True)
    store = Part(StoreStateAnswer, required=True)
    policies = Items(Part(PolicyStateAnswer), "Those that were loaded.", maximum=65536, required=True)
    tenants = Items(Part(TenantStateAnswer), "Those that were loaded.", maximum=65536, required=True)
    model = word("The scorecard.", "default@0123456789ab", required=True)
    own_scales = Items(Part(OwnScaleAnswer), "Each tenant's, as looked at last.", maximum=65536, required=True)
    geo = Items(Part(GeoStateAnswer), "Each geo database.", maximum=64, required=True)
