"""What goes along when tickets are merged, and comes back when that is undone."""

from collections.abc import Iterable
from uuid import UUID

from services.tickets.domain.bonds import ONE_WAY, Bond, Kind
from services.tickets.domain.words import Ticket
from services.tickets.store import links
from services.tickets.store.merges import Links
from services.tickets.usecases.life import Life
from shared.kit.tx import Tx


def reindex(*lives: Life) -> None:
    """Their words are found where their messages are now."""
    for life in lives:
        life.sealed["reindex"] = True
        life.tx.wake("tickets.index")


async def take_links(tx: Tx, source: Ticket, target: Ticket) -> Links:
    """The links of a merged ticket are the target's; the one between the two stays."""
    record: Links = []
    for bond in await links.of_ticket(tx, source.id):
        if bond.between(source.id) == target.id:
            continue
        await links.drop(tx, (bond.ticket_id, bond.other_id), bond)
        moved = bond.moved(source.id, target.id)
        added = await _tie(tx, moved, target.organization_id)
        record.append(_told(bond, added=added))
    await links.count_reports(tx, incidents_of(map(bond_of, record), source.id, target.id))
    return record


async def give_links(tx: Tx, record: Links, source: Ticket, end_id: UUID) -> None:
    """Those of exactly this merge go back, from wherever the chain has taken them."""
    for one in record:
        bond = bond_of(one)
        moved = bond.moved(source.id, end_id)
        if one["added"] and moved.ticket_id != moved.other_id:
            await links.drop(tx, (moved.ticket_id, moved.other_id), moved)
        await _tie(tx, bond, source.organization_id)
    await links.count_reports(tx, incidents_of(map(bond_of, record), source.id, end_id))


def links_left(later: Links, given: Links, source_id: UUID, target_id: UUID) -> Links:
    """What of a later merge's record is its own, once an inner merge has taken its part back."""
    gone = {bond_of(one).moved(source_id, target_id) for one in given if one["added"]}
    return [one for one in later if bond_of(one) not in gone]


def bond_of(record: dict[str, str]) -> Bond:
    return Bond(UUID(record["ticket_id"]), UUID(record["other_id"]), Kind(record["kind"]))


def incidents_of(bonds: Iterable[Bond], *more: UUID) -> list[UUID]:
    """The incidents among the ends, and the tickets that may have become one."""
    found = {one.other_id for one in bonds if one.kind is Kind.INCIDENT}
    return sorted(found | set(more) if found else found)


async def leads_back(tx: Tx, bond: Bond) -> bool:
    """Whether a link would close a circle."""
    return bond.kind in ONE_WAY and await links.reaches(
        tx, bond.other_id, bond.kind, bond.ticket_id
    )


async def _tie(tx: Tx, bond: Bond, organization_id: UUID) -> bool:
    if bond.ticket_id == bond.other_id or await leads_back(tx, bond):
        return False
    return await links.add(tx, bond, organization_id)


def _told(bond: Bond, *, added: bool) -> dict[str, object]:
    return {
        "ticket_id": str(bond.ticket_id),
        "other_id": str(bond.other_id),
        "kind": bond.kind.value,
        "added": added,
    }
