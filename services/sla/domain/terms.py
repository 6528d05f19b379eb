"""The terms that a ticket is served under, and how they change during its life (sla.md 5.8)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

from services.sla.domain.happenings import Happening, in_order
from services.sla.domain.words import ContractKind, Kind
from shared.worktime import Micros

CHANGES: Final = frozenset({Kind.TERMS, Kind.VERSION})
_NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy version, the contract that brought it, the calendar where the policy names none."""

    policy_id: UUID
    version: int
    calendar_id: UUID
    contract_id: UUID | None = None
    kind: ContractKind | None = None

    @property
    def key(self) -> str:
        """As a happening carries it."""
        named = (self.policy_id, self.version, self.calendar_id, self.contract_id, self.kind)
        return "|".join(_NONE if part is None else str(part) for part in named)

    @classmethod
    def read(cls, key: str) -> Self:
        policy, version, calendar, contract, kind = key.split("|")
        return cls(
            UUID(policy),
            int(version),
            UUID(calendar),
            None if contract == _NONE else UUID(contract),
            None if kind == _NONE else ContractKind(kind),
        )

    def after(self, change: Happening) -> Self:
        """The terms after a change: other terms, or another version of the same policy.

        A version is moved to only by those that have its policy at that instant, whatever else
        is learned later.
        """
        if change.kind is Kind.TERMS:
            return self.read(change.value)
        policy, _, version = change.value.partition("|")
        return replace(self, version=int(version)) if policy == str(self.policy_id) else self


def version_of(policy_id: UUID, version: int) -> str:
    """The value of a happening that moves a policy's tickets onto a version."""
    return f"{policy_id}|{version}"


def named(change: Happening) -> str | None:
    """The policy version that a change of terms brings, as its address names it."""
    if change.kind not in CHANGES:
        return None
    policy, version = change.value.split("|")[:2]
    return f"{policy}/versions/{version}"


def changes(happenings: Iterable[Happening]) -> list[Happening]:
    """The happenings that change terms, in the order of the fold."""
    return in_order(one for one in happenings if one.kind in CHANGES)


def first_terms(known: Terms, happenings: Iterable[Happening]) -> Terms:
    """What the ticket began with: each change carries the terms that it found (`status`)."""
    made = (one for one in happenings if one.kind in CHANGES)
    earliest = min(made, key=lambda one: (one.ordinal, one.part), default=None)
    return known if earliest is None else Terms.read(earliest.status)


def course(first: Terms, happenings: Iterable[Happening]) -> list[tuple[Micros, Terms]]:
    """Every terms of a ticket's life with the instant from which they held."""
    held = [(0, first)]
    for change in changes(happenings):
        held.append((change.at, held[-1][1].after(change)))
    return held


def terms_at(first: Terms, happenings: Iterable[Happening], at: Micros) -> Terms:
    """The terms in force at an instant."""
    return [terms for since, terms in course(first, happenings) if since <= at][-1]
