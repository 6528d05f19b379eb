"""Files that a mail to a customer names: each with a link that needs no login."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.downloads import Grant
from services.tickets.domain.scanning import State
from services.tickets.store.rows import Row
from services.tickets.usecases.files import address
from shared.kit.tx import Tx
from shared.vocabulary import Direction

_NOBODY: Final = UUID(int=0)
_LINKED: Final = frozenset({State.CLEAN, State.PENDING})
"""A pending file's link says so until the check is over: what is found then counts."""


def enclosed(
    tx: Tx, message: Row, attachments: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Name, size, state and link of what goes to customers; nothing of notes or of their own."""
    if not message["public"] or message["direction"] != Direction.OUTBOUND:
        return []
    settings = tx.context.settings
    until = (tx.now + timedelta(days=settings.tickets_mail_link_days)).replace(microsecond=0)
    maker = message["author_id"] or _NOBODY

    def state(file: Mapping[str, Any]) -> State:
        """Without a scanner nobody will ever look: what waits stays with staff."""
        now = State(file["state"])
        return State.UNSCANNABLE if now is State.PENDING and not settings.tickets_clamd else now

    def link(file: Mapping[str, Any]) -> str | None:
        if state(file) not in _LINKED:
            return None
        grant = Grant(file["id"], maker, int(until.timestamp()), staff=False)
        return address(tx.context, grant)

    return [
        {
            "name": file["name"],
            "size": file["size"],
            "state": state(file),
            "url": link(file),
            "expires_at": until,
        }
        for file in attachments
    ]
