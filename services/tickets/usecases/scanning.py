"""Files on their way past the scanner: it may be away, a file waits, its ticket never does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from services.tickets.adapters.clamd import Clamd, ScanBroken, Scanner, ScannerAway
from services.tickets.adapters.files import Place, files_of
from services.tickets.domain.scanning import ATTEMPTS, State, pause, settled, verdict
from services.tickets.store import files, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases.life import HOUSE, Life
from shared.kit.context import Context
from shared.kit.crypto import SealBroken
from shared.kit.logging import get_logger
from shared.kit.objects import StoreAway
from shared.kit.tx import Tx

_LEASE: Final = timedelta(minutes=3)
_AWAY: Final = timedelta(seconds=10)
_BATCH: Final = 4
_log = get_logger("scan")


def scanner_of(context: Context) -> Scanner | None:
    """The scanner of the settings, if any."""
    place: str = context.settings.tickets_clamd
    return Clamd(place) if place else None


async def scan_some(context: Context, scanner: Scanner) -> bool:
    """One batch of waiting files; whether there may be more."""
    async with context.tx() as tx:
        rows = await files.claim_scans(tx, tx.now + _LEASE, _BATCH)
    for place, row in enumerate(rows):
        try:
            await _scan(context, scanner, row)
        except (ScannerAway, StoreAway) as away:
            _log.warning("scanner_away", cause=str(away))
            async with context.tx() as tx:
                for waiting in rows[place:]:
                    await files.scan_later(tx, waiting["id"], _AWAY, counted=False)
            return False
    return len(rows) == _BATCH


async def waited(context: Context) -> float:
    """Seconds that the oldest file has waited for the scanner; 0 without a scanner."""
    if not context.settings.tickets_clamd:
        return 0.0
    async with context.tx() as tx:
        since = await files.oldest_wait(tx)
        return (tx.now - since).total_seconds() if since else 0.0


async def _scan(context: Context, scanner: Scanner, row: Row) -> None:
    try:
        found = verdict(await scanner.ask(await content_of(context, row)))
    except (FileNotFoundError, SealBroken) as error:
        _log.error("file_lost", attachment_id=str(row["id"]), error=type(error).__name__)
        found = State.UNSCANNABLE
    except ScanBroken:
        found = None
    if found is None and row["scan_attempts"] < ATTEMPTS:
        async with context.tx() as tx:
            await files.scan_later(tx, row["id"], pause(row["scan_attempts"]), counted=True)
        return
    await _settle(context, row, settled(found or State.UNSCANNABLE, row["cautions"]))


async def _settle(context: Context, row: Row, state: State) -> None:
    async with context.tx() as tx:
        if await files.scanned(tx, row["id"], state) and state is not State.CLEAN:
            await _tell_staff(tx, row, state)
        tx.wake("tickets.preview")


async def _tell_staff(tx: Tx, row: Row, state: State) -> None:
    """In the story of the ticket; its name is found by the id."""
    ticket = await tickets.lock(tx, row["ticket_id"])
    if ticket is None:
        return
    box = await tx.context.vault.box(ticket["organization_id"])
    life = Life(tx, ticket, box, HOUSE)
    life.note(f"file_{state}", {"attachment_id": str(row["id"])}, public=False)
    await life.save()


async def content_of(context: Context, row: Row) -> AsyncIterator[bytes]:
    """The opened content of a file's row."""
    box = await context.vault.box(row["organization_id"])
    place = Place(row["file_id"], row["file_key"], row["size"])
    return files_of(context).read(box, place)
