"""The tables, and how an older file becomes a newer one.

Small rows live in their key's tree (WITHOUT ROWID); rows with a body have a tree of their own, body last, so that a
listing reads no bodies. Every table whose rows end has an index by their end, for the sweep.
"""

import secrets

import apsw

from doorward.row_kinds import KINDS

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL DEFAULT 0) WITHOUT ROWID, STRICT;

CREATE TABLE rings (
  id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL,
  expires_at REAL NOT NULL, ring BLOB NOT NULL, UNIQUE (key, kind, tenant)
) STRICT;
CREATE INDEX rings_end ON rings (expires_at);

CREATE TABLE profiles (
  id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, subject BLOB NOT NULL,
  expires_at REAL NOT NULL, body BLOB NOT NULL, UNIQUE (subject, tenant)
) STRICT;
CREATE INDEX profiles_end ON profiles (expires_at);

CREATE TABLE authenticators (
  id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, subject BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (subject, tenant)
) STRICT;

CREATE TABLE devices (
  tenant TEXT NOT NULL, id TEXT NOT NULL, token_hash BLOB NOT NULL, created_at REAL NOT NULL,
  expires_at REAL NOT NULL, previous_hash BLOB NOT NULL, previous_until REAL NOT NULL,
  current_seen INTEGER NOT NULL, revoked INTEGER NOT NULL, PRIMARY KEY (id, tenant)
) WITHOUT ROWID, STRICT;
CREATE INDEX devices_end ON devices (expires_at);

CREATE TABLE proofs (
  tenant TEXT NOT NULL, session BLOB NOT NULL, expires_at REAL NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (session, tenant)
) WITHOUT ROWID, STRICT;
CREATE INDEX proofs_end ON proofs (expires_at);

CREATE TABLE spent (
  tenant TEXT NOT NULL, jti TEXT NOT NULL, expires_at REAL NOT NULL, PRIMARY KEY (jti, tenant)
) WITHOUT ROWID, STRICT;
CREATE INDEX spent_end ON spent (expires_at);

CREATE TABLE records (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, tenant TEXT NOT NULL, subject BLOB NOT NULL, at REAL NOT NULL,
  outcome TEXT NOT NULL, rule TEXT NOT NULL, expires_at REAL NOT NULL, body BLOB NOT NULL, UNIQUE (id, tenant)
) STRICT;
CREATE INDEX records_by_time ON records (tenant, at, id);
CREATE INDEX records_by_subject ON records (subject, tenant, at, id);
CREATE INDEX records_end ON records (expires_at);

CREATE TABLE challenges (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, tenant TEXT NOT NULL, subject BLOB NOT NULL,
  decision_id TEXT NOT NULL, status TEXT NOT NULL, created_at REAL NOT NULL, expires_at REAL NOT NULL,
  body BLOB NOT NULL, UNIQUE (id, tenant)
) STRICT;
CREATE INDEX challenges_by_decision ON challenges (decision_id, tenant);
CREATE INDEX challenges_end ON challenges (expires_at);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, label TEXT NOT NULL,
  created_at REAL NOT NULL, expires_at REAL, revoked_at REAL
) WITHOUT ROWID, STRICT;

CREATE TABLE list_entries (
  tenant TEXT NOT NULL, name TEXT NOT NULL, key BLOB NOT NULL, entry BLOB NOT NULL, until REAL,
  created_at REAL NOT NULL, PRIMARY KEY (tenant, name, key)
) WITHOUT ROWID, STRICT;
CREATE INDEX list_entries_end ON list_entries (until) WHERE until IS NOT NULL;

CREATE TABLE idempotency (
  key BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, claimed_at REAL NOT NULL, expires_at REAL NOT NULL, answer BLOB
) WITHOUT ROWID, STRICT;
CREATE INDEX idempotency_end ON idempotency (expires_at);

CREATE TABLE versions (
  tenant TEXT PRIMARY KEY, lists INTEGER NOT NULL DEFAULT 0, tallies INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID, STRICT;

CREATE TABLE tallies (
  tenant TEXT NOT NULL, level TEXT NOT NULL, value INTEGER NOT NULL, bucket INTEGER NOT NULL,
  a REAL NOT NULL, b REAL NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (tenant, level, value, bucket)
) WITHOUT ROWID, STRICT;
CREATE INDEX tallies_by_version ON tallies (tenant, version);
CREATE INDEX tallies_by_bucket ON tallies (tenant, bucket);

CREATE TABLE secrets (
  tenant TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (tenant, name)
) WITHOUT ROWID, STRICT;
"""

# Small values with an owner: counters of guesses, budgets of sending.
NOTES = """
CREATE TABLE notes (
  tenant TEXT NOT NULL, owner BLOB NOT NULL, name TEXT NOT NULL, expires_at REAL NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (owner, name, tenant)
) WITHOUT ROWID, STRICT;
CREATE INDEX notes_end ON notes (expires_at);
"""

# A subject that is erased takes its challenges along.
CHALLENGES_BY_SUBJECT = "CREATE INDEX challenges_by_subject ON challenges (subject, tenant);"

# What proves that the service has made a row. Those from before have none.
MAC_OF_API_KEYS = "ALTER TABLE api_keys ADD COLUMN mac BLOB NOT NULL DEFAULT x'';"

# Step n takes a file from schema n to n + 1; a step that was released is never changed.
STEPS: tuple[str, ...] = (TABLES, NOTES, CHALLENGES_BY_SUBJECT, MAC_OF_API_KEYS)
VERSION = len(STEPS)

FORGOTTEN_BY_A_RESET = tuple(kind.name for kind in KINDS if kind.name != "versions")


def version_of(db: apsw.Connection) -> int:
    """Return the schema that the file has; 0 for a new one."""
    return int(db.execute("PRAGMA user_version").get)


def migrate(db: apsw.Connection) -> None:
    """Bring the file to VERSION, inside the caller's write transaction; a newer file is left alone."""
    for step in STEPS[version_of(db) :]:
        db.execute(step)
    if version_of(db) < VERSION:
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(16),))
    db.execute("INSERT INTO meta (name, value) VALUES ('pings', '0') ON CONFLICT DO NOTHING")
