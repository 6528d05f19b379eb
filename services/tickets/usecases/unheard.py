"""A public reply that its requester will not read: the agent should know before waiting for one."""

from typing import Any, Final

from services.tickets.domain.visitors import Word
from services.tickets.problems.form import UNHEARD
from services.tickets.store import directory, visitors
from services.tickets.usecases.life import Life

_KNOWN: Final = "unheard"


async def note_unheard(life: Life) -> None:
    """After a public reply of the desk: tell the story why nobody may hear of it."""
    reason = await _reason(life)
    if reason is not None:
        life.tx.known[_KNOWN, life.ticket.id] = reason
        life.note("reply_unheard", {"cause": reason}, public=False)


def warnings(life: Life) -> list[dict[str, Any]]:
    """The same for the answer to whoever wrote."""
    reason = life.tx.known.get((_KNOWN, life.ticket.id))
    return [] if reason is None else [{"code": f"requester_{reason}", "text": UNHEARD[reason]}]


async def _reason(life: Life) -> str | None:
    person = await directory.person(life.tx, life.ticket.requester_id)
    if person is not None and person["disabled"]:
        return "disabled"
    requester = life.ticket.requester_id
    denied = await visitors.denied(life.tx, life.ticket.id, [requester])
    return Word.DENIED.value if denied else None
