"""An incident is solved: so is every report of it that still lives, one after the other.

Each report is a transaction of its own that also marks it told, so that a killed process repeats
none and forgets none. A report that is an incident itself tells its own reports in turn: links
of incidents lead back nowhere, and what is solved already is told nothing.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.tickets.domain.lifecycle import LIVE
from services.tickets.domain.opening import Writing
from services.tickets.domain.words import Action, number_text
from services.tickets.problems.bonds import NO_REPORTS
from services.tickets.store import incidents, seals, tickets
from services.tickets.store.rows import Row
from services.tickets.usecases.fieldbook import book_of
from services.tickets.usecases.fielding import lacking_to_resolve
from services.tickets.usecases.life import Actor, Life
from services.tickets.usecases.replying import put
from services.tickets.usecases.solving import solve
from shared.kit.context import Context
from shared.kit.locale import pick
from shared.kit.logging import get_logger
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import AuthorKind, Channel, Locale, Localized, Status

WORKER: Final = "tickets.incidents"
BATCH: Final = 20
ATTEMPTS: Final = 3
_AGAIN: Final = timedelta(seconds=2)
_STANDS: Final = frozenset({Status.RESOLVED, Status.CLOSED, Status.MERGED})

_log = get_logger("incidents")


Said = str | Localized | None
"""One text for everybody, one for each language, or none."""
_BETWEEN: Final = "\x1f"
"""Between the two languages of a kept pair; no plain text is kept with it."""


def said_to(said: Said, locale: Locale) -> str | None:
    """What somebody of this language is told."""
    return said if said is None or isinstance(said, str) else pick(said, locale)


def require_reports(life: Life) -> None:
    """Who wants reports told should not believe that somebody was."""
    if not life.row["reports"]:
        locale = life.tx.caller.locale
        raise ValidationFailed.of("/tell_reports", "no_reports", NO_REPORTS, locale)


async def begin(life: Life, said: Said) -> None:
    """Whoever has reported this incident and still waits is told by the worker."""
    kept = (life.actor.id, _kept(said))
    telling_id = await incidents.begin(life.tx, life.box, life.ticket, kept)
    total = await incidents.enlist(life.tx, telling_id, life.ticket.id, LIVE)
    if total:
        life.note("reports_told", {"total": total}, public=False)
        life.tx.wake(WORKER)


async def tell_some(context: Context) -> bool:
    """A few reports; whether there may be more."""
    async with context.tx() as tx:
        due = await incidents.due(tx, BATCH)
    if due:
        await book_of(context)
    for one in due:
        await _tell_one(context, one)
    return bool(due)


async def _tell_one(context: Context, one: tuple[UUID, UUID]) -> None:
    """One that fails is tried again, three times; the others never wait for it."""
    try:
        async with context.tx() as tx:
            job = await incidents.claim(tx, one)
            if job is not None:
                told = await _tell(tx, job)
                await incidents.mark(tx, one, "told" if told else "passed")
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this report's alone
        _log.warning("report_untold", report_id=str(one[1]), error=type(error).__name__)
        async with context.tx() as tx:
            await incidents.failed(tx, one, (tx.now + _AGAIN, ATTEMPTS))


async def _tell(tx: Tx, job: Row) -> bool:
    """Solve one report with the incident's words; False when nobody needs to be told any more."""
    incident = await tickets.read(tx, job["incident_id"])
    row = await tickets.lock_living(tx, job["report_id"])
    if incident is None or row is None or not _stands(incident, job):
        return False
    if row["status"] not in LIVE or row["id"] == incident["id"]:
        return False
    box = await tx.context.vault.box(row["organization_id"])
    life = Life(tx, row, box, Actor(job["actor_id"], AuthorKind.STAFF))
    said = await _said(tx, job)
    message_id = await _say(life, said_to(said, life.ticket.locale))
    solve(life, message_id, incident_id=incident["id"])
    _note(life, number_text(incident["number"]))
    if row["reports"]:
        await begin(life, said)
    await life.save()
    return True


async def _say(life: Life, text: str | None) -> UUID | None:
    if text is None:
        return None
    writing = Writing(text, life.actor.id, AuthorKind.STAFF, Channel.WEB, life.at)
    message_id = await put(life, writing)
    if life.moves(Action.RESPOND):
        life.move(Action.RESPOND)
    return message_id


def _note(life: Life, number: str) -> None:
    """What the desk asks of every solution cannot be asked here: the story says what lacks."""
    keys = lacking_to_resolve(life)
    data = {"number": number} | ({"cause": "lacking", "fields": keys} if keys else {})
    life.note("told_by_incident", data, public=False)


async def _said(tx: Tx, job: Row) -> Said:
    box = await tx.context.vault.box(job["organization_id"])
    kept = seals.unseal(box, seals.BODY, job["id"], job["message"])
    if kept is None or _BETWEEN not in kept:
        return kept
    arabic, english = kept.split(_BETWEEN)
    return Localized(ar=arabic, en=english)


def _kept(said: Said) -> str | None:
    if said is None:
        return None
    texts = [said] if isinstance(said, str) else [said["ar"], said["en"]]
    return _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)


def _stands(incident: Row, job: Row) -> bool:
    """What did not hold is not told to anybody else."""
    same = incident["reopen_count"] == job["reopen_count"]
    return same and Status(incident["status"]) in _STANDS
