"""Whether a mail whose content came before is that mail again, or one that counts by itself."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from services.intake.domain.copies import Claim, Earlier, Fate, covering, repeats
from services.intake.domain.routing import Routing
from services.intake.domain.words import Decision, State
from services.intake.store import copies as store
from services.intake.store.mails import Row, Undecided
from services.intake.usecases.match import NotYet
from services.intake.usecases.settle import Case
from shared.kit.tx import Tx
from shared.tokens import fold_address
from shared.vocabulary import SenderAuth

DUPLICATE: Final = Routing(Decision.DUPLICATE, reasons=("same_content",))
_UNDECIDED: Final = frozenset({State.ACCEPTED, State.PARSED})
Study = Callable[[Undecided], Awaitable[Case]]


async def compared(tx: Tx, case: Case, study: Study) -> Case:
    """The case as a duplicate, or with the earlier mails that its end is to be held against."""
    claim, beside, decided = claim_of(case), list[Earlier](), True
    for waiting in await store.earlier(tx, case.row.id):
        row, itself = waiting.row, replace(waiting.row, released=False)
        earlier = claim_of(await study(replace(waiting, row=itself)))
        if repeats(claim, earlier):
            return replace(case, copy_of=row.duplicate_of or row.id)
        beside.append(Earlier(row.id, earlier, _fate(row)))
        decided = decided and row.state not in _UNDECIDED
    await store.note(tx, case.row.id)
    if not decided:
        raise NotYet
    return replace(case, beside=tuple(beside))


def judged(case: Case, routing: Routing) -> tuple[Case, Routing]:
    """A duplicate after all, when an earlier one has had the end that this one would have."""
    twin = covering(case.beside, claim_of(case), _wish(case, routing))
    return (case, routing) if twin is None else (replace(case, copy_of=twin), DUPLICATE)


def _fate(row: Row) -> Fate | None:
    if row.decision is None or row.state is State.REJECTED:
        return None
    return Fate(row.decision, row.ticket_id, "unverified" in row.reasons)


def _wish(case: Case, routing: Routing) -> Fate:
    elsewhere = {Decision.NEW, Decision.LOOP}
    thread = None if routing.decision in elsewhere else case.found.thread
    return Fate(routing.decision, thread.ticket_id if thread else None, routing.unverified)


def claim_of(case: Case) -> Claim:
    found, mail = case.found, case.mail
    return Claim(
        sender=fold_address(mail.sender),
        mail_class=case.mail_class,
        match=found.match,
        ticket_id=found.thread.ticket_id if found.thread else None,
        bound=found.bound,
        internal=found.internal,
        delivery_id=case.delivery_id,
        auth=SenderAuth(mail.sender_auth),
    )
