"""Room for the files of the form: a share for each address, and idle uploads make way."""

import hashlib
import hmac
from typing import Final
from weakref import WeakKeyDictionary

from services.tickets.domain.formroom import Held, Room, wait
from services.tickets.problems import FormBusy, FormShareFull, TooManyFormUploads
from services.tickets.store import formroom
from services.tickets.usecases.leftovers import forget
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.ratelimit import RateLimit
from shared.kit.tx import Tx

_LIMITS: Final[WeakKeyDictionary[Database, RateLimit]] = WeakKeyDictionary()


def visitor_of(context: Context, network: str) -> bytes:
    """Who holds uploads of the form: an address that nobody can read back."""
    key = context.keys.derive("form-visitor")
    return hmac.digest(key, network.encode(), hashlib.sha256)[:16]


def count(context: Context, network: str) -> None:
    """One more file announced from this network; refused when it is one too many."""
    limit = _LIMITS.get(context.database)
    if limit is None:
        settings = context.settings
        rate = settings.tickets_form_uploads_per_hour / 3600
        burst = settings.tickets_form_uploads_burst
        limit = _LIMITS[context.database] = RateLimit(rate, burst=burst)
    quota = limit.take(network)
    if quota is not None and quota.wait:
        raise TooManyFormUploads(retry_after=quota.wait)


async def make(context: Context, visitor: bytes | None, more: int) -> None:
    """See that `more` bytes have room, at the cost of whoever is idle; refused when they have not.

    One who holds more than a share makes way for themselves only.
    """
    async with context.tx() as tx:
        missing = await _missing(tx, visitor, more)
        gone = []
        if visitor is not None and missing.visitor:
            gone = await formroom.evict(tx, visitor, missing.visitor)
        elif missing.everybody:
            gone = await formroom.evict(tx, None, missing.everybody)
    await forget(context, gone)
    if missing.visitor or missing.everybody:
        async with context.tx() as tx:
            await check(tx, visitor, more)


async def check(tx: Tx, visitor: bytes | None, more: int) -> None:
    """The same without making room, in the transaction that takes it."""
    missing = await _missing(tx, visitor, more)
    if missing.visitor:
        raise FormShareFull(retry_after=wait(await formroom.next_idle(tx, visitor), tx.now))
    if missing.everybody:
        raise FormBusy(retry_after=wait(await formroom.next_idle(tx, None), tx.now))


async def _missing(tx: Tx, visitor: bytes | None, more: int) -> Held:
    settings = tx.context.settings
    room = Room(settings.tickets_form_upload_budget, settings.tickets_form_upload_share)
    held = await formroom.held(tx, visitor)
    missing = room.missing(held, more)
    return missing if visitor is not None else Held(missing.everybody, 0)
