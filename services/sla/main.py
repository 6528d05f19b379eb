"""Composition of sla: settings and rooms become a service."""

from services.sla import internal, routes
from services.sla.consumers import consumers
from services.sla.settings import SlaSettings
from services.sla.timers import check, workers
from services.sla.usecases.seeding import seed
from shared.kit.service import Service

service = Service(
    name="sla",
    schema="sla",
    settings=SlaSettings,
    routers=routes.routers,
    internal=[internal.door],
    consumers=consumers,
    workers=workers,
    on_start=seed,
    checks={"timers": check},
)
