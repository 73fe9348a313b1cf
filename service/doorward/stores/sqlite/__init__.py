"""The embedded default: SQLite in WAL mode, for several workers on one machine."""

from doorward.stores.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
