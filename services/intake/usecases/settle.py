"""Write a decision and state it, in one transaction; a decision that stands is not said twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from services.intake.domain.copies import Earlier
from services.intake.domain.mail import Mail
from services.intake.domain.routing import Routing
from services.intake.domain.words import Decision, State
from services.intake.store import decisions, mails
from services.intake.store.decisions import Decided
from services.intake.usecases.copied import NOBODY, Company
from services.intake.usecases.match import Found
from services.intake.usecases.people import Person
from shared.events.base import Fact
from shared.events.mail import MailBounced, MailHeld, MailQuarantined, MailRouted
from shared.kit.outbox import new_traceparent
from shared.kit.tx import Tx
from shared.vocabulary import MailClass, SenderAuth

_STATES: Final = {
    Decision.NEW: State.ROUTED,
    Decision.REPLY: State.ROUTED,
    Decision.NOTE: State.ROUTED,
    Decision.HELD: State.HELD,
    Decision.QUARANTINED: State.QUARANTINED,
    Decision.LOOP: State.LOOP,
    Decision.DUPLICATE: State.DUPLICATE,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One mail with everything that its decision rests on."""

    row: mails.Row
    mail: Mail
    mail_class: MailClass
    department_id: UUID
    found: Found = field(default_factory=Found)
    delivery_id: UUID | None = None
    person: Person | None = None
    others: tuple[str, ...] = ()
    company: Company = NOBODY
    forwarded_by: UUID | None = None
    reused: bool = False
    ours: frozenset[str] = frozenset()
    watching: tuple[UUID, ...] = ()
    beside: tuple[Earlier, ...] = ()
    """Mails with the same content that came before, and are not simply the same again."""
    copy_of: UUID | None = None

    def home(self, routing: Routing) -> UUID:
        """The department whose staff may read the mail: its ticket's, else the addressed one."""
        thread = self.found.thread
        elsewhere = {Decision.NEW, Decision.LOOP}
        if thread is None or thread.department_id is None or routing.decision in elsewhere:
            return self.department_id
        return thread.department_id

    def reasons(self, routing: Routing) -> list[str]:
        """Why it was decided so."""
        if self.copy_of is not None:
            return list(routing.reasons)
        more = ["message_id_reused"] if self.reused and not self.beside else []
        more += ["unverified"] if routing.unverified else []
        more += ["forwarded"] if self.forwarded_by else []
        more += ["also_addressed"] if self.watching else []
        more += ["same_content_apart"] if self.beside else []
        return [*routing.reasons, *more]

    def because(self) -> list[str]:
        """What the decision rests on: proof, class, match and who the sender is to the ticket."""
        found, mail = self.found, self.mail
        words = [mail.auth_because, mail.class_because, f"matched_{found.match}"]
        words += [f"sender_{found.sender}"] if found.thread is not None else []
        return [word for word in words if word]


async def settle(tx: Tx, cases: Sequence[tuple[Case, Routing]]) -> None:
    """The last step of ours; tickets applies what `mail.routed` says."""
    await decisions.decide(tx, [_decided(tx, case, routing) for case, routing in cases])


def _decided(tx: Tx, case: Case, routing: Routing) -> Decided:
    row, state = case.row, _STATES[routing.decision]
    same = row.decision is routing.decision and state is not State.ROUTED
    facts = [] if same else _facts(tx, case, routing)
    tx.traceparent = new_traceparent()  # mails share a commit, not a trace
    for sequence, fact in enumerate(facts, row.version + 1):
        tx.emit(fact, sequence=sequence)
    return Decided(row, _columns(tx, case, routing), tx.take_facts())


async def give_up(tx: Tx, row: mails.Row) -> None:
    """A mail that our own mistake keeps from its decision: people see it, and may replay it."""
    if row.state is not State.PARSED:
        return
    reason = "not_decided"
    fact = MailHeld(mail_id=row.id, at=tx.now, ticket_id=row.ticket_id, reason=reason)
    tx.emit(fact, sequence=row.version + 1)
    held = {"state": State.HELD, "decision": Decision.HELD, "reasons": [reason]}
    await decisions.decide(tx, [Decided(row, held, tx.take_facts())])


def _columns(tx: Tx, case: Case, routing: Routing) -> dict[str, Any]:
    matched = routing.decision not in {Decision.NEW, Decision.LOOP, Decision.DUPLICATE}
    return {
        "state": _STATES[routing.decision],
        "decision": routing.decision,
        "match": case.found.match,
        "mail_class": case.mail_class,
        "reasons": case.reasons(routing),
        "because": case.because(),
        "joins": routing.joins,
        "once": routing.once,
        "department_id": case.home(routing),
        "organization_id": case.person.organization_id if case.person else None,
        "requester_id": case.person.id if case.person else None,
        "ticket_id": case.found.thread.ticket_id if case.found.thread and matched else None,
        "duplicate_of": case.copy_of,
        "routed_at": tx.now,
    }


def _facts(tx: Tx, case: Case, routing: Routing) -> list[Fact]:
    mail_id, reason = case.row.id, ",".join(case.reasons(routing)) or "unknown"
    ticket_id = case.found.thread.ticket_id if case.found.thread else None
    facts: list[Fact] = []
    if case.mail_class is MailClass.BOUNCE and case.delivery_id is not None:
        facts.append(
            MailBounced(
                mail_id=mail_id,
                at=tx.now,
                ticket_id=ticket_id,
                delivery_id=case.delivery_id,
                permanent=case.mail.report_permanent,
                status=case.mail.report_status,
            )
        )
    if routing.decision is Decision.HELD:
        auth = SenderAuth(case.mail.sender_auth)
        facts.append(
            MailHeld(
                mail_id=mail_id, at=tx.now, ticket_id=ticket_id, reason=reason, sender_auth=auth
            )
        )
    elif routing.decision is Decision.QUARANTINED:
        facts.append(MailQuarantined(mail_id=mail_id, at=tx.now, reason=reason))
    elif _STATES[routing.decision] is State.ROUTED:
        facts.append(_routed(tx, case, routing, ticket_id))
    return facts


def _routed(tx: Tx, case: Case, routing: Routing, ticket_id: UUID | None) -> MailRouted:
    assert case.person is not None
    new = routing.decision is Decision.NEW
    decision = routing.decision.value
    assert decision in {"new", "reply", "note"}
    return MailRouted(
        mail_id=case.row.id,
        at=tx.now,
        decision=decision,  # type: ignore[arg-type]  # asserted above
        mail_class=case.mail_class,
        sender_auth=SenderAuth(case.mail.sender_auth),
        received_at=case.row.received_at,
        department_id=case.home(routing),
        organization_id=case.person.organization_id,
        requester_id=case.person.id,
        locale=case.person.locale,
        ticket_id=None if new else ticket_id,
        related_ticket_id=ticket_id if new and routing.related else None,
        may_reopen=routing.may_reopen,
        acknowledge=routing.acknowledge,
        degraded=case.row.degraded,
        public=routing.public,
        once=routing.once,
        unverified=routing.unverified,
        match=case.found.match,
        reasons=tuple(case.reasons(routing)),
        participant_ids=case.company.joined,
        proposed=case.company.proposed,
        forwarded_by=case.forwarded_by,
        watching_department_ids=case.watching,
    )
