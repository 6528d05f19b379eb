"""Through the real bus: a breach that sla states climbs the ladder and is stated once."""

from uuid import uuid4

from services.escalation.consumers import consumers
from shared.events.identity import IdentityPositionUpdated, IdentityUserCreated
from shared.events.sla import SlaBreached
from shared.kit.ids import uuid7
from shared.vocabulary import Locale, Metric, Priority, Role
from tests.contexts import MakeContext
from tests.engines import NatsServer, eventually
from tests.services.escalation.test_escalation_consumers import STEPS
from tests.services.notify.hearing import stated
from tests.shared.kit_bus.sides import running


async def test_a_breach_on_the_stream_is_raised_on_the_stream(
    make_context: MakeContext, nats_server: NatsServer
) -> None:
    escalation = make_context("escalation", nats=nats_server)
    sla, gateway = make_context("sla", nats=nats_server), make_context("gateway", nats=nats_server)
    ticket, department, boss, now = uuid7(), uuid4(), uuid4(), sla.clock.now()
    breached = SlaBreached(
        ticket_id=ticket,
        organization_id=uuid4(),
        at=now,
        metric=Metric.FIRST_RESPONSE,
        cycle=1,
        due_at=now,
        breached_at=now,
        fired_at=now,
        cause="elapsed",
        priority=Priority.P1,
        department_id=department,
        policy_id=uuid4(),
        policy_version=1,
        ladder=STEPS,
    )
    async with running(escalation, consumers), running(gateway), running(sla):
        async with gateway.tx() as tx:
            person = IdentityUserCreated(
                user_id=boss,
                organization_id=uuid4(),
                roles=(Role.MANAGER,),
                locale=Locale.AR,
                at=now,
            )
            tx.emit(person)
            position = IdentityPositionUpdated(
                position=f"manager:{department}",
                role=Role.MANAGER,
                department_id=department,
                user_ids=(boss,),
                at=now,
            )
            tx.emit(position)

        async def known() -> bool:
            async with escalation.tx() as tx:
                return bool(await tx.scalar("select count(*) from escalation.position"))

        await eventually(known)
        async with sla.tx() as tx:
            tx.emit(breached)

        async def published() -> bool:
            async with escalation.tx() as tx:
                waiting = await tx.scalar(
                    "select count(*) from escalation.outbox where published_at is null"
                )
            return not waiting and bool(await stated(escalation, "escalation.raised"))

        await eventually(published)
    (raised,) = await stated(escalation, "escalation.raised")
    assert raised["user_ids"] == [str(boss)]
