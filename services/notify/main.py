"""Composition of notify: settings and rooms become a service."""

from services.notify import internal, routes
from services.notify.consumers import consumers
from services.notify.settings import NotifySettings
from services.notify.timers import WORKERS, gauge
from shared.kit.service import Service

service = Service(
    name="notify",
    schema="notify",
    settings=NotifySettings,
    routers=routes.DOORS,
    internal=[internal.router],
    consumers=consumers,
    workers=WORKERS,
    checks={"mail": gauge.check},
)
