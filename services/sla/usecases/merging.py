"""Merges as clocks see them: what one ticket owed, the other one owes (docs/adr/0020)."""

from services.sla.domain.happenings import Happening
from services.sla.domain.joining import left_by
from services.sla.domain.words import Kind
from services.sla.store import clocks as store
from services.sla.store.clockrows import ClockRow
from services.sla.usecases import clocks
from shared.events.ticket import TicketMerged, TicketSplit, TicketUnmerged
from shared.kit.bus import Event
from shared.kit.tx import Tx
from shared.vocabulary import Status
from shared.worktime import micros


class NotYetKnown(Exception):
    """The other ticket's own beginning has not come by yet: this is tried again after it."""


async def merge(tx: Tx, event: Event[TicketMerged]) -> None:
    """The clocks of the merged ticket are set aside, the other's take over what they owed."""
    fact = event.data
    held = {one: await store.lock(tx, one) for one in sorted((fact.ticket_id, fact.into_id))}
    source = held[fact.ticket_id]
    if source is None:
        return
    if fact.into_version is not None:
        if held[fact.into_id] is None:
            raise NotYetKnown
        value = await _left(tx, source, micros(fact.at))
        joined = _step(event, Kind.JOINED, value, fact.into_version)
        await clocks.hear(tx, fact.into_id, joined, cause="merge")
    gone = _step(event, Kind.STATUS, Status.MERGED.value, event.sequence)
    await clocks.hear(tx, fact.ticket_id, gone, cause="merged")


async def unmerge(tx: Tx, event: Event[TicketUnmerged]) -> None:
    """Its own clocks go on by its own status; the other one gives back what it took over."""
    fact = event.data
    if await store.lock(tx, fact.from_id) is None:
        raise NotYetKnown
    parted = _step(event, Kind.PARTED, str(fact.ticket_id), fact.from_version)
    await clocks.hear(tx, fact.from_id, parted, cause="unmerge")


async def split(tx: Tx, event: Event[TicketSplit]) -> None:
    """Nobody waits here for an answer to what went to another ticket."""
    if event.data.answered:
        step = _step(event, Kind.RELIEVED, "", event.sequence)
        await clocks.hear(tx, event.data.ticket_id, step, cause="split")


async def _left(tx: Tx, row: ClockRow, at: int) -> str:
    """What was owed right before the merge, which the ticket's status has told already."""
    ground = await clocks.ground_of(tx, await clocks.book_of(tx, row), row)
    before = [one for one in row.happenings if not _merged(one, at)]
    return left_by(ground.read(before, at), str(row.ticket_id), at)


def _merged(one: Happening, at: int) -> bool:
    return one.kind is Kind.STATUS and one.value == Status.MERGED and one.at == at


def _step(
    event: Event[TicketMerged] | Event[TicketUnmerged] | Event[TicketSplit],
    kind: Kind,
    value: str,
    ordinal: int,
) -> Happening:
    return Happening(micros(event.data.at), kind, value, ref=str(event.id), ordinal=ordinal)
