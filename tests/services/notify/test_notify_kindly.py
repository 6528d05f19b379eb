"""Events as customers hear them: spam is a closed ticket, and strangers' tickets have no name.

Polled, streamed, sent to webhooks and replayed: each way tells the same.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.notify import usecases
from shared.events.base import Fact
from shared.events.sla import SlaMet
from shared.events.ticket import (
    TicketClosed,
    TicketLinked,
    TicketMerged,
    TicketSplit,
    TicketStatusChanged,
    TicketUnlinked,
)
from shared.kit.callers import Caller
from shared.vocabulary import Metric, Role, Status
from tests.fakes.partner import Partner
from tests.services.notify.test_notify_feed import _caller, read_until
from tests.services.notify.test_notify_webhooks import House, Seat, house, partner, stage

__all__ = ["house", "partner", "stage"]

STANDING = [Status.NEW, Status.OPEN, Status.RESOLVED, Status.CLOSED]
Heard = list[tuple[str, dict[str, Any]]]


def ending(house: House, ticket: UUID, before: Status, *, spam: bool) -> Iterator[Fact]:
    """What tickets and sla state of a ticket that was closed, or set aside."""
    base: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": house.organization,
        "at": house.context.clock.now(),
    }
    timed, actor = before is Status.RESOLVED, UUID(int=7)
    if spam or before is not Status.CLOSED:
        yield TicketStatusChanged(
            **base,
            from_status=before,
            to_status=Status.SPAM if spam else Status.CLOSED,
            actor_id=actor if spam or not timed else None,
            cause="spam" if spam else "close",
        )
    if before is not Status.CLOSED:
        cause: Any = "timer" if timed else "staff"
        yield TicketClosed(**base, actor_id=None if timed else actor, cause=cause, outside=spam)
        met: dict[str, Any] = {"metric": Metric.RESOLUTION, "cycle": 1, "met_at": base["at"]}
        yield SlaMet(**base, **met, outside=spam)


async def hear_both(house: House, before: Status) -> tuple[UUID, UUID]:
    """A closed ticket and spam of the same customer."""
    two = (uuid4(), uuid4())
    requester = uuid4()
    for ticket, spam in zip(two, (False, True), strict=True):
        house.colleagues.add_ticket(requester, id=ticket)
        await house.opens(ticket)
        for fact in ending(house, ticket, before, spam=spam):
            await house.hear(fact)
    return two


def told_of(ticket: UUID, events: list[dict[str, Any]]) -> Heard:
    """Types and data of a ticket's events, without what differs from one ticket to the next."""
    own = [one for one in events if one["data"]["ticket_id"] == str(ticket)]
    hidden = {"ticket_id", "at", "met_at", "message_id", "requester_id"}
    return [
        (one["type"], {key: value for key, value in one["data"].items() if key not in hidden})
        for one in own
    ]


@pytest.mark.parametrize("before", STANDING)
async def test_polled_and_streamed_spam_is_a_closed_ticket(house: House, before: Status) -> None:
    house = replace(house, organization=uuid4())
    seat, start = house.client(), (await house.client().get("/v1/events?limit=200"))["next_cursor"]
    closed, spam = await hear_both(house, before)
    last = await house.opens(uuid4())
    expected = 3 if before is Status.CLOSED else 9
    events = await read_until(seat, expected, limit="200")
    assert told_of(spam, events) == told_of(closed, events)
    streamed = await stream_until(house, _caller(seat), int(start), last)
    assert [one["id"] for one in streamed] == [one["id"] for one in events]
    assert told_of(spam, streamed) == told_of(closed, streamed)
    for text in map(str, (*events, *streamed)):
        assert "spam" not in text
        assert "outside" not in text
    boss = house.staff(Role.ADMIN)
    inside = await read_until(boss, 5, after=start, limit="200")
    kinds = [kind for kind, _ in told_of(spam, inside)]
    assert kinds == ["ticket.opened.v1", "ticket.status_changed.v1"], "the house was told the truth"


async def stream_until(
    house: House, caller: Caller, start: int, last: UUID
) -> list[dict[str, Any]]:
    """What a stream tells until it tells of an event."""
    found: list[dict[str, Any]] = []
    stream = usecases.STREAMING.follow(house.context, caller, start, [])
    async with asyncio.timeout(10):
        async for chunk in stream:
            if "data:" in chunk:
                found.append(orjson.loads(chunk.partition("data: ")[2]))
                if found[-1]["id"] == str(last):
                    break
    await stream.aclose()  # type: ignore[attr-defined]  # a generator
    return found


@pytest.mark.parametrize("before", [Status.OPEN, Status.RESOLVED, Status.CLOSED])
async def test_webhooks_and_replays_tell_spam_as_closed(
    house: House, partner: Partner, before: Status
) -> None:
    since = house.context.clock.now() - timedelta(minutes=1)
    own = await house.client().endpoint(partner.url, event_types=["ticket.*", "sla.met"])
    closed, spam = await hear_both(house, before)
    count = 2 if before is Status.CLOSED else 8
    got = await partner.wait_for(count)
    for told in (got[:count], await replayed(house, partner, own["id"], since, count)):
        bodies = [orjson.loads(one.body) for one in told]
        assert sort(told_of(spam, bodies)) == sort(told_of(closed, bodies))
        assert "spam" not in str(bodies)
        assert "outside" not in str(bodies)


async def replayed(
    house: House, partner: Partner, endpoint: str, since: Any, count: int
) -> list[Any]:
    body = {"since": since.isoformat().replace("+00:00", "Z")}
    answer = await house.client().ask("POST", f"/v1/webhooks/{endpoint}/replay", body)
    assert answer.status_code == 202, answer.text
    return (await partner.wait_for(2 * count))[count : 2 * count]


def sort(heard: Heard) -> Heard:
    return sorted(heard, key=str)


def naming(house: House, other: UUID) -> Iterator[tuple[str, Fact]]:
    base: dict[str, Any] = {
        "ticket_id": house.ticket,
        "organization_id": house.organization,
        "at": house.context.clock.now(),
    }
    yield "other_id", TicketLinked(**base, other_id=other, kind="incident")
    yield "other_id", TicketUnlinked(**base, other_id=other, kind="incident")


async def test_a_webhook_of_a_customer_names_no_ticket_of_another_organization(
    house: House, partner: Partner
) -> None:
    foreign, own, unknown = uuid4(), uuid4(), uuid4()
    await house.opens()
    await house.opens(own)
    await replace(house, organization=uuid4()).opens(foreign)
    await house.client().endpoint(partner.url, event_types=["ticket.linked", "ticket.unlinked"])
    for other in (foreign, own, unknown):
        for _, fact in naming(house, other):
            await house.hear(fact)
    bodies = [orjson.loads(one.body)["data"] for one in await partner.wait_for(6)]
    assert sorted(str(one["other_id"]) for one in bodies) == sorted([str(own)] * 2 + ["None"] * 4)
    assert str(foreign) not in str(bodies)


async def test_a_customer_hears_of_no_ticket_that_they_do_not_see(house: House) -> None:
    house = replace(house, organization=uuid4(), ticket=uuid4())
    sara, colleague = uuid4(), uuid4()
    mine, hidden = uuid4(), uuid4()
    await house.opens(requester_id=sara)
    await house.opens(mine, requester_id=sara)
    await house.opens(hidden, requester_id=colleague)
    base: dict[str, Any] = {
        "ticket_id": house.ticket,
        "organization_id": house.organization,
        "at": house.context.clock.now(),
    }
    for other in (mine, hidden):
        for _, fact in naming(house, other):
            await house.hear(fact)
        await house.hear(TicketMerged(**base, into_id=other))
        await house.hear(TicketSplit(**base, new_id=other, message_ids=(), answered=True))
    person = Seat(
        house.http, house.context, house.organization, kind="user", roles=["customer"], id=sara
    )
    for seat, ids in ((person, {str(mine)}), (house.client(), {str(mine), str(hidden)})):
        events = await read_until(seat, 10, types="ticket.*", limit="200")
        named = {
            one["data"][name]
            for one in events
            for name in ("other_id", "into_id", "new_id")
            if one["data"].get(name)
        }
        assert named == ids
    assert str(hidden) not in str(await read_until(person, 10, types="ticket.*", limit="200"))
