"""A fact that SQL fills in is, letter by letter, the fact that a transaction states."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.events.sla import SlaClockUpdated
from shared.kit.ids import uuid7
from shared.kit.stencil import SUBJECT, instant_mark, stencil
from tests.contexts import MakeContext

DUE = datetime(2026, 3, 1, 9, tzinfo=UTC)


async def test_a_filled_stencil_is_the_fact(make_context: MakeContext) -> None:
    context = make_context("sla")
    mark, organization, ticket = instant_mark(), uuid4(), uuid7()
    fact = SlaClockUpdated(
        ticket_id=ticket,
        organization_id=organization,
        at=DUE + timedelta(microseconds=120),
        clocks=(),
        next_due_at=DUE,
        generation=3,
        cause='100 % of "%s" and %2$s, نعم',
    )
    async with context.tx() as tx:
        hollow = fact.model_copy(update={"ticket_id": SUBJECT, "next_due_at": mark})
        text = stencil(tx, hollow, mark)
        event = tx.emit(fact, sequence=7)
        filled = await tx.scalar(
            "select format(cast(:text as text), cast(:event as uuid), cast(:ticket as uuid),"
            " 7::bigint, '2026-03-01T09:00:00Z')",
            {"text": text, "event": event, "ticket": ticket},
        )
    async with context.tx() as tx:
        stated = await tx.scalar("select body from sla.outbox where id = :id", {"id": event})
    assert filled == stated
