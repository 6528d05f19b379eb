"""Saying that somebody is away, and taking it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.escalation.domain.colleagues import Colleague, Reach, reach
from services.escalation.problems import UnknownColleague
from services.escalation.store import directory as store
from shared.events.escalation import EscalationAbsenceEnded, EscalationAbsenceNoted
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.ids import uuid7
from shared.kit.problems import Forbidden, NotFound, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Localized

_OTHERS = "escalations:write"


async def note_absence(tx: Tx, caller: Caller, wish: dict[str, Any]) -> dict[str, Any]:
    """One's own absence needs no more than the door; somebody else's needs reach over them."""
    user_id = wish["user_id"] or caller.id
    own, others = _is_own(caller, user_id), _reach(caller)
    if not own and others == Reach():
        raise Forbidden
    _check_span(tx, caller, wish["starts_at"], wish["ends_at"])
    person = await store.colleague(tx, user_id)
    if person is None or person.disabled or not (own or others.covers(person)):
        raise UnknownColleague
    if wish["deputy_id"] is not None:
        await _require_deputy(tx, caller, person, wish["deputy_id"])
    values = {
        **wish,
        "user_id": user_id,
        "id": uuid7(),
        "created_by": caller.id,
        "created_at": tx.now,
    }
    await store.put_absence(tx, values)
    state(tx, values)
    return values


def state(tx: Tx, absence: Mapping[str, Any]) -> None:
    """Others give no work to who is away; why somebody is away nobody needs to know."""
    tx.emit(
        EscalationAbsenceNoted(
            absence_id=absence["id"],
            user_id=absence["user_id"],
            at=tx.now,
            starts_at=absence["starts_at"],
            ends_at=absence["ends_at"],
        )
    )


async def state_unsaid(context: Context) -> None:
    """Absences that were noted before others were told of them."""
    async with context.tx() as tx:
        for absence in await store.unsaid(tx):
            state(tx, dict(absence))


def _is_own(caller: Caller, user_id: UUID) -> bool:
    return caller.kind == "user" and caller.id == user_id


def _reach(caller: Caller) -> Reach:
    """Whom the caller speaks for. Of API clients only those bound to no organization do."""
    if not caller.has(_OTHERS):
        return Reach()
    if caller.kind == "client":
        return Reach(everywhere=caller.organization_id is None)
    return reach(caller.roles, caller.department_ids) if caller.kind == "user" else Reach()


def _check_span(tx: Tx, caller: Caller, starts_at: datetime, ends_at: datetime) -> None:
    days = tx.context.settings.escalation_longest_absence_days
    if ends_at - starts_at > timedelta(days=days):
        texts = Localized(
            ar=f"لا يزيد الغياب الواحد على {days} يومًا.",
            en=f"One absence lasts at most {days} days.",
        )
        raise ValidationFailed.of("/ends_at", "absence_too_long", texts, caller.locale)


async def _require_deputy(tx: Tx, caller: Caller, person: Colleague, deputy_id: UUID) -> None:
    if deputy_id == person.user_id:
        texts = Localized(ar="لا ينوب أحد عن نفسه.", en="Nobody is their own deputy.")
        raise ValidationFailed.of("/deputy_id", "own_deputy", texts, caller.locale)
    deputy = await store.colleague(tx, deputy_id)
    if deputy is None or not deputy.may_stand_in_for(person):
        raise UnknownColleague


async def drop_absence(tx: Tx, caller: Caller, absence_id: UUID) -> None:
    """An absence of somebody out of the caller's reach does not exist for them."""
    user_id = await store.absent_person(tx, absence_id)
    if user_id is None:
        raise NotFound
    own = _is_own(caller, user_id)
    if not own and not _reach(caller).covers(await store.colleague(tx, user_id)):
        raise NotFound
    if await store.drop_absence(tx, absence_id):
        tx.emit(EscalationAbsenceEnded(absence_id=absence_id, user_id=user_id, at=tx.now))


async def absences(
    tx: Tx, user_id: UUID | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    since: datetime = tx.now
    return [dict(row) for row in await store.absences(tx, user_id, since, after, limit)]
