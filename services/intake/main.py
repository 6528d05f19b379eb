"""Composition of intake: settings and rooms become a service."""

from services.intake import internal
from services.intake.consumers import consumers
from services.intake.routes import ROUTERS
from services.intake.settings import IntakeSettings
from services.intake.timers import WORKERS, gauge
from shared.kit.service import Service

service = Service(
    name="intake",
    schema="intake",
    settings=IntakeSettings,
    routers=[*ROUTERS],
    internal=[internal.router],
    consumers=consumers,
    workers=WORKERS,
    checks={"mail": gauge.check, "mailboxes": gauge.mailboxes},
)
