"""Which department a mail belongs to when it names several of our addresses (mail.md 6.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.paths import POSTMASTER
from services.intake.domain.threading import open_address
from shared.vocabulary import DEFAULT_DEPARTMENT


@dataclass(frozen=True, slots=True)
class Ownership:
    """One ticket, one owner; the others are told of it and watch."""

    owner: UUID
    watching: tuple[UUID, ...] = ()


def owners(ours: Mapping[str, UUID], recipients: Iterable[str], listed: Iterable[str]) -> Ownership:
    """The first address of ours that the sender listed owns the mail, in whatever door it came.

    Two doors see two envelopes of one mail; the order of its own header is the same in both. An
    envelope that the header does not name (a blind copy, a forwarded mail) goes before it.
    """
    asked, named = list(_departments(ours, recipients)), list(_departments(ours, listed))
    header_first = not asked or not set(asked).isdisjoint(named)
    order = [*named, *asked] if header_first else [*asked, *named]
    found = list(dict.fromkeys(order))
    return Ownership(found[0], tuple(found[1:])) if found else Ownership(DEFAULT_DEPARTMENT)


def with_postmasters(ours: Mapping[str, UUID], hostname: str) -> dict[str, UUID]:
    """Every domain of ours has one (RFC 5321 4.5.1): the default department's, unless told else."""
    domains = {address.rpartition("@")[2] for address in ours} | {hostname.lower()}
    return {f"{POSTMASTER}@{domain}": DEFAULT_DEPARTMENT for domain in domains} | dict(ours)


def _departments(ours: Mapping[str, UUID], addresses: Iterable[str]) -> Iterable[UUID]:
    boxes = (open_address(address).mailbox for address in addresses)
    return (ours[box] for box in boxes if box in ours)
