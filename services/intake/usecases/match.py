"""Which ticket a mail names, by the first sign that counts, and who its sender is to it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.intake.domain.mail import Mail
from services.intake.domain.threading import first_token
from services.intake.domain.words import Match, Sender, State
from services.intake.store import mails, sent, threads
from services.intake.store.sent import Sent
from services.intake.store.threads import Thread
from services.intake.usecases import secrets
from services.intake.usecases.people import domain_of, domains_of
from shared.kit.context import Context
from shared.kit.peers import PeerRefused
from shared.kit.tx import Tx
from shared.tokens import ReplyToken
from shared.vocabulary import SenderAuth

STRONG: Final = frozenset({Match.TOKEN, Match.SIGNED_ID})
_PATIENCE: Final = timedelta(seconds=60)
_MERGES: Final = 5
_SHARING: Final = 5


class NotYet(Exception):
    """The mail answers one that is still on its way to its ticket: look again soon."""


class UnknownTicket(Exception):
    """One of our tokens names a ticket whose facts have not come yet."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number


@dataclass(frozen=True, slots=True)
class Found:
    """The match; without a thread it is none."""

    match: Match = Match.NONE
    thread: Thread | None = None
    sender: Sender = Sender.STRANGER
    bound: bool = False
    """The token was given to this very sender."""
    internal: bool = False
    """What is answered stayed within the house."""


async def find_thread(
    tx: Tx, mail: Mail, row: mails.Row, strangers: frozenset[int] = frozenset()
) -> Found:
    """By token, signed id, stored id, subject tag; `strangers` are numbers that do not exist."""
    keys = secrets.reply_keys(tx.context)
    for match, candidates in ((Match.TOKEN, mail.tokens), (Match.SIGNED_ID, mail.signed)):
        token = first_token(keys, candidates)
        if token is not None and token.number not in strangers:
            return await _by_token(tx, mail, match, token)
    return await _by_hint(tx, mail, row)


async def _by_token(tx: Tx, mail: Mail, match: Match, token: ReplyToken) -> Found:
    thread = await threads.by_number(tx, token.number)
    if thread is None:
        raise UnknownTicket(token.number)
    bound = any(token.bound_to(key, mail.sender) for key in secrets.reply_keys(tx.context))
    found = replace(await _found(tx, mail, match, thread), internal=token.internal)
    return replace(found, sender=Sender.MEMBER, bound=True) if bound else found


async def _by_hint(tx: Tx, mail: Mail, row: mails.Row) -> Found:
    """Ids and numbers that anybody could know."""
    tags = [secrets.message_tag(tx.context, one) for one in mail.ids]
    known = await mails.by_message(tx, tags) if tags else {}
    ours = await sent.by_message(tx, tags) if tags else {}
    for tag in tags:
        found = await _by_sent(tx, mail, ours.get(tag))
        found = found or await _by_id(tx, mail, row, known.get(tag, []))
        if found is not None:
            return found
    if mail.tag is not None:
        thread = await threads.by_number(tx, mail.tag)
        if thread is not None:
            return await _found(tx, mail, Match.SUBJECT_TAG, thread)
    return Found()


async def _by_sent(tx: Tx, mail: Mail, one: Sent | None) -> Found | None:
    """The ticket of a mail of ours; its id is no secret, and so proves no more than any other."""
    thread = await threads.by_id(tx, one.ticket_id) if one is not None else None
    if one is None or thread is None:
        return None
    return replace(await _found(tx, mail, Match.STORED_ID, thread), internal=one.internal)


async def _by_id(tx: Tx, mail: Mail, row: mails.Row, sharing: list[mails.Row]) -> Found | None:
    """The ticket of a mail with that id. Ids can be copied: the sender's own ticket goes first."""
    first: Found | None = None
    for earlier in [one for one in sharing if one.id != row.id][:_SHARING]:
        if earlier.ticket_id is None:
            if _on_its_way(earlier) and tx.now - row.accepted_at < _PATIENCE:
                raise NotYet
            continue
        thread = await threads.by_id(tx, earlier.ticket_id)
        if thread is not None:
            found = await _found(tx, mail, Match.STORED_ID, thread)
            if found.sender is Sender.MEMBER:
                return found
            first = first or found
    return first


def _on_its_way(row: mails.Row) -> bool:
    return row.state in {State.ACCEPTED, State.PARSED, State.ROUTED}


async def _found(tx: Tx, mail: Mail, match: Match, thread: Thread) -> Found:
    tag = secrets.person_tag(tx.context, mail.sender)
    member = await threads.has_person(tx, thread.ticket_id, tag)
    for _ in range(_MERGES):
        if thread.merged_into is None:
            break
        target = await threads.by_id(tx, thread.merged_into)
        if target is None:
            break
        thread = target
        member = member or await threads.has_person(tx, thread.ticket_id, tag)
    return Found(match, thread, Sender.MEMBER if member else Sender.STRANGER)


async def learn_ticket(context: Context, number: int) -> bool:
    """Ask tickets for a ticket of ours that we have not heard of; whether it exists."""
    try:
        told = await context.peers.get("tickets", f"/internal/tickets/by-number/{number}")
    except PeerRefused:
        return False
    thread = Thread(
        ticket_id=told["id"],
        number=number,
        organization_id=told["organization_id"],
        requester_id=told["requester_id"],
        status=told["status"],
        department_id=told["department_id"],
    )
    async with context.tx() as tx:
        threads.put(tx, thread)
    return True


async def with_colleagues(context: Context, found: Found, mail: Mail) -> Found:
    """Whether a proven stranger writes from the organization's own domain."""
    if found.thread is None or found.match not in STRONG or found.sender is not Sender.STRANGER:
        return found
    owner = found.thread.organization_id
    if mail.sender_auth != SenderAuth.PASS:
        return found
    if domain_of(mail.sender) in await domains_of(context, owner):
        return replace(found, sender=Sender.COLLEAGUE)
    return found
