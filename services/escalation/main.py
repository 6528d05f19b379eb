"""Composition of escalation: settings and rooms become a service."""

from services.escalation import routes, usecases
from services.escalation.consumers import consumers
from services.escalation.settings import EscalationSettings
from shared.kit.service import Service

service = Service(
    name="escalation",
    schema="escalation",
    settings=EscalationSettings,
    routers=[routes.door],
    consumers=consumers,
    on_start=usecases.state_unsaid,
)
