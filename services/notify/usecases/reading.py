"""What people and programs read here: their inbox, their preferences, the feed of events."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.notify.domain import labels
from services.notify.domain.subscriptions import matches
from services.notify.problems import misasked
from services.notify.store import feed, notices, webhooks
from services.notify.usecases.hearing import heard
from services.notify.usecases.publishing import PARTNER_TYPES
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.locale import isolate, pick
from shared.kit.problems import NotFound
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION, Locale

STREAMS: Final = "streams"
"""Bell of the open streams: something new is in the feed."""


async def notices_of(
    tx: Tx, caller: Caller, locale: Locale, *, unread: bool, before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """The caller's inbox, worded for them."""
    rows = await notices.notices(tx, caller.id, unread=unread, before=before, limit=limit)
    return [worded(row, locale) for row in rows]


def worded(row: dict[str, Any], locale: Locale) -> dict[str, Any]:
    """A line of the inbox with its title in the reader's language."""
    number = f"SND-{row['number']}" if row["number"] is not None else None
    facts = row["facts"]
    words = {
        "number": isolate(number or "?"),
        "role": _word(labels.ROLES, facts.get("role"), locale),
        "metric": _word(labels.METRICS, facts.get("metric"), locale),
        "item": _word(labels.ITEMS, facts.get("item"), locale),
        "date": isolate(str(facts.get("date", ""))),
        "score": isolate(str(facts.get("score", ""))),
        "news": _word(labels.NEWS, facts.get("news"), locale),
    }
    title = pick(labels.NOTICES[row["kind"]], locale).format(**words)
    return {**row, "title": title, "ticket_number": number}


def _word(texts: Any, key: str | None, locale: Locale) -> str:
    return pick(texts[key], locale) if key else ""


async def mark_read(tx: Tx, caller: Caller, notice_id: UUID) -> None:
    if not await notices.mark_read(tx, caller.id, notice_id, tx.now):
        raise NotFound


async def preference(tx: Tx, caller: Caller) -> dict[str, Any]:
    row = await notices.preference(tx, caller.id)
    return dict(row) if row else {"digits": "latin", "muted": []}


async def set_preference(tx: Tx, caller: Caller, wish: dict[str, Any]) -> dict[str, Any]:
    values = {
        "user_id": caller.id,
        "organization_id": caller.organization_id or RESERVED_ORGANIZATION,
        "digits": wish["digits"].value,
        "muted": wish["muted"],
        "updated_at": tx.now,
    }
    await notices.put_preference(tx, values)
    return values


async def place(tx: Tx, after: str | None) -> int:
    """The position that `after` names: a position, or the id of an event in the feed."""
    if not after:
        return 0
    if after.isascii() and after.isdigit() and len(after) < 19:
        return int(after)
    try:
        found = await feed.position_of(tx, UUID(after))
    except ValueError:
        found = None
    if found is None:
        raise misasked("?after", "unknown_place")
    return found


async def newest(tx: Tx) -> int:
    """The end of the feed as it is now."""
    return await feed.newest(tx)


def chosen_types(patterns: list[str] | None) -> list[str]:
    """The partner-visible types that fit any pattern; none given = all."""
    if patterns is None:
        return []
    found = [t for t in sorted(PARTNER_TYPES) if any(matches(one, t) for one in patterns)]
    if not found:
        raise misasked("?types", "unknown_event_type")
    return found


async def events(
    tx: Tx, caller: Caller, after: int, types: list[str], limit: int
) -> tuple[list[str], int]:
    """Envelopes after a position, as JSON text, and the position to go on from."""
    rows = await feed.read(tx, caller, after, types, limit)
    told = await heard(tx, caller, [row["envelope"] for row in rows])
    end = rows[-1]["position"] if rows else after
    return [one for one in told if one is not None], end


async def number_feed(context: Context, limit: int) -> int:
    async with context.tx() as tx:
        return await feed.number(tx, limit)


async def sweep(context: Context, kept: timedelta) -> None:
    """Drop what is older than a replay may ask for."""
    async with context.tx() as tx:
        horizon: datetime = tx.now - kept
        await feed.drop_before(tx, horizon)
        await webhooks.drop_before(tx, horizon)
