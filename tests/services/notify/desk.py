"""A notify of its own: context on the module's database, colleagues that answer, facts to hear."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from services.notify import usecases
from services.notify.adapters.mailers import MaildirMailer, Mailer
from services.notify.consumers import consumers
from shared.events.base import Event, Fact
from shared.events.identity import IdentityUserCreated
from shared.events.sla import ClockState, SlaClockStarted
from shared.events.ticket import TicketMessageAdded, TicketOpened, TicketResolved
from shared.kit.context import Context
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    AuthorKind,
    Channel,
    Direction,
    Locale,
    Metric,
    Priority,
    Role,
    Status,
)
from tests.fakes.mailbox import Letter, Maildir
from tests.services.notify.colleagues import Colleagues
from tests.services.notify.hearing import hear, stated


@dataclass
class Desk:
    """One house with one customer."""

    context: Context
    folder: Path
    colleagues: Colleagues = field(default_factory=Colleagues)
    organization: UUID = field(default_factory=uuid4)
    mailer: Mailer | None = None

    def __post_init__(self) -> None:
        self.context = replace(self.context, peers=cast("Any", self.colleagues))
        self.mailer = self.mailer or MaildirMailer(self.folder)
        self.mailbox = Maildir(self.folder)

    @property
    def now(self) -> datetime:
        return self.context.clock.now()

    async def hear(self, fact: Fact) -> Event[Any]:
        return await hear(consumers, self.context, fact)

    async def work(self) -> None:
        """Send what is due, as the worker does."""
        assert self.mailer is not None
        ended: list[usecases.Ended] = []
        while (mails := await usecases.mail_turn(self.context, ended, 10)) or ended:
            ready, ended = await usecases.prepare_mails(self.context, mails)
            ended += [await usecases.hand_over(self.mailer, one) for one in ready]

    async def person(self, email: str, *roles: Role, **more: Any) -> UUID:
        """Somebody known to gateway and, by a fact, to notify."""
        user_id = self.colleagues.add_person(email, **more)
        fact = IdentityUserCreated(
            user_id=user_id,
            organization_id=self.organization,
            roles=roles or (Role.CUSTOMER,),
            locale=Locale(more.get("locale", "ar")),
            at=self.now,
        )
        await self.hear(fact)
        return user_id

    def opened(self, requester: UUID, ticket_id: UUID, **more: Any) -> TicketOpened:
        values: dict[str, Any] = {
            "ticket_id": ticket_id,
            "organization_id": self.organization,
            "at": self.now,
            "number": self.colleagues.tickets[str(ticket_id)]["number"],
            "requester_id": requester,
            "department_id": DEFAULT_DEPARTMENT,
            "priority": Priority.P3,
            "status": Status.NEW,
            "channel": Channel.EMAIL,
            "locale": Locale.AR,
            "message_id": uuid4(),
            "author_kind": AuthorKind.CUSTOMER,
            **more,
        }
        return TicketOpened(**values)

    def promised(self, ticket_id: UUID, since: datetime | None = None) -> SlaClockStarted:
        due = {Metric.FIRST_RESPONSE: timedelta(hours=1), Metric.RESOLUTION: timedelta(hours=4)}
        return SlaClockStarted(
            ticket_id=ticket_id,
            organization_id=self.organization,
            at=self.now,
            policy_id=uuid4(),
            policy_version=1,
            reopen_window_seconds=86400,
            clocks=tuple(
                ClockState(metric=metric, state="running", due_at=(since or self.now) + span)
                for metric, span in due.items()
            ),
        )

    def spoken(self, ticket_id: UUID, message_id: UUID, **more: Any) -> TicketMessageAdded:
        values: dict[str, Any] = {
            "ticket_id": ticket_id,
            "organization_id": self.organization,
            "at": self.now,
            "message_id": message_id,
            "direction": Direction.OUTBOUND,
            "public": True,
            "author_id": uuid4(),
            "author_kind": AuthorKind.STAFF,
            "channel": Channel.WEB,
            **more,
        }
        return TicketMessageAdded(**values)

    def resolved(self, ticket_id: UUID, message_id: UUID | None = None) -> TicketResolved:
        return TicketResolved(
            ticket_id=ticket_id,
            organization_id=self.organization,
            at=self.now,
            message_id=message_id,
            reopen_until=self.now + timedelta(hours=24),
            reopen_count=2,
        )

    async def letters(self, address: str) -> list[Letter]:
        await self.work()
        return self.mailbox.to(address)

    async def letter(self, address: str) -> Letter:
        (letter,) = await self.letters(address)
        return letter

    async def deliveries(self, ticket_id: UUID | None = None) -> list[dict[str, Any]]:
        condition = "" if ticket_id is None else "where ticket_id = :ticket_id"
        async with self.context.tx() as tx:
            rows = await tx.rows(
                f"select * from notify.delivery {condition} order by id", {"ticket_id": ticket_id}
            )
        return [dict(row) for row in rows]

    async def stated(self, kind: str) -> list[dict[str, Any]]:
        return await stated(self.context, kind)
