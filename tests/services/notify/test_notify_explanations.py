"""A broken promise with how it was counted: in the mail to those in charge, in the webhook."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from services.notify.consumers import consumers
from services.notify.domain.outside import outside
from services.notify.usecases import explaining
from shared.events.base import Event
from shared.events.escalation import EscalationRaised
from shared.events.sla import SlaBreached
from shared.kit.ids import uuid7
from shared.vocabulary import DEFAULT_DEPARTMENT, DEFAULT_POLICY, Metric, Priority, Role
from tests.contexts import Travel
from tests.fakes.mailbox import Letter
from tests.services.notify.colleagues import EXPLAINED
from tests.services.notify.desk import Desk
from tests.services.notify.hearing import hear_event

BOSS = "boss@desk.example"


def parts(letter: Letter) -> tuple[str, str]:
    bodies = (part.get_content() for part in letter.message.iter_parts())
    text, page = (body.replace("\r\n", "\n") for body in bodies)
    return text, page


async def boss(desk: Desk, **more: Any) -> UUID:
    return await desk.person(BOSS, Role.MANAGER, **more)


def raised(desk: Desk, ticket: UUID, *people: UUID, **more: Any) -> EscalationRaised:
    values: dict[str, Any] = {
        "ticket_id": ticket,
        "organization_id": desk.organization,
        "escalation_id": uuid4(),
        "at": desk.now,
        "metric": Metric.RESOLUTION,
        "level": 1,
        "to_role": Role.MANAGER,
        "user_ids": people,
        "action": ("notify",),
        "cause": "breach",
        "due_at": desk.now - timedelta(seconds=1),
        **more,
    }
    return EscalationRaised(**values)


def broken(desk: Desk, ticket: UUID) -> SlaBreached:
    due = desk.now - timedelta(seconds=1)
    return SlaBreached(
        ticket_id=ticket,
        organization_id=desk.organization,
        at=desk.now,
        metric=Metric.RESOLUTION,
        cycle=1,
        due_at=due,
        breached_at=due,
        fired_at=desk.now,
        cause="elapsed",
        priority=Priority.P3,
        department_id=DEFAULT_DEPARTMENT,
        policy_id=DEFAULT_POLICY,
        policy_version=1,
        ladder=(),
    )


async def test_the_mail_to_the_manager_says_how_the_time_was_counted(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = raised(desk, ticket, await boss(desk))
    assert fact.due_at is not None
    desk.colleagues.explain(ticket, "resolution", fact.due_at)
    await desk.hear(fact)
    text, page = parts(await desk.letter(BOSS))
    summary, day = EXPLAINED["text"]["ar"], EXPLAINED["days"][0]["text"]["ar"]
    assert f"كيف احتُسب الوقت حتى تلك اللحظة:\n{summary}\n- {day}\n" in text
    assert summary in page
    assert f"• {day}</p>" in page
    assert '<html lang="ar" dir="rtl"' in page
    assert "داخل في المجموع" not in text


async def test_an_english_reader_is_told_the_same_in_english(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = raised(desk, ticket, await boss(desk, locale="en"), cause="ladder", level=2)
    assert fact.due_at is not None
    desk.colleagues.explain(ticket, "resolution", fact.due_at, days_omitted=12)
    await desk.hear(fact)
    text, page = parts(await desk.letter(BOSS))
    assert EXPLAINED["text"]["en"] in text
    assert "What came before (\u206812 days\u2069) is part of the sums above." in text
    assert 'dir="ltr"' in page


async def test_figures_are_written_in_the_digits_that_the_reader_likes(desk: Desk) -> None:
    reader = await boss(desk)
    async with desk.context.tx() as tx:
        await tx.execute(
            "insert into notify.preference (user_id, organization_id, digits, muted, updated_at)"
            " values (:id, :organization, 'arabic', '{}', now())",
            {"id": reader, "organization": desk.organization},
        )
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = raised(desk, ticket, reader)
    assert fact.due_at is not None
    desk.colleagues.explain(ticket, "resolution", fact.due_at)
    await desk.hear(fact)
    text, _ = parts(await desk.letter(BOSS))
    assert "المحتسب ٤ ساعات" in text
    assert "\u2068SND-1042\u2069" in text


async def test_a_request_by_hand_asks_for_no_figures(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    await desk.hear(raised(desk, ticket, await boss(desk), cause="manual", due_at=None))
    text, _ = parts(await desk.letter(BOSS))
    assert "احتُسب" not in text
    assert not any("sla" in one for one in desk.colleagues.asked)


async def test_while_sla_is_away_the_mail_waits_and_then_goes_without_figures(
    desk: Desk, travel: Travel
) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    desk.colleagues.away_peers.add("sla")
    fact = raised(desk, ticket, await boss(desk))
    await desk.hear(fact)
    for seconds in (0, 3, 14):
        travel(seconds)
        assert await desk.letters(BOSS) == []
    travel(75)
    text, _ = parts(await desk.letter(BOSS))
    travel(0)
    assert "صُعّدت التذكرة" in text
    assert "احتُسب" not in text


async def test_the_mail_that_waited_carries_the_figures_of_the_breach(
    desk: Desk, travel: Travel
) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    desk.colleagues.away_peers.add("sla")
    fact = raised(desk, ticket, await boss(desk))
    assert fact.due_at is not None
    desk.colleagues.explain(ticket, "resolution", fact.due_at)
    await desk.hear(fact)
    assert await desk.letters(BOSS) == []
    desk.colleagues.away_peers.clear()
    travel(3)
    assert EXPLAINED["text"]["ar"] in parts(await desk.letter(BOSS))[0]
    travel(0)


async def endpoint(desk: Desk, *types: str) -> UUID:
    endpoint_id = uuid7()
    async with desk.context.tx() as tx:
        await tx.execute(
            "insert into notify.endpoint (id, organization_id, url, secret, event_types, enabled,"
            " created_by, created_at, updated_at, version) values (:id, :organization, '', '',"
            " :types, true, :id, now(), now(), 1)",
            {"id": endpoint_id, "organization": desk.organization, "types": list(types)},
        )
    return endpoint_id


async def queued(desk: Desk) -> list[dict[str, Any]]:
    async with desk.context.tx() as tx:
        rows = await tx.rows("select body from notify.webhook order by id")
    return [orjson.loads(row["body"]) for row in rows]


async def feed(desk: Desk) -> list[dict[str, Any]]:
    async with desk.context.tx() as tx:
        rows = await tx.rows("select envelope from notify.feed order by id")
    return [orjson.loads(row["envelope"]) for row in rows]


@pytest.mark.parametrize("kind", ["sla.breached.v1", "escalation.raised.v1"])
async def test_the_webhook_of_a_broken_promise_carries_the_same_figures(
    desk: Desk, kind: str
) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = broken(desk, ticket) if kind.startswith("sla") else raised(desk, ticket)
    at = fact.breached_at if isinstance(fact, SlaBreached) else fact.due_at
    assert at is not None
    desk.colleagues.explain(ticket, "resolution", at)
    await endpoint(desk, kind)
    await desk.hear(fact)
    (body,) = await queued(desk)
    assert body["data"]["ticket_id"] == str(ticket)
    assert body["data"]["explain"] == {
        name: value for name, value in EXPLAINED.items() if name != "metric"
    }
    (envelope,) = await feed(desk)
    assert outside(kind, envelope["data"]) == body["data"], "a customer's endpoint hears no names"


async def test_nobody_is_asked_when_no_endpoint_listens(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    await endpoint(desk, "ticket.*")
    await desk.hear(broken(desk, ticket))
    assert not any(one.startswith("sla") for one in desk.colleagues.asked)
    assert await queued(desk) == []
    (envelope,) = await feed(desk)
    assert "explain" not in envelope["data"]


async def test_the_webhook_does_not_wait_for_sla(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    desk.colleagues.away_peers.add("sla")
    await endpoint(desk)
    await desk.hear(broken(desk, ticket))
    (body,) = await queued(desk)
    assert body["type"] == "sla.breached.v1"
    assert "explain" not in body["data"]


async def test_a_hanging_sla_costs_a_webhook_only_moments(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(desk.colleagues, "post", hang)
    monkeypatch.setattr(explaining, "_PATIENCE", 0.01)
    await endpoint(desk)
    await desk.hear(broken(desk, desk.colleagues.add_ticket(uuid4())))
    (body,) = await queued(desk)
    assert "explain" not in body["data"]


async def test_an_event_heard_twice_keeps_the_bytes_of_its_first_hearing(desk: Desk) -> None:
    ticket = desk.colleagues.add_ticket(uuid4())
    fact = broken(desk, ticket)
    desk.colleagues.explain(ticket, "resolution", fact.breached_at)
    await endpoint(desk)
    event: Event[Any] = await desk.hear(fact)
    before = await queued(desk)
    desk.colleagues.explanations.clear()
    await hear_event(consumers, desk.context, event)
    assert await queued(desk) == before
    assert "explain" in before[0]["data"]
