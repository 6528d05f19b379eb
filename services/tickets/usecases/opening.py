"""Opening a ticket: all is decided and the answer known before the one statement that writes it."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from services.tickets import problems
from services.tickets.adapters import people
from services.tickets.adapters.people import Resolved
from services.tickets.domain.fieldrules import Place
from services.tickets.domain.opening import FALLBACK_PRIORITY, Draft, Opening, Writing
from services.tickets.domain.rights import Viewer
from services.tickets.domain.tags import has
from services.tickets.store import opening as store
from services.tickets.store.listing import NEVER
from services.tickets.store.numbers import next_number
from services.tickets.usecases import answers, claiming, fielding, followups, tagging
from services.tickets.usecases.claiming import NOTHING, Claim
from services.tickets.usecases.directory import require_department, require_organization
from services.tickets.usecases.sight import viewer_of
from shared.events.ticket import TicketOpened
from shared.kit.callers import Caller, Seat
from shared.kit.context import Context
from shared.kit.crypto import Box
from shared.kit.ids import uuid7
from shared.kit.peers import PeerRefused
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    RESERVED_ORGANIZATION,
    AuthorKind,
    Channel,
    Locale,
    Status,
)

_OTHER: Final = "other_organization"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ticket about to be written."""

    opening: Opening
    ticket_id: UUID
    message_id: UUID
    number: int
    box: Box
    claim: Claim
    answer: dict[str, Any]


async def prepare(tx: Tx, caller: Caller, draft: Draft) -> Prepared:
    """Decide everything about a caller's new ticket; talks to the gateway where it must."""
    viewer = viewer_of(caller)
    _check_rights(caller, viewer, draft)
    earlier = await followups.earlier(tx.context, caller, draft.follow_up_of)
    inherited = earlier["department_id"] if earlier else DEFAULT_DEPARTMENT
    department_id = draft.department_id or inherited
    await require_department(tx.context, department_id, caller.locale)
    who = await _requester(tx.context, caller, draft)
    followups.check_owner(caller, earlier, who.organization_id)
    custom = await fielding.opened(
        tx.context, caller, Place(department_id, viewer.staff, viewer.free), draft.custom
    )
    tags = await tagging.canonical(tx.context, caller, draft.tags)
    channel = _channel(caller, viewer, draft)
    first = Writing(draft.body, who.user_id, AuthorKind.CUSTOMER, channel, tx.now)
    opening = Opening(
        subject=draft.subject,
        first=first,
        organization_id=who.organization_id,
        requester_id=who.user_id,
        department_id=department_id,
        locale=who.locale,
        channel=channel,
        priority=draft.priority or FALLBACK_PRIORITY,
        requested_priority=None if viewer.staff else draft.priority,
        priority_settled=viewer.staff and draft.priority is not None,
        tags=tags,
        custom=custom,
        follow_up_of=earlier["id"] if earlier else None,
    )
    claim = await claiming.prepare(tx.context, caller, draft.upload_ids, who.organization_id)
    return await ready(tx, opening, claim)


async def ready(tx: Tx, opening: Opening, claim: Claim = NOTHING) -> Prepared:
    """Give the ticket its ids and its number, and compose the answer."""
    box = await tx.context.vault.box(opening.organization_id)
    number = await next_number(tx.context)
    ticket_id, message_id = uuid7(), uuid7()
    answer = _answer(tx, opening, ticket_id, number)
    return Prepared(opening, ticket_id, message_id, number, box, claim, answer)


async def write(
    tx: Tx, prepared: Prepared, repeat: dict[str, Any] | None = None, *, beside: bool = False
) -> None:
    """One statement for a ticket without files; `repeat` carries the caller's idempotency key.

    With `beside` the ticket is written with the others that its transaction opens.
    """
    await claiming.take(tx, prepared.claim)
    opening, box = prepared.opening, prepared.box
    tx.emit(_fact(prepared, tx.context.settings.tickets_outage_tag), sequence=1)
    await fielding.index_opening(tx, opening, prepared.ticket_id)
    ids = (prepared.ticket_id, prepared.message_id, prepared.number)
    if beside:
        store.insert_beside(tx, box, opening, ids)
    else:
        await store.insert(tx, box, opening, ids, repeat)
    place = (opening.organization_id, prepared.ticket_id, prepared.message_id)
    files = prepared.claim.files + opening.first.files
    if files:
        await claiming.attach(tx, box, place, files)
    tx.wake("tickets.index")
    tx.wake("tickets.assign")


def _check_rights(caller: Caller, viewer: Viewer, draft: Draft) -> None:
    texts, locale = problems.STAFF_ONLY, caller.locale
    if viewer.staff:
        return
    if draft.requester is not None and caller.kind == "user":
        raise ValidationFailed.of("/requester", "staff_only", texts, locale)
    if draft.channel is not None:
        raise ValidationFailed.of("/channel", "staff_only", texts, locale)
    if draft.organization_id not in {None, caller.organization_id}:
        texts = problems.ORGANIZATION_UNKNOWN
        raise ValidationFailed.of("/organization_id", "unknown_organization", texts, locale)


def _channel(caller: Caller, viewer: Viewer, draft: Draft) -> Channel:
    if draft.channel is not None:
        return draft.channel
    if caller.kind != "user":
        return Channel.API
    return Channel.WEB if viewer.staff else Channel.PORTAL


async def _requester(context: Context, caller: Caller, draft: Draft) -> Resolved:
    if draft.requester is not None:
        bound = draft.organization_id or (
            caller.organization_id if caller.kind == "client" else None
        )
        return await resolve(context, caller, draft, bound)
    organization_id = draft.organization_id or caller.organization_id or RESERVED_ORGANIZATION
    if draft.organization_id is not None:
        await require_organization(context, draft.organization_id, caller.locale)
    return Resolved(caller.id, organization_id, caller.locale)


async def resolve(
    context: Context,
    caller: Caller,
    draft: Draft,
    organization_id: UUID | None,
    *,
    guess: Locale | None = None,
) -> Resolved:
    """The person whom the ticket is for; must be of the organization asked for, if any was.

    `guess`: the language of whoever turns out to be new and to belong to nobody.
    """
    assert draft.requester is not None
    wish, closed = draft.requester, caller.seat is Seat.CUSTOMER
    who, proven = replace(wish, locale=wish.locale or guess), caller.kind != "anonymous"
    try:
        found = await people.resolve(context, who, organization_id, closed=closed, proven=proven)
    except PeerRefused as refusal:
        if refusal.status not in {400, 404, 409, 422}:
            raise
        raise _refused(refusal.code, caller) from refusal
    if organization_id is not None and found.organization_id != organization_id:
        raise _refused(_OTHER, caller)
    return found if wish.locale is None else replace(found, locale=wish.locale)


def _refused(code: str, caller: Caller) -> ValidationFailed:
    if code == _OTHER:
        texts = problems.ORGANIZATION_UNKNOWN
        return ValidationFailed.of("/organization_id", _OTHER, texts, caller.locale)
    texts = problems.ADDRESS_REFUSED
    return ValidationFailed.of("/requester/email", "address_refused", texts, caller.locale)


def _fact(prepared: Prepared, outage_tag: str) -> TicketOpened:
    opening = prepared.opening
    return TicketOpened(
        ticket_id=prepared.ticket_id,
        organization_id=opening.organization_id,
        at=opening.first.at,
        number=prepared.number,
        requester_id=opening.requester_id,
        department_id=opening.department_id,
        priority=opening.priority,
        requested_priority=opening.requested_priority,
        status=Status.NEW,
        channel=opening.channel,
        locale=opening.locale,
        message_id=prepared.message_id,
        author_kind=AuthorKind.CUSTOMER,
        acknowledge=opening.acknowledge,
        confirm=opening.confirm is not None,
        automatic=opening.first.automatic,
        mail_id=opening.first.mail_id,
        follow_up_of=opening.follow_up_of,
        outage=has(opening.tags, outage_tag),
    )


def _answer(tx: Tx, opening: Opening, ticket_id: UUID, number: int) -> dict[str, Any]:
    row = {
        **dict.fromkeys(
            (
                *("assignee_id", "resolved_at", "closed_at", "reopen_until", "merged_into", "sla"),
                *("escalation_raised_at", "escalation_acknowledged_at"),
            )
        ),
        "id": ticket_id,
        "number": number,
        "organization_id": opening.organization_id,
        "requester_id": opening.requester_id,
        "department_id": opening.department_id,
        "status": Status.NEW,
        "priority": opening.priority,
        "requested_priority": opening.requested_priority,
        "channel": opening.channel,
        "locale": opening.locale,
        "created_at": opening.first.at,
        "updated_at": tx.now,
        "reopen_count": 0,
        "follow_up_of": opening.follow_up_of,
        "tags": opening.tags,
        "watching_department_ids": (),
        "version": 1,
        "next_due_at": NEVER,
        "escalation_level": 0,
    }
    return answers.compose(row, opening.subject, opening.custom)
