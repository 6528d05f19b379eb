"""How a broken promise was counted, asked of sla for mails and webhooks.

The figures are those of the instant at which the promise broke: everybody is told the same.
A webhook goes out without them when sla is away, and so does a mail after a few attempts: they
are help for the reader, while the news itself must not come late. Wrong figures never go out.
"""

import asyncio
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.notify.domain.subscriptions import wanted
from services.notify.domain.words import Kind
from services.notify.store import endpoints
from services.notify.store.deliveries import Mail
from shared.events.base import Event, render_instant
from shared.events.escalation import EscalationRaised
from shared.events.sla import SlaBreached
from shared.kit import together
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.peers import PeerRefused, PeerUnavailable

Explanation = dict[str, Any]
PATIENT_ATTEMPTS: Final = 3
"""Attempts of a mail that wait for sla: a little more than a minute."""

_PATIENCE: Final = 3.0
_EXPLAINED: Final = frozenset({Kind.ESCALATION, Kind.BREACH})
_log = get_logger("explain")


async def of_mail(context: Context, mail: Mail) -> Explanation | None:
    """What a mail about a broken promise tells of it; an escalation by hand has none."""
    broken_at = mail.facts.get("due_at")
    if mail.kind not in _EXPLAINED or mail.ticket_id is None or not broken_at:
        return None
    try:
        at = datetime.fromisoformat(broken_at)
        return await _ask(context, mail.ticket_id, mail.facts["metric"], at)
    except PeerRefused:
        return None
    except PeerUnavailable:
        if mail.attempts <= PATIENT_ATTEMPTS:
            raise
        return None


async def of_event(
    event: Event[SlaBreached] | Event[EscalationRaised], context: Context
) -> Explanation | None:
    """The same for a webhook, when an endpoint listens for it."""
    fact = event.data
    at = fact.breached_at if isinstance(fact, SlaBreached) else fact.due_at
    if at is None or not await _anybody_listens(event, context):
        return None
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _ask(context, fact.ticket_id, fact.metric.value, at)
    except (PeerRefused, PeerUnavailable, TimeoutError) as error:
        _log.warning("explanation_missing", event_id=str(event.id), reason=type(error).__name__)
        return None


async def _anybody_listens(event: Event[Any], context: Context) -> bool:
    async with context.tx() as tx:
        rows = await endpoints.listening(tx, event.data.organization_id, inside=False)
    return any(wanted(row["event_types"], event.type) for row in rows)


async def _ask(context: Context, ticket_id: UUID, metric: str, at: datetime) -> Explanation | None:
    key = f"{ticket_id}:{metric}:{render_instant(at)}"
    found = await together.one(context.peers, "sla", "/internal/explanations", "keys", key)
    if found is None:
        return None
    return {name: value for name, value in found.items() if name not in {"id", "metric"}}
