"""Composition of tickets: settings and rooms become a service."""

from services.tickets.consumers import consumers
from services.tickets.internal import router as internal
from services.tickets.routes import ROUTERS
from services.tickets.settings import TicketsSettings
from services.tickets.timers import WORKERS, check, check_search
from shared.kit.service import Service

service = Service(
    name="tickets",
    schema="tickets",
    settings=TicketsSettings,
    routers=ROUTERS,
    internal=[internal],
    consumers=consumers,
    workers=WORKERS,
    checks={"files": check, "search": check_search},
)
