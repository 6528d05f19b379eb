"""Who said that a request is not theirs, or was deactivated, hears nothing more."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events.identity import IdentityUserDisabled, IdentityUserUpdated
from shared.events.ticket import TicketClosed, TicketEdited, TicketReopened
from shared.vocabulary import Locale, Role
from tests.services.notify.desk import Desk
from tests.services.notify.test_notify_mails import SARA

OMAR = "omar@customer.example"


async def two(desk: Desk, **more: Any) -> tuple[UUID, UUID, UUID]:
    """A ticket of Sara's in which Omar takes part."""
    sara, omar = await desk.person(SARA), await desk.person(OMAR)
    return sara, omar, desk.colleagues.add_ticket(sara, participants=[str(omar)], **more)


async def say_all(desk: Desk, sara: UUID, ticket: UUID) -> None:
    """Everything that customers are written to about."""
    base: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": desk.organization,
        "at": desk.now,
    }
    message = desk.colleagues.add_message("Try again, please.")
    await desk.hear(desk.opened(sara, ticket))
    await desk.hear(desk.promised(ticket))
    await desk.hear(desk.spoken(ticket, message))
    await desk.work()
    await desk.hear(desk.resolved(ticket))
    await desk.hear(TicketReopened(**base, reopen_count=1, cause="staff"))
    await desk.hear(TicketClosed(**base, cause="timer"))


async def test_who_denied_the_request_is_not_written_to(desk: Desk) -> None:
    sara, _, ticket = await two(desk)
    desk.colleagues.tickets[str(ticket)]["denied"] = [str(sara)]
    await say_all(desk, sara, ticket)
    assert await desk.letters(SARA) == []
    assert len(await desk.letters(OMAR)) == 4, "those who take part besides hear of it"
    reasons = {one["reason"] for one in await desk.deliveries() if one["recipient_id"] == sara}
    assert reasons == {"denied"}
    desk.colleagues.tickets[str(ticket)]["denied"] = []
    message = desk.colleagues.add_message("It is yours after all.")
    await desk.hear(desk.spoken(ticket, message))
    assert len(await desk.letters(SARA)) == 1, "who confirms it hears of it again"


@pytest.mark.parametrize("composed", [False, True])
async def test_what_waits_to_go_to_who_denies_does_not_go(desk: Desk, composed: bool) -> None:
    sara, omar, ticket = await two(desk)
    await waiting(desk, ticket, composed=composed)
    fact = TicketEdited(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        fields=("tags",),
        denied_by=sara,
    )
    await desk.hear(fact)
    states = {one["recipient_id"]: one["state"] for one in await desk.deliveries(ticket)}
    assert states[sara] == "suppressed"
    assert states[omar] != "suppressed"


@pytest.mark.parametrize("composed", [False, True])
@pytest.mark.parametrize("kind", ["disabled", "updated"])
async def test_what_waits_to_go_to_a_deactivated_person_does_not_go(
    desk: Desk, composed: bool, kind: str
) -> None:
    sara, omar, ticket = await two(desk)
    await waiting(desk, ticket, composed=composed)
    base: dict[str, Any] = {"user_id": sara, "organization_id": desk.organization, "at": desk.now}
    if kind == "disabled":
        await desk.hear(IdentityUserDisabled(**base, valid_from=desk.now))
    else:
        state: dict[str, Any] = {"roles": (Role.CUSTOMER,), "locale": Locale.AR, "disabled": True}
        await desk.hear(IdentityUserUpdated(**base, **state))
    states = {one["recipient_id"]: one["state"] for one in await desk.deliveries(ticket)}
    assert states[sara] == "suppressed"
    assert states[omar] != "suppressed"


async def waiting(desk: Desk, ticket: UUID, *, composed: bool) -> None:
    """A reply on its way to both, written already or not."""
    message = desk.colleagues.add_message("Try again, please.")
    await desk.hear(desk.spoken(ticket, message))
    if composed:
        async with desk.context.tx() as tx:
            await tx.execute(
                "update notify.delivery set state = 'ready', sealed = 'x', next_at = :later"
                " where ticket_id = :ticket",
                {"ticket": ticket, "later": desk.now + timedelta(hours=1)},
            )
