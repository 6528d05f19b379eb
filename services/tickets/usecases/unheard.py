"""A public reply that its requester will not read: the agent should know before waiting for one."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.visitors import PEACE, Word
from services.tickets.problems.form import UNHEARD
from services.tickets.store import directory, visitors
from services.tickets.usecases.life import Life
from shared.kit.tx import Tx

_KNOWN: Final = "unheard"
_HEARS: Final = "hears"


async def learn(tx: Tx, requesters: Iterable[UUID]) -> None:
    """Before many replies: of whom nothing speaks against it is not asked one by one."""
    people = set(requesters)
    doubtful = await directory.disabled(tx, people) | await visitors.denying(tx, people)
    tx.known[_HEARS] = frozenset(people - doubtful)


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
    requester = life.ticket.requester_id
    if requester in life.tx.known.get(_HEARS, ()):
        return None
    person = await directory.person(life.tx, requester)
    if person is not None and person["disabled"]:
        return "disabled"
    denied = await visitors.denied(life.tx, life.ticket.id, [requester])
    if denied:
        return Word.DENIED.value
    spared = await visitors.in_peace(life.tx, [life.ticket.id], life.tx.now - PEACE)
    return "denied_another" if spared else None
