"""What several machines share: Redis, alone, under Sentinel or as a Cluster."""

from doorward.stores.redis.store import RedisStore, open_store

__all__ = ["RedisStore", "open_store"]
