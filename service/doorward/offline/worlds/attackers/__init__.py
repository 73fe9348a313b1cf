"""The attackers of a world: those who come instead of a genuine sign-in, and those who come besides."""

from doorward.offline.worlds.attackers import campaigns, frog, rare, replacing
from doorward.offline.worlds.attackers.scene import Attacker, Scene
from doorward.offline.worlds.sessions import Session
from doorward.offline.worlds.streams import Roots, generator

# Victims are chosen in this order: those who need a history come last, so that nobody takes it from them.
ATTACKERS: tuple[Attacker, ...] = (
    replacing.NAIVE,
    replacing.VPN,
    rare.RARE_ASN,
    replacing.RESPROXY,
    replacing.TARGETED,
    replacing.VERY_TARGETED,
    replacing.COOKIE_THEFT,
    frog.BOILING_FROG,
    campaigns.STUFFING,
    campaigns.SPRAY,
    campaigns.BRUTE,
    campaigns.SLOWLOW,
)
FAMILIES = tuple(attacker.family for attacker in ATTACKERS)


def attacks(scene: Scene, roots: Roots) -> list[Session]:
    """Return the sessions of all attackers; those of the victims that they replace are marked in *scene*.

    All victims are chosen before the first attack is made: an attacker borrows only what stays in the world.
    """
    streams = [generator(stream) for stream in roots.attackers(len(ATTACKERS))]
    chosen = [attacker.choose(scene, rng) for attacker, rng in zip(ATTACKERS, streams, strict=True)]
    scene.settle()
    return [
        session
        for attacker, rng, plan in zip(ATTACKERS, streams, chosen, strict=True)
        for session in attacker.attack(scene, rng, plan)
    ]
