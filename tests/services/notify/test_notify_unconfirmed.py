"""Requests of the form that nobody has confirmed: no customer's events, and who is told of what."""

from uuid import UUID, uuid4

from shared.events.ticket import TicketEdited
from tests.fakes.partner import Partner
from tests.services.notify.test_notify_feed import read, read_until
from tests.services.notify.test_notify_webhooks import House, Seat, house, partner, stage

__all__ = ["house", "partner", "stage"]


async def word(house: House, ticket: UUID, *, unconfirmed: bool) -> UUID:
    fact = TicketEdited(
        ticket_id=ticket,
        organization_id=house.organization,
        at=house.context.clock.now(),
        fields=(),
        unconfirmed=unconfirmed,
    )
    return await house.hear(fact)


async def test_a_customers_programs_hear_of_a_request_once_somebody_confirmed_it(
    house: House, partner: Partner
) -> None:
    ticket, requester = uuid4(), uuid4()
    bound = house.client()
    boss = Seat(house.http, house.context, house.organization, "user", ["customer_admin"])
    own = Seat(house.http, house.context, house.organization, "user", ["customer"], id=requester)
    await bound.endpoint(partner.url, event_types=["ticket.opened"])
    event = await house.opens(ticket, requester_id=requester, confirm=True)
    known = await house.opens(uuid4(), requester_id=requester)
    await partner.until(lambda: str(known) in [one.id for one in partner.received])
    assert str(event) not in [one.id for one in partner.received]
    for seat in (bound, boss, own):
        items = await read_until(seat, 1)
        assert [one["id"] for one in items] == [str(known)]
    await word(house, ticket, unconfirmed=False)
    await partner.until(lambda: str(event) in [one.id for one in partner.received])
    for seat in (bound, boss, own):
        items = await read_until(seat, 3)
        assert str(event) in [one["id"] for one in items]
    await word(house, ticket, unconfirmed=True)
    for seat in (bound, boss, own):
        items, _ = await read(seat)
        assert [one["id"] for one in items] == [str(known)]
