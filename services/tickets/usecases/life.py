"""A ticket while it is being changed: each fact a step of its version, one write at the end."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NoReturn
from uuid import UUID

from services.tickets.domain.lifecycle import RETURNS, close_key, legal_now, returned, target
from services.tickets.domain.veil import Veil
from services.tickets.domain.words import Action
from services.tickets.problems import IllegalMove
from services.tickets.store import tickets, timeline
from services.tickets.store.rows import Row
from services.tickets.store.timeline import Entry
from shared.events.ticket import TicketFact, TicketStatusChanged
from shared.kit import timer
from shared.kit.crypto import Box
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Status

_ROOM: Final = frozenset({"status", "assignee_id", "department_id"})
"""Where one of these changes, somebody may have room for another ticket, or a ticket need one."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes the ticket; nobody for timers and other services."""

    id: UUID | None
    kind: AuthorKind


HOUSE = Actor(None, AuthorKind.SYSTEM)


class Life:
    """Collects what happens to one locked ticket in one transaction."""

    def __init__(
        self, tx: Tx, row: Row, box: Box, actor: Actor, at: datetime | None = None
    ) -> None:
        self.tx = tx
        self.row = row
        self.box = box
        self.actor = actor
        self.at = at or tx.now
        self.ticket = tickets.to_ticket(row)
        self.sealed: dict[str, Any] = {}
        self.custom: dict[str, Any] | None = None
        """The custom values once somebody has opened them (`fielding.custom_of`)."""
        self.veil: Veil | None = None
        """What of them the caller may see; nothing while nobody has said."""
        self.unseen: frozenset[UUID] = frozenset()
        """Tickets that this one names and the caller may not see."""
        self._before = self.ticket
        self._entries: list[Entry] = []

    @property
    def base(self) -> dict[str, Any]:
        """The members that every ticket fact has."""
        ticket = self.ticket
        return {"ticket_id": ticket.id, "organization_id": ticket.organization_id, "at": self.at}

    def change(self, **values: Any) -> None:
        """Other values in the ticket's columns."""
        self.ticket = replace(self.ticket, **values)

    def state(self, fact: TicketFact) -> None:
        """State a fact as the next step of the version."""
        self.change(version=self.ticket.version + 1)
        self.tx.emit(fact, sequence=self.ticket.version)

    def note(
        self,
        kind: str,
        data: dict[str, Any] | None = None,
        *,
        reason: str | None = None,
        public: bool = True,
        detail: Any = None,
    ) -> None:
        """An entry of the timeline."""
        entry = Entry(kind, self.at, self.actor.id, self.actor.kind, data or {}, reason, public)
        self._entries.append(replace(entry, detail=detail))

    def move(self, action: Action, *, reason: str | None = None) -> None:
        """Move the status as the lifecycle says, or IllegalTransition with what is legal."""
        new = target(self.ticket.status, action)
        if new is None:
            self.refuse()
        self._go(new, action, reason)

    def set_aside(self, action: Action, *, reason: str | None = None) -> None:
        """Move the ticket out of the way, remembering where it stood."""
        before = self.ticket.status
        self.move(action, reason=reason)
        self.change(status_before=before)
        if before is Status.RESOLVED:
            self.disarm_closing()

    def come_back(self, action: Action, *, reason: str | None = None) -> None:
        """The way back of `set_aside`; a solved ticket waits for its closing again."""
        if RETURNS.get(self.ticket.status) is not action:
            self.refuse()
        self._go(returned(self.ticket), action, reason)
        self.change(status_before=None)
        if self.ticket.status is Status.RESOLVED:
            self.arm_closing()

    def refuse(self) -> NoReturn:
        """Say that this is not legal now, and what is."""
        raise IllegalMove(self.ticket.status, legal_now(self.ticket, self.at))

    def _go(self, new: Status, action: Action, reason: str | None) -> None:
        old = self.ticket.status
        self.change(status=new)
        self.state(
            TicketStatusChanged(
                **self.base,
                from_status=old,
                to_status=new,
                actor_id=self.actor.id,
                cause=action.value,
            )
        )
        self.note("status_changed", {"from_status": old, "to_status": new}, reason=reason)

    def acted(self) -> None:
        """Staff has dealt with the ticket: mail may reopen it anew (mail.md 9)."""
        if self.ticket.mail_reopens:
            self.change(mail_reopens=())

    def moves(self, action: Action) -> bool:
        """Whether the action means anything in this status."""
        return target(self.ticket.status, action) is not None

    def arm_closing(self) -> None:
        """Ask for the closing of this resolution at the end of its window (decisions.md 4)."""
        until = self.ticket.reopen_until
        assert until is not None, "only a resolved ticket waits to be closed"
        timer.ask_at(self.tx, close_key(self.ticket), self.ticket.id, until)

    def disarm_closing(self) -> None:
        timer.cancel(self.tx, close_key(self.ticket))

    async def save(self) -> Row:
        """Write the changes and the story; the row as it is now."""
        values = self._written()
        if not values:
            return self.row
        return await tickets.change(self.tx, self.ticket.id, values)

    def leave(self) -> None:
        """The same among the writes of many tickets, whose rows nobody reads."""
        values = self._written()
        if values:
            tickets.change_later(self.tx, self.ticket.id, values)

    def _written(self) -> dict[str, Any]:
        timeline.add(self.tx, self.box, self.ticket, self._entries)
        values = tickets.columns_of(self._before, self.ticket) | self.sealed
        if not _ROOM.isdisjoint(values):
            self.tx.wake("tickets.assign")
        return values
