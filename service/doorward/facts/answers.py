"""The facts of one address, joined from the databases that are open and the list of operators' kinds."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from doorward.core.facts import NetworkFacts
from doorward.facts.addresses import Address, read_address
from doorward.facts.database import ANONYMITY, LOCATION, OPERATOR, BrokenDatabase, Database
from doorward.facts.kinds import OperatorKinds
from doorward.facts.records import (
    Anonymity,
    Location,
    Operator,
    anonymity_of,
    has_anonymity,
    location_of,
    operator_of,
)

NO_ADDRESS = "no address was sent"
NOT_AN_ADDRESS = "the address cannot be read"
PRIVATE = "the address is private"
NO_LOCATION = "no location for this address"
NO_OPERATOR = "no autonomous system for this address"
NO_OPERATORS = "no database of autonomous systems"
NO_ANONYMITY = "no database of anonymous networks"
FAILED = "the geo database cannot be read at this address"

T = TypeVar("T", Location, Operator, Anonymity)


def silent(address: str | None, reason: str) -> NetworkFacts:
    """Return all that can be told of *address* without looking it up; *reason* says why an address tells no more."""
    if not address:
        return unknown(NetworkFacts(), NO_ADDRESS)
    where = read_address(address)
    if where is None:
        return unknown(NetworkFacts(), NOT_AN_ADDRESS)
    return unknown(bare(where), PRIVATE if where.private else reason)


def bare(where: Address) -> NetworkFacts:
    """Return the facts that stand in the address itself."""
    return NetworkFacts(address=where.text, prefix=where.prefix, version=where.version, private=where.private)


def unknown(facts: NetworkFacts, reason: str) -> NetworkFacts:
    """Return *facts* with one reason for everything that databases tell."""
    return replace(facts, location_reason=reason, asn_reason=reason, kind_reason=reason)


class Answers:
    """What a set of open databases says; it never changes, so its answers may be kept."""

    def __init__(self, databases: Sequence[Database], no_location: str, kinds: OperatorKinds) -> None:
        """Take *no_location* for the reason where no database tells locations."""
        self._kinds = kinds
        by_preference = sorted(databases, key=lambda each: each.preference)
        self._of_role = {
            role: [each for each in by_preference if role in each.roles] for role in (LOCATION, OPERATOR, ANONYMITY)
        }
        self._no_location = no_location

    def of(self, where: Address) -> NetworkFacts:
        """Return everything that the databases know of *where*."""
        location, location_reason = self._first(LOCATION, where, _location, NO_LOCATION, self._no_location)
        operator, asn_reason = self._first(OPERATOR, where, _operator, NO_OPERATOR, NO_OPERATORS)
        anonymity, kind_reason = self._first(ANONYMITY, where, _anonymity, NO_ANONYMITY, NO_ANONYMITY)
        return NetworkFacts(
            address=where.text,
            prefix=where.prefix,
            version=where.version,
            private=where.private,
            **(_fields(location) | _fields(operator) | self._kind(operator, anonymity)),
            location_reason=location_reason,
            asn_reason=asn_reason,
            kind_reason=kind_reason,
        )

    def _first(
        self,
        role: str,
        where: Address,
        read: Callable[[Database, Any], T | None],
        nothing: str,
        no_database: str,
    ) -> tuple[T | None, str]:
        """Return the first answer of the databases of *role*, or the reason why none has one."""
        reason = no_database
        for database in self._of_role[role]:
            if not database.covers(where):
                continue
            try:
                found = read(database, database.record(where))
            except BrokenDatabase:
                reason = FAILED
                continue
            if found is not None:
                return found, ""
            reason = FAILED if reason == FAILED else nothing
        return None, reason

    def _kind(self, operator: Operator | None, anonymity: Anonymity | None) -> dict[str, Any]:
        """Return what the network is for: a database's word first, then the list's of its operator.

        Without a database of anonymous networks nothing is known to be *not* anonymous; what the list calls vpn, tor or
        hosting is known to be that, and what it calls something else is known to be no hosting.
        """
        listed = self._kinds.kind_of(operator) if operator else None
        if anonymity is None:
            hides = True if listed in ("vpn", "tor") else None
            return {"kind": listed, "anonymous": hides, "hosting": listed == "hosting" if listed else None}
        kind = anonymity.kind or listed
        return {
            "kind": kind,
            "anonymous": anonymity.anonymous or kind in ("vpn", "tor"),
            "hosting": anonymity.hosting or kind == "hosting",
        }


def _location(database: Database, record: Any) -> Location | None:
    return location_of(record, districts=database.has_districts)


def _operator(_: Database, record: Any) -> Operator | None:
    return operator_of(record)


def _anonymity(database: Database, record: Any) -> Anonymity | None:
    """Return None, for «not told», where a database of no known type has no such flags."""
    return None if database.is_read_by_shape and not has_anonymity(record) else anonymity_of(record)


def _fields(found: Location | Operator | None) -> dict[str, Any]:
    return {name: getattr(found, name) for name in type(found).__dataclass_fields__} if found else {}
