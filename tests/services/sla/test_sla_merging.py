"""Merges on a real database: whatever order facts come in, the earlier promise is armed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.sla.usecases.merging import NotYetKnown
from shared.events.ticket import TicketMerged, TicketUnmerged
from shared.vocabulary import Priority, Status
from tests.services.sla.desk import Desk, Ticket
from tests.services.sla.loops import HOUR, now, real_time
from tests.services.sla.test_sla_changes import due, hours

__all__ = ["real_time"]
MINUTE = timedelta(minutes=1)


async def two(desk: Desk) -> tuple[Ticket, Ticket]:
    """The elder has waited for two hours, the younger for one; four are promised to each."""
    policy = await desk.made("/v1/sla/policies", hours(4))
    customer = await desk.customer(policy)
    elder = await Ticket(desk, customer, now(desk) - 2 * HOUR).open()
    younger = await Ticket(desk, customer, now(desk) - HOUR).open(number=1043)
    return elder, younger


async def merge(desk: Desk, source: Ticket, target: Ticket) -> None:
    at, target.version = now(desk), target.version + 1
    await source.move(at, Status.MERGED)
    into = {"into_id": target.id, "into_version": target.version}
    await source.tell(TicketMerged, at, **into)


async def test_the_earlier_promise_is_armed_and_given_back(desk: Desk) -> None:
    elder, younger = await two(desk)
    await merge(desk, elder, younger)
    assert await due(desk, younger) == elder.opened_at + 4 * HOUR
    assert await desk.timers(elder.id) == {}
    assert (await elder.sla())["resolution"]["state"] == "cancelled"
    moved = (await desk.facts(younger.id, "clock_updated"))[-1]["data"]
    assert moved["cause"] == "merge"
    younger.version += 1
    await elder.move(now(desk), Status.NEW)
    back = {"from_id": younger.id, "from_version": younger.version}
    await elder.tell(TicketUnmerged, now(desk), **back)
    assert await due(desk, younger) == younger.opened_at + 4 * HOUR
    assert await due(desk, elder) == elder.opened_at + 4 * HOUR
    path = f"/v1/tickets/{younger.id}/sla/explain?metric=resolution"
    text = (await desk.ask("GET", path)).text
    assert '"unmerge"' in text
    assert str(elder.id) not in text, "its reader may not see the other ticket"


async def test_what_the_target_heard_first_changes_nothing(desk: Desk) -> None:
    """Facts of two tickets come in any order: a later priority counts what was taken over."""
    elder, younger = await two(desk)
    place, younger.version = younger.version + 1, younger.version + 1
    at = now(desk)
    await younger.prioritise(at + MINUTE, Priority.P1)
    await elder.move(at, Status.MERGED)
    await elder.tell(TicketMerged, at, into_id=younger.id, into_version=place)
    assert await due(desk, younger) == elder.opened_at + 4 * HOUR


async def test_a_target_that_is_not_known_yet_is_waited_for(desk: Desk) -> None:
    elder, _ = await two(desk)
    await elder.move(now(desk), Status.MERGED)
    with pytest.raises(NotYetKnown):
        await elder.tell(TicketMerged, now(desk), into_id=uuid4(), into_version=2)


async def test_the_account_of_a_merged_promise_adds_up_and_says_why(desk: Desk) -> None:
    elder, younger = await two(desk)
    await merge(desk, elder, younger)
    path = f"/v1/tickets/{younger.id}/sla/explain?metric=resolution"
    answer = await desk.ask("GET", path)
    assert answer.status_code == 200, answer.text
    assert '"merge"' in answer.text
