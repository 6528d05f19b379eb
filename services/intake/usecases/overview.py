"""All mails at once: counts for a dashboard, an export, and the end of what nobody wanted."""

import io
import json
import zipfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from services.intake.domain.words import State
from services.intake.store import mails
from services.intake.store import overview as store
from services.intake.usecases import secrets, sight
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.logging import get_logger
from shared.kit.tx import Tx

MOST: Final = 1000
"""Mails in one export; the next one begins where its index ends."""

_PAGE: Final = 100
_BATCH: Final = 200
_log = get_logger("overview")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many mails stand where."""

    since: datetime
    states: Mapping[str, int]
    waiting: Mapping[str, Mapping[str, Any]]


async def numbers(tx: Tx, days: int) -> Numbers:
    """Of the caller's sight: recent mails by state, and everything that waits."""
    since = tx.now - timedelta(days=days)
    recent, waiting = await store.counts(tx, since, sight.reading(tx.caller))
    return Numbers(since, {state: recent.get(state, 0) for state in State}, waiting)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an export holds: one state, a period, and where the last one ended."""

    state: State
    since: datetime
    until: datetime
    after: UUID | None = None
    most: int = MOST


async def export(context: Context, caller: Caller, wish: Wish) -> AsyncIterator[bytes]:
    """An iterator whose first piece is here already: what is away is said before the answer."""
    pieces = _archive(context, caller, wish)
    return _after(await anext(pieces), pieces)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


async def _archive(context: Context, caller: Caller, wish: Wish) -> AsyncIterator[bytes]:
    """A zip of raw mails, written while it is read; `index.json` says what is in it and what next.

    One mail is in memory at a time, and each is read in a transaction of its own.
    """
    sink = _Sink()
    index: list[dict[str, Any]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        async for row in _rows(context, caller, wish):
            raw = await _raw(context, caller, row["id"])
            if raw is None:
                continue
            name = f"{row['received_at']:%Y-%m-%d}/{row['id']}.eml"
            archive.writestr(name, raw)
            index.append(_line(row, name))
            yield sink.taken()
        more = len(index) >= wish.most
        told = {"state": wish.state, "mails": index, "after": index[-1]["id"] if more else None}
        archive.writestr("index.json", json.dumps(told, ensure_ascii=False, indent=1))
    yield sink.taken()
    _log.info("mails_exported", state=str(wish.state), count=len(index), by=str(caller.id))


async def sweep(context: Context, days: int) -> int:
    """Mail that is on no ticket is kept for so long, then erased with its files (mail.md 6.9)."""
    gone = 0
    while True:
        async with context.tx() as tx:
            went = await store.forget(tx, tx.now - timedelta(days=days), _BATCH)
        gone += went
        if went < _BATCH:
            break
    if gone:
        _log.info("mails_forgotten", count=gone)
    return gone


async def _rows(context: Context, caller: Caller, wish: Wish) -> AsyncIterator[Any]:
    after, left = wish.after, wish.most
    while left > 0:
        async with context.tx(caller) as tx:
            span = (wish.since, wish.until)
            page = await store.exported(tx, wish.state, span, after, min(_PAGE, left))
        for row in page:
            yield row
        if len(page) < min(_PAGE, left):
            return
        after, left = page[-1]["id"], left - len(page)


async def _raw(context: Context, caller: Caller, mail_id: UUID) -> bytes | None:
    async with context.tx(caller) as tx:
        sealed = await mails.raw_of(tx, mail_id, sight.reading(caller))
    if not sealed:
        return None
    box = await secrets.box_of(context)
    return box.open_bytes(secrets.RAW, mail_id, sealed)


def _line(row: Any, name: str) -> dict[str, Any]:
    told = {key: row[key] for key in ("size", "mail_class", "sender_auth", "reasons")}
    ticket = str(row["ticket_id"]) if row["ticket_id"] else None
    at = row["received_at"].isoformat()
    return {"id": str(row["id"]), "file": name, "received_at": at, "ticket_id": ticket, **told}


class _Sink(io.RawIOBase):
    """Takes what the archive writes and gives it on."""

    def __init__(self) -> None:
        self._parts = bytearray()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Any) -> int:
        self._parts += data
        return len(data)

    def taken(self) -> bytes:
        part = bytes(self._parts)
        self._parts.clear()
        return part
