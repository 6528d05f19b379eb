"""HTTP door of notify."""

from services.notify.routes.events import door as events
from services.notify.routes.inbox import door as inbox
from services.notify.routes.webhooks import door as webhooks

DOORS = [webhooks, inbox, events]
