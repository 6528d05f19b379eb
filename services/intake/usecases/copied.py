"""Who else a mail was written to: proposed as participants, added only where that is safe."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.domain.addresses import Address
from services.intake.domain.mail import Mail
from services.intake.domain.threading import open_address
from services.intake.domain.words import Decision
from services.intake.usecases.people import People, Person, domain_of
from shared.tokens import fold_address
from shared.vocabulary import MailClass, SenderAuth

_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Company:
    """The people besides the sender: those who take part, and how many are only proposed."""

    joined: tuple[UUID, ...] = ()
    proposed: int = 0


NOBODY: Final = Company()


def others(mail: Mail, ours: dict[str, UUID]) -> list[str]:
    """Foreign addresses in To and Cc, each once; never the sender's and never one of ours."""
    sender = fold_address(mail.sender)
    named = {fold_address(one): one for one in mail.copied if open_address(one).mailbox not in ours}
    return [one for folded, one in named.items() if folded != sender][:_MOST]


def joining(
    addresses: list[str], mail: Mail, decision: Decision, domains: frozenset[str]
) -> list[str]:
    """Those who are added at once: all when a proven sender opens, else the same organization's."""
    if mail.mail_class != MailClass.HUMAN or mail.sender_auth == SenderAuth.FAIL:
        return []
    if decision is Decision.NEW and mail.sender_auth == SenderAuth.PASS:
        return addresses
    return [one for one in addresses if domain_of(one) in domains]


async def company(
    people: People, mail: Mail, named: list[str], wanted: list[str], sender: Person
) -> Company:
    """Customers behind the addresses; colleagues of ours need no row to see a ticket."""
    asked = (people.resolve(Address(one), mail.locale) for one in wanted)
    found = [one for one in await asyncio.gather(*asked) if one is not None]
    joined = tuple(dict.fromkeys(p.id for p in found if not p.staff and p.id != sender.id))
    return Company(joined, len(named) - len(wanted))
