"""Who acts: a caller, what it may do, and the database seat its transactions sit on."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Literal, Self
from uuid import UUID

from shared.vocabulary import Locale

Kind = Literal["user", "client", "service", "system", "anonymous"]

_NOBODY = UUID(int=0)
_CUSTOMER_ROLES = frozenset({"customer", "customer_admin"})


class Seat(StrEnum):
    """One of the three database roles of a service (row-level security)."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Caller:
    """Whoever a request, an event or a timer acts for."""

    id: UUID
    kind: Kind
    organization_id: UUID | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    department_ids: frozenset[UUID] = frozenset()
    locale: Locale = Locale.AR
    session_id: UUID | None = None
    name: str = ""

    @cached_property
    def seat(self) -> Seat:
        """Customers sit behind their organization's wall; people and services of ours do not.

        An anonymous form has no organization yet, so it sits where the use case can create one.
        """
        if self.kind in {"system", "anonymous"}:
            return Seat.SYSTEM
        if self.kind == "user" and self.roles <= _CUSTOMER_ROLES:
            return Seat.CUSTOMER
        if self.kind == "client" and self.organization_id is not None:
            return Seat.CUSTOMER
        return Seat.STAFF

    @classmethod
    def system(cls) -> Self:
        return cls(id=_NOBODY, kind="system", name="system")

    @classmethod
    def anonymous(cls, locale: Locale = Locale.AR, address: str = "") -> Self:
        """Nobody who signed in; the id tells one network address from another, no more."""
        digest = sha256(b"address:" + address.encode()).digest()[:16]
        return cls(id=UUID(bytes=digest), kind="anonymous", locale=locale, name="anonymous")

    def has(self, scope: str) -> bool:
        return scope in self.scopes

    def plays(self, *roles: str) -> bool:
        """Whether the caller holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)
