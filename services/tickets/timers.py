"""Workers beside the doors: search keys, scans, previews, assignment, fields, sweeping up."""

from typing import Final

from services.tickets.usecases import catchingup, reporting_back
from services.tickets.usecases.allotting import Done, allot, in_force
from services.tickets.usecases.fieldfilling import fill_some, fold_some, owed, rename_some
from services.tickets.usecases.indexing import index_some, lag
from services.tickets.usecases.macros import add_up
from services.tickets.usecases.previewing import preview_one
from services.tickets.usecases.rebuilding import build_some
from services.tickets.usecases.renaming import rename_one
from services.tickets.usecases.scanning import scan_some, scanner_of, waited
from services.tickets.usecases.sweeping import Broom
from services.tickets.usecases.tallying import tally_some
from shared.kit.context import Context
from shared.kit.courtesy import Leisure
from shared.kit.health import Check
from shared.kit.metrics import SEARCH_LAG
from shared.kit.workers import Stop, Worker

_LOOK: Final = 30.0
_LOOK_FOR_CHANGES: Final = 1.0
"""States and departments change without a call: how late a search by them may be."""
_GATHER: Final = 0.1
"""Messages that come close together are indexed together."""
_LOOK_AGAIN: Final = 2.0
_SOON: Final = 1.0
_SWEEP: Final = 600.0
_LATE: Final = 300.0
_LATE_WORDS: Final = 60.0
_TALLY: Final = 10.0
"""A ticket that changes often is read once; reports do not wait for it, they catch up."""
_LOOK_FOR_ROOM: Final = 5.0
_TOGETHER: Final = 0.05
"""Tickets that come close together are given out together."""
_IDLE: Final = 0.25
"""Where no department gives out its tickets in turn, each new one costs next to nothing."""


async def _index(context: Context, stop: Stop) -> None:
    """Woken by each new message; looks by itself for what a stopped process left behind."""
    leisure = Leisure(context.courtesy)
    while not stop.is_set():
        more = True
        while more and not stop.is_set():
            await leisure.come(stop.wait)
            more = await index_some(context) or await rename_one(context)
        await context.wait("tickets.index", _LOOK_FOR_CHANGES)
        await stop.wait(_GATHER)


async def _rebuild(context: Context, stop: Stop) -> None:
    """Makes a new index when somebody asked for one; requests and fresh texts come first."""
    while not stop.is_set():
        while not stop.is_set() and await build_some(context):
            await context.courtesy.give_way()
        await context.wait("tickets.rebuild", _LOOK)


async def _fields(context: Context, stop: Stop) -> None:
    """Rows for filters, new names of tags; looks by itself for what a stopped process left."""
    while not stop.is_set():
        for work in (fill_some, rename_some, fold_some):
            while not stop.is_set() and await work(context):
                await context.courtesy.give_way()
        await context.wait("tickets.fields", _SOON if await owed(context) else _LOOK)


async def _sweep(context: Context, stop: Stop) -> None:
    broom = Broom(context)
    while not await stop.wait(_SWEEP):
        await broom.sweep()


async def _scan(context: Context, stop: Stop) -> None:
    """Woken by each new file; the pause is also how soon a scanner that was away is asked."""
    scanner = scanner_of(context)
    while scanner is not None and not stop.is_set():
        while not stop.is_set() and await scan_some(context, scanner):
            await context.courtesy.give_way()
        await context.wait("tickets.scan", _LOOK_AGAIN)


async def _preview(context: Context, stop: Stop) -> None:
    """One picture at a time: the machine has other work."""
    while not stop.is_set():
        while not stop.is_set() and await preview_one(context):
            await context.courtesy.give_way()
        await context.wait("tickets.preview", _LOOK)


async def _count(context: Context, stop: Stop) -> None:
    """Uses of macros become counts, many at a time."""
    while not stop.is_set():
        while not stop.is_set() and await add_up(context):
            await context.courtesy.give_way()
        await context.wait("tickets.macros", _LOOK)
        await stop.wait(_GATHER)


async def _tally(context: Context, stop: Stop) -> None:
    """Also what an older version left behind: all tickets are queued by the migration."""
    leisure = Leisure(context.courtesy)
    while not await stop.wait(_TALLY):
        more = True
        while more and not stop.is_set():
            await leisure.come(stop.wait)
            more = await tally_some(context)


async def _assign(context: Context, stop: Stop) -> None:
    """Woken by each new ticket, by room for one, and at the instant when somebody goes or is back.

    Looks by itself for what another process left behind.
    """
    while not stop.is_set():
        departments, pause = await in_force(context), _LOOK_FOR_ROOM
        while departments and not stop.is_set():
            await context.courtesy.give_way()
            done = await allot(context, departments)
            if not done.more:
                pause = _until(context, done)
                break
        await context.wait("tickets.assign", pause)
        await stop.wait(_TOGETHER if departments else _IDLE)


def _until(context: Context, done: Done) -> float:
    """Seconds until it is worth a look without being woken."""
    if done.skipped:
        return _TOGETHER
    if done.next_change is None:
        return _LOOK_FOR_ROOM
    left = (done.next_change - context.clock.now()).total_seconds()
    return min(max(left, 0.0), _LOOK_FOR_ROOM)


async def _tell_reports(context: Context, stop: Stop) -> None:
    """Woken by each solved incident; looks by itself for what a killed process left behind."""
    while not stop.is_set():
        while not stop.is_set() and await reporting_back.tell_some(context):
            await context.courtesy.give_way()
        await context.wait(reporting_back.WORKER, _LOOK_AGAIN)


async def _catch_up(context: Context, stop: Stop) -> None:
    """What an older version left untold; afterwards there is never anything more."""
    while not stop.is_set() and await catchingup.tell_some(context):
        await context.courtesy.give_way()
    await stop.wait()


async def check(context: Context) -> Check:
    """Degraded when a file has waited for the scanner for five minutes; its ticket never does."""
    seconds = round(await waited(context), 1)
    late = seconds > _LATE
    cause = "files wait for the scanner" if late else ""
    return Check("warn" if late else "pass", seconds, "s", cause, blocks=False)


async def check_search(context: Context) -> Check:
    """Degraded when texts wait for a minute to be found."""
    seconds = round(await lag(context), 1)
    SEARCH_LAG.labels(context.service).set(seconds)
    late = seconds > _LATE_WORDS
    cause = "texts wait to be indexed" if late else ""
    return Check("warn" if late else "pass", seconds, "s", cause, blocks=False)


WORKERS: Final = (
    Worker("tickets.index", _index),
    Worker("tickets.rebuild", _rebuild),
    Worker("tickets.scan", _scan),
    Worker("tickets.preview", _preview),
    Worker("tickets.sweep", _sweep),
    Worker("tickets.macros", _count),
    Worker("tickets.tally", _tally),
    Worker("tickets.assign", _assign),
    Worker("tickets.fields", _fields),
    Worker(reporting_back.WORKER, _tell_reports),
    Worker(catchingup.WORKER, _catch_up),
)
