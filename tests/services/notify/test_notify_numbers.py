"""Who has shown that an address is theirs learns the number of each of their tickets."""

from uuid import UUID, uuid4

from shared.vocabulary import Channel
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA


async def opened(desk: Desk, person: UUID, number: int, **more: object) -> UUID:
    ticket = desk.colleagues.add_ticket(person, number=number, subject="الطابعة")
    await desk.hear(desk.opened(person, ticket, **more))
    await desk.hear(desk.promised(ticket))
    await desk.work()
    return ticket


async def test_a_confirmed_address_is_told_of_each_request_of_the_form(desk: Desk) -> None:
    """The same subject a minute later is another ticket; the caps that mail has too remain."""
    sara = await desk.person(SARA)
    for number in range(3001, 3013):
        await opened(desk, sara, number, channel=Channel.FORM)
    letters = desk.mailbox.to(SARA)
    assert [
        f"SND-{number}" in str(one.message["subject"]) for number, one in enumerate(letters, 3001)
    ] == [True] * 10
    reasons = [row["reason"] for row in await desk.deliveries()]
    assert reasons == [None] * 10 + ["too_many"] * 2


async def test_what_was_confirmed_takes_nothing_from_strangers_caps(desk: Desk) -> None:
    """And strangers of the form keep theirs: three a day, none alike within ten minutes."""
    sara = await desk.person(SARA)
    for number in (3101, 3102, 3103):
        await opened(desk, sara, number, channel=Channel.FORM)
    for number in (3104, 3105):
        await opened(desk, sara, number, channel=Channel.FORM, confirm=True)
    assert [row["reason"] for row in await desk.deliveries()] == [None] * 4 + ["repeated"]


async def test_a_follow_up_is_acknowledged_though_its_ticket_was_a_minute_ago(desk: Desk) -> None:
    sara = await desk.person(SARA)
    first = await opened(desk, sara, 3201)
    await opened(desk, sara, 3202, follow_up_of=first)
    await opened(desk, sara, 3203)
    assert [row["reason"] for row in await desk.deliveries()] == [None, None, "repeated"]
    assert any("SND-3202" in str(one.message["subject"]) for one in desk.mailbox.to(SARA))
    assert await desk.deliveries(uuid4()) == []
