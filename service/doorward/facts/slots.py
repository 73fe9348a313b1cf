"""The files that a provider wants: each is opened again when it changes, and a broken one takes nothing away."""

from pathlib import Path

from doorward.facts.database import BrokenDatabase, Database, Identity
from doorward.facts.kinds import OperatorKinds, shipped_kinds

OWN_KINDS = "as_kinds.csv"
MAX_KINDS_BYTES = 4_000_000


class DatabaseSlot:
    """One wanted file: the database that is open, and what became of the newest file at its path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database: Database | None = None
        self.error = ""
        self._tried = False
        self._seen: Identity | None = None

    def reopen(self) -> bool:
        """Open what stands at the path, unless it was tried before; answer whether anything was done."""
        found = _identity(self.path)
        if self._tried and found == self._seen:
            return False
        self._tried, self._seen = True, found
        try:
            self.database = Database(self.path)
            self.error = ""
        except BrokenDatabase as broken:
            self._keep_if_safe(found, broken)
        return True

    def _keep_if_safe(self, found: Identity | None, broken: BrokenDatabase) -> None:
        self.error = str(broken)
        if self.database is None:
            return
        if found is None or found.is_same_file(self.database.identity):
            self.database = None  # deleted, which is an operator's wish, or overwritten: there is nothing to read
        else:
            self.error = f"the replacement is not used: {broken}"


class KindsSlot:
    """The list of operators' kinds: the one that lies with the geo databases, otherwise the shipped one."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.kinds = shipped_kinds()
        self.error = ""
        self._seen: tuple[Path, Identity | None] | None = None

    def reopen(self, folders: list[Path]) -> bool:
        """Read the first folder's list that is there, if it is not the one that was read; answer whether it was."""
        path = next((folder / OWN_KINDS for folder in folders if (folder / OWN_KINDS).is_file()), None)
        found = (path, _identity(path)) if path else None
        if found == self._seen:
            return False
        self.path, self._seen, self.error = path, found, ""
        try:
            self.kinds = _read_kinds(path) if path else shipped_kinds()
        except (OSError, ValueError) as wrong:
            self.error = "it cannot be read" if isinstance(wrong, OSError | UnicodeDecodeError) else str(wrong)
        return True


def _read_kinds(path: Path) -> OperatorKinds:
    if path.stat().st_size > MAX_KINDS_BYTES:
        raise ValueError(f"it is larger than {MAX_KINDS_BYTES} bytes")
    return OperatorKinds.read(path.read_text(encoding="utf-8").splitlines())


def _identity(path: Path) -> Identity | None:
    try:
        return Identity.of(path)
    except OSError:
        return None
