"""Which ticket a mail names, by the first sign that counts, and who its sender is to it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from services.intake.domain.mail import Mail
from services.intake.domain.threading import first_token
from services.intake.domain.words import Match, Sender, State
from services.intake.store import mails, threads
from services.intake.store.threads import Thread
from services.intake.usecases import secrets
from shared.kit.context import Context
from shared.kit.peers import PeerRefused
from shared.kit.tx import Tx
from shared.tokens import ReplyToken
from shared.vocabulary import RESERVED_ORGANIZATION, SenderAuth

STRONG: Final = frozenset({Match.TOKEN, Match.SIGNED_ID})
_PATIENCE: Final = timedelta(seconds=60)
_MERGES: Final = 5


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
    found = await _found(tx, mail, match, thread)
    return replace(found, sender=Sender.MEMBER) if bound else found


async def _by_hint(tx: Tx, mail: Mail, row: mails.Row) -> Found:
    """Ids and numbers that anybody could know."""
    tags = [secrets.message_tag(tx.context, one) for one in mail.ids]
    known = await mails.by_message(tx, tags) if tags else {}
    for earlier in (known[tag] for tag in tags if tag in known and known[tag].id != row.id):
        if earlier.ticket_id is not None:
            thread = await threads.by_id(tx, earlier.ticket_id)
            if thread is not None:
                return await _found(tx, mail, Match.STORED_ID, thread)
        elif _on_its_way(earlier) and tx.now - row.received_at < _PATIENCE:
            raise NotYet
    if mail.tag is not None:
        thread = await threads.by_number(tx, mail.tag)
        if thread is not None:
            return await _found(tx, mail, Match.SUBJECT_TAG, thread)
    return Found()


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
    )
    async with context.tx() as tx:
        threads.put(tx, thread)
    return True


async def with_colleagues(context: Context, found: Found, mail: Mail) -> Found:
    """Whether a proven stranger writes from the organization's own domain."""
    if found.thread is None or found.match not in STRONG or found.sender is not Sender.STRANGER:
        return found
    owner = found.thread.organization_id
    if mail.sender_auth != SenderAuth.PASS or owner == RESERVED_ORGANIZATION:
        return found
    try:
        told = await context.peers.get("gateway", f"/internal/organizations/{owner}")
    except PeerRefused:
        return found
    domain = mail.sender.rpartition("@")[2].lower()
    if domain in {one.lower() for one in told["domains"]}:
        return replace(found, sender=Sender.COLLEAGUE)
    return found
