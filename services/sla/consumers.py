"""Events door of sla: tickets move clocks, other services ask for timers."""

from services.sla.domain.happenings import Happening
from services.sla.domain.words import Kind
from services.sla.usecases import clocks, directory, merging, timing, uptime
from shared.events.base import Event
from shared.events.identity import IdentityOrganizationUpdated
from shared.events.ticket import (
    TicketAssigned,
    TicketDepartmentChanged,
    TicketEdited,
    TicketMerged,
    TicketMessageAdded,
    TicketOpened,
    TicketPriorityChanged,
    TicketSplit,
    TicketStatusChanged,
    TicketUnmerged,
    TicketWatched,
)
from shared.events.timer import TimerCancelled, TimerRequested
from shared.kit.bus import Consumers
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Direction
from shared.worktime import micros

consumers = Consumers("sla")


@consumers.on(TicketOpened)
async def start_clocks(event: Event[TicketOpened], tx: Tx) -> None:
    await clocks.start(tx, event.data, event.id)
    if event.data.confirm:
        clocks.conceal(tx, event.data.ticket_id, event.data.organization_id, hidden=True)


@consumers.on(TicketMessageAdded)
async def hear_message(event: Event[TicketMessageAdded], tx: Tx) -> None:
    """Notes and automatic mail move no clock, so they are not even remembered (sla.md 5.5)."""
    kind = voice(event.data)
    if kind is not None:
        await _hear(event, tx, kind, cause=kind.value)


@consumers.on(TicketPriorityChanged)
async def swap_target(event: Event[TicketPriorityChanged], tx: Tx) -> None:
    await _hear(event, tx, Kind.PRIORITY, event.data.to_priority.value, cause="retarget")


@consumers.on(TicketStatusChanged)
async def follow_status(event: Event[TicketStatusChanged], tx: Tx) -> None:
    await _hear(event, tx, Kind.STATUS, event.data.to_status.value, cause="status")


@consumers.on(TicketMerged)
async def cancel_clocks(event: Event[TicketMerged], tx: Tx) -> None:
    await merging.merge(tx, event)


@consumers.on(TicketUnmerged)
async def give_back(event: Event[TicketUnmerged], tx: Tx) -> None:
    await merging.unmerge(tx, event)


@consumers.on(TicketSplit)
async def end_moved_wait(event: Event[TicketSplit], tx: Tx) -> None:
    await merging.split(tx, event)


@consumers.on(TicketAssigned)
async def note_assignee(event: Event[TicketAssigned], tx: Tx) -> None:
    await clocks.assign(tx, event.data.ticket_id, event.data.assignee_id)


@consumers.on(TicketDepartmentChanged)
async def note_department(event: Event[TicketDepartmentChanged], tx: Tx) -> None:
    fact = event.data
    step = Happening(micros(fact.at), Kind.TERMS, ref=str(event.id), ordinal=event.sequence)
    await clocks.move_to_department(tx, fact.ticket_id, fact.to_department_id, step)


@consumers.on(TicketWatched)
async def note_watching(event: Event[TicketWatched], tx: Tx) -> None:
    await clocks.watch(tx, event.data.ticket_id, event.data.watching_department_ids)


@consumers.on(TicketEdited)
async def note_outage(event: Event[TicketEdited], tx: Tx) -> None:
    """Tags may say that a ticket is an outage; what else they say is not for facts."""
    fact = event.data
    if fact.outage is not None:
        await uptime.mark(tx, fact.ticket_id, outage=fact.outage)
    if fact.unconfirmed is not None:
        clocks.conceal(tx, fact.ticket_id, fact.organization_id, hidden=fact.unconfirmed)


@consumers.on(TimerRequested)
async def arm_timer(event: Event[TimerRequested], tx: Tx) -> None:
    await timing.request(tx, event.data)


@consumers.on(TimerCancelled)
async def disarm_timer(event: Event[TimerCancelled], tx: Tx) -> None:
    await timing.cancel(tx, event.data)


@consumers.on(IdentityOrganizationUpdated)
async def know_organization(event: Event[IdentityOrganizationUpdated], tx: Tx) -> None:
    await directory.know_organization(tx, event.data)


def voice(fact: TicketMessageAdded) -> Kind | None:
    """Whose voice a message is to the clock; None when it is nobody's."""
    if fact.automatic or not fact.public:
        return None
    if fact.author_kind is AuthorKind.CUSTOMER and fact.direction is Direction.INBOUND:
        return Kind.CUSTOMER_REPLY
    if fact.author_kind is AuthorKind.STAFF and fact.direction is Direction.OUTBOUND:
        return Kind.AGENT_REPLY
    return None


async def _hear(
    event: "Event[TicketMessageAdded] | Event[TicketPriorityChanged] | Event[TicketStatusChanged]",
    tx: Tx,
    kind: Kind,
    value: str = "",
    *,
    cause: str,
) -> None:
    at, ref = micros(event.data.at), str(event.id)
    happening = Happening(at, kind, value, ref=ref, ordinal=event.sequence)
    await clocks.hear(tx, event.data.ticket_id, happening, cause=cause)
