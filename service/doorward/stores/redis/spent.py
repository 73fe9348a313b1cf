"""What may be used once: the jti of every proof that was."""

from doorward.stores.redis import layout, values
from doorward.stores.redis.part import Part
from doorward.stores.redis.writes import Step, call_of


class Spent(Part):
    def is_spent(self, tenant: str, jti: str, now: float) -> bool:
        raw = self._raw(layout.spent(tenant, jti))
        return raw is not None and values.ends(raw) > now

    def spend(self, tenant: str, jti: str, *, expires_at: float, now: float) -> bool:
        return bool(self._exchange.spend(call_of([spend_step(tenant, jti, expires_at, now)], now)) == 1)


def spend_step(tenant: str, jti: str, expires_at: float, now: float) -> Step:
    """Return the step that lets nothing of its script be written where *jti* was spent before."""
    life = values.milliseconds(expires_at, now)
    return Step(layout.spent(tenant, jti), "spend", spent_value(jti, expires_at), life)


def spent_value(jti: str, expires_at: float) -> bytes:
    """Return what stands under the key of *jti*, with its name where the key holds that as a hash alone."""
    return values.end(expires_at) + (b"" if layout.is_plain(jti) else jti.encode("utf-8", "surrogatepass"))


def spent_name(shown: str, raw: bytes) -> str:
    return raw[values.END_BYTES :].decode("utf-8", "surrogatepass") or shown
