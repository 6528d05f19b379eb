"""Events door of the gateway: who turns out to stand behind an address of the web form."""

from services.gateway.usecases import people
from shared.events.base import Event
from shared.events.visitor import VisitorConfirmed, VisitorUnconfirmed
from shared.kit.bus import Consumers
from shared.kit.tx import Tx

consumers = Consumers("gateway")


@consumers.on(VisitorConfirmed)
async def believe(event: Event[VisitorConfirmed], tx: Tx) -> None:
    await people.prove(tx, event.data.person_id)


@consumers.on(VisitorUnconfirmed)
async def doubt(event: Event[VisitorUnconfirmed], tx: Tx) -> None:
    await people.doubt(tx, event.data.person_id, event.data.asked_at)
