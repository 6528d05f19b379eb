"""A fact that cannot be handled harms only itself and those behind it in its line."""

from uuid import UUID, uuid4

import pytest

from shared.events.base import Event
from shared.events.ticket import TicketFeedbackGiven
from shared.kit import deadletters
from shared.kit.bus import Consumers
from shared.kit.consumers import Key
from shared.kit.context import Context
from shared.kit.peers import PeerUnavailable
from shared.kit.tx import Tx
from tests.engines import eventually
from tests.shared.kit_bus.sides import (
    Behind,
    PoisonError,
    consumers,
    fact,
    leave_effect,
    running,
    state,
)

POISON = 3
cured: set[str] = set()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short delays; nothing is cured yet."""
    monkeypatch.setattr(deadletters, "FIRST_DELAY", 0.01)
    monkeypatch.setattr("shared.kit.reader.RETRY_EVERY", 0.05)
    cured.clear()


def picky(attempts: int = 3) -> Consumers:
    """A listener that cannot stand a score of three."""
    made = Consumers("sla", max_attempts=attempts)

    @made.on(TicketFeedbackGiven)
    async def handle(event: Event[TicketFeedbackGiven], tx: Tx) -> None:
        await leave_effect(event, tx)
        if event.data.score == POISON and event.subject not in cured:
            raise PoisonError(event.subject)

    return made


def parked(ticket: UUID) -> str:
    return f"subject = '{ticket}' and state = 'parked'"


async def test_a_poison_fact_is_parked_and_those_of_other_lines_flow(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    bad, good = uuid4(), [uuid4() for _ in range(20)]
    async with running(speaker), running(listener, picky()) as hearing:
        async with speaker.tx() as tx:
            for ticket in (*good[:10], bad, *good[10:]):
                tx.emit(fact(ticket, POISON if ticket == bad else 5))
        for ticket in good:
            await behind.waits_for(ticket, 1)
        await eventually(lambda: behind.count("sla.dead_letter", parked(bad)))
        assert await behind.sequences(bad) == []
        figures = await hearing.figures()
    assert (figures.parked, figures.healthy) == (1, False)
    (row,) = await behind.all("select * from sla.dead_letter where subject = $1", str(bad))
    assert row["attempts"] == 3
    assert row["error"].startswith("PoisonError")
    assert str(bad) not in row["error"]


async def test_later_facts_of_its_line_park_behind_it_and_are_requeued_in_order(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    ticket = uuid4()
    async with running(speaker), running(listener, picky()):
        await state(speaker, ticket, 1, POISON, 4)
        await eventually(lambda: behind.count("sla.dead_letter", parked(ticket)))
        await state(speaker, ticket, 5)
        await eventually(lambda: is_count(behind, parked(ticket), 3), within=3)
        assert await behind.sequences(ticket) == [1]
        cured.add(str(ticket))
        async with listener.tx() as tx:
            assert await deadletters.requeue(tx, subject=str(ticket)) == 3
        await state(speaker, ticket, 5)
        await behind.waits_for(ticket, 5)
    assert await behind.sequences(ticket) == [1, 2, 3, 4, 5]
    assert await behind.count("sla.dead_letter", f"subject = '{ticket}'") == 0


async def test_a_fact_that_works_at_a_later_attempt_is_never_parked(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    ticket = uuid4()
    async with running(speaker), running(listener, picky(attempts=10_000)):
        await state(speaker, ticket, POISON, 1)
        await eventually(lambda: behind.count("sla.dead_letter", "attempts >= 2"))
        cured.add(str(ticket))
        await behind.waits_for(ticket, 2)
    assert await behind.sequences(ticket) == [1, 2]


async def test_a_peer_that_is_away_uses_up_no_attempts(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    made, there = Consumers("sla", max_attempts=2), uuid4()
    away = True

    async def ask(event: Event[TicketFeedbackGiven], context: Context) -> None:
        if away and event.subject == str(there):
            raise PeerUnavailable

    @made.on(TicketFeedbackGiven, prefetch=ask)
    async def handle(event: Event[TicketFeedbackGiven], tx: Tx, fetched: None) -> None:
        await leave_effect(event, tx)

    async with running(speaker), running(listener, made):
        await state(speaker, there, 1, 2)
        await eventually(lambda: behind.count("sla.dead_letter", "attempts >= 4"))
        assert await behind.count("sla.dead_letter", parked(there)) == 0
        away = False
        await behind.waits_for(there, 2)


async def test_bytes_that_are_no_event_are_kept_and_block_nobody(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    ticket = uuid4()
    async with running(speaker) as speaking, running(listener, consumers()):
        assert await speaking.courier.wait(5)
        for junk in (b"\xff\x00 not json", b"{}", b""):
            await speaking.courier.js.publish("sanad.ticket.feedback_given", junk)
        await state(speaker, ticket)
        await behind.waits_for(ticket, 1)
        await eventually(lambda: is_count(behind, "source = ''", 3))


async def test_data_that_the_book_does_not_know_is_parked_like_a_poison_fact(
    speaker: Context, listener: Context, behind: Behind
) -> None:
    ticket = uuid4()
    async with running(speaker) as speaking, running(listener, picky()):
        assert await speaking.courier.wait(5)
        body = (
            '{"id": "%s", "type": "ticket.feedback_given.v1", "source": "sanad/tickets",'
            ' "subject": "%s", "time": "2026-01-01T00:00:00Z", "sequence": 1,'
            ' "traceparent": "", "data": {"score": "many"}}'
        )
        broken = (body % (uuid4(), ticket)).encode()
        await speaking.courier.js.publish("sanad.ticket.feedback_given", broken)
        await eventually(lambda: behind.count("sla.dead_letter", parked(ticket)))


async def test_an_operator_may_say_that_a_missing_fact_will_never_come(
    speaker: Context, listener: Context, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.kit.reader.PATIENCE", 1)
    ticket = uuid4()
    async with speaker.tx() as tx:
        await tx.execute("insert into subject_sequence values (:s, 7)", {"s": str(ticket)})
    async with running(speaker), running(listener, consumers()):
        await state(speaker, ticket, 1, 2)
        await eventually(lambda: is_count(behind, f"subject = '{ticket}'", 2))
        async with listener.tx() as tx:
            await deadletters.accept_gap(tx, Key("sanad/tickets", str(ticket)))
        await behind.waits_for(ticket, 2)
    assert await behind.sequences(ticket) == [8, 9]


async def is_count(behind: Behind, where: str, count: int) -> bool:
    return await behind.count("sla.dead_letter", where) == count
