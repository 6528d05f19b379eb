"""Rules of assignment: read, set, and the ticket that somebody takes for themselves."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from services.tickets.domain.assigning import (
    DEFAULT_CAPACITY,
    Candidate,
    Mode,
    Reason,
    Skill,
    Turn,
    choose,
    may_lead,
    may_look,
    may_rule,
)
from services.tickets.domain.lifecycle import TERMINAL, legal_verbs
from services.tickets.domain.rights import ASSIGNABLE_ROLES
from services.tickets.domain.views import COUNTED
from services.tickets.problems import IllegalMove
from services.tickets.problems.assigning import AlreadyTaken
from services.tickets.store import assigning as store
from services.tickets.store.rows import Row
from services.tickets.usecases.directory import require_department
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import staff_only
from services.tickets.usecases.verbs import Answered, give
from shared.events.escalation import EscalationAbsenceEnded, EscalationAbsenceNoted
from shared.kit.callers import Caller
from shared.kit.etags import Versions
from shared.kit.problems import Forbidden, NotFound, PreconditionFailed, ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Locale

WORKER: Final = "tickets.assign"
_UNSET: Final[dict[str, Any]] = {
    "mode": Mode.MANUAL.value,
    "default_capacity": DEFAULT_CAPACITY,
    "language": Skill.PREFER.value,
    "reassign_when_absent": False,
    "last_assigned_id": None,
    "version": 0,
}
_RULE: Final = ("mode", "default_capacity", "language", "reassign_when_absent")


async def department(tx: Tx, caller: Caller, department_id: UUID) -> dict[str, Any]:
    """The rule of a department, and who could take a ticket now."""
    viewer = staff_only(caller)
    if not may_look(viewer, frozenset({department_id})):
        raise NotFound
    await _require(tx, caller, department_id)
    return await _told(tx, department_id, await store.rule(tx, department_id))


async def set_department(
    tx: Tx,
    caller: Caller,
    department_id: UUID,
    values: dict[str, Any],
    expected: Versions | None,
) -> dict[str, Any]:
    """From the next ticket on, and for those that wait already."""
    viewer = staff_only(caller)
    if not may_look(viewer, frozenset({department_id})):
        raise NotFound
    if not may_rule(viewer, caller.roles, department_id):
        raise Forbidden
    await _require(tx, caller, department_id)
    await store.take_turn(tx)
    row = await store.rule(tx, department_id, lock=True)
    _check_version(row["version"] if row else 0, expected)
    await store.put_rule(tx, {"department_id": department_id, **values})
    tx.wake(WORKER)
    return await _told(tx, department_id, await store.rule(tx, department_id))


async def person(tx: Tx, caller: Caller, person_id: UUID) -> dict[str, Any]:
    """What somebody takes; colleagues of a department may know."""
    return _person(await _colleague(tx, caller, person_id))


async def set_person(
    tx: Tx, caller: Caller, person_id: UUID, values: dict[str, Any], expected: Versions | None
) -> dict[str, Any]:
    """Everybody pauses themselves; how much and in which language, their leaders say."""
    viewer = staff_only(caller)
    await store.hold_person(tx, person_id)
    row = await _colleague(tx, caller, person_id)
    if not may_lead(viewer, caller.roles, frozenset(row["department_ids"])):
        own = caller.kind == "user" and caller.id == person_id
        if not own or any(
            values[name] != _person(row)[name] for name in values.keys() - {"paused"}
        ):
            raise Forbidden
    _check_version(row["version"], expected)
    known = {name: row[name] for name in ("capacity", "languages", "paused")}
    if known["languages"] is None:
        known["languages"] = [row["locale"]]
    await store.put_person(tx, {"person_id": person_id, **known, **values})
    tx.wake(WORKER)
    return _person(await _colleague(tx, caller, person_id))


async def take(tx: Tx, caller: Caller, ticket_id: UUID) -> Answered:
    """For oneself, if nobody was faster; taking what one has is no news."""
    viewer = staff_only(caller)
    if caller.kind != "user" or ASSIGNABLE_ROLES.isdisjoint(caller.roles):
        raise Forbidden
    life = await begin(tx, caller, ticket_id, viewer)
    if life.ticket.status in TERMINAL:
        raise IllegalMove(life.ticket.status, legal_verbs(life.ticket.status))
    if life.ticket.assignee_id not in {None, caller.id}:
        raise AlreadyTaken(assignee_id=life.ticket.assignee_id)
    give(life, caller.id, "manual")
    return await life.save(), life


async def note_absence(tx: Tx, fact: EscalationAbsenceNoted) -> None:
    """Somebody is or will be away."""
    values = {"id": fact.absence_id, "person_id": fact.user_id}
    await store.put_absence(tx, {**values, "starts_at": fact.starts_at, "ends_at": fact.ends_at})
    tx.wake(WORKER)


async def end_absence(tx: Tx, fact: EscalationAbsenceEnded) -> None:
    await store.drop_absence(tx, fact.absence_id)
    tx.wake(WORKER)


async def _require(tx: Tx, caller: Caller, department_id: UUID) -> None:
    try:
        await require_department(tx.context, department_id, caller.locale)
    except ValidationFailed:
        raise NotFound from None


async def _colleague(tx: Tx, caller: Caller, person_id: UUID) -> Row:
    row = await store.person(tx, person_id)
    viewer = staff_only(caller)
    if row is None:
        raise NotFound
    if caller.id != person_id and not may_look(viewer, frozenset(row["department_ids"])):
        raise NotFound
    return row


def _check_version(version: int, expected: Versions | None) -> None:
    if expected is not None and version not in expected:
        raise PreconditionFailed


def _person(row: Row) -> dict[str, Any]:
    languages = row["languages"] if row["languages"] is not None else [row["locale"]]
    return {
        "person_id": row["id"],
        "languages": languages,
        **{name: row[name] for name in ("capacity", "paused", "absent", "version")},
    }


async def _told(tx: Tx, department_id: UUID, row: Row | None) -> dict[str, Any]:
    rule = _UNSET if row is None else dict(row)
    agents = await store.agents(tx, department_id, rule["default_capacity"])
    count, languages = await store.waiting(tx, department_id, COUNTED)
    return {
        "department_id": department_id,
        **{name: rule[name] for name in (*_RULE, "version")},
        "agents": [_agent(tx, one) for one in agents],
        "unassigned": {
            "count": min(count, COUNTED),
            "more": count > COUNTED,
            "reason": _reason(tx, agents, rule, languages) if count else None,
        },
    }


def _agent(tx: Tx, one: Candidate) -> dict[str, Any]:
    return {
        "person_id": one.id,
        "capacity": one.capacity,
        "open": one.open,
        "languages": sorted(one.languages),
        "paused": one.paused,
        "absent": any(span.covers(tx.now) for span in one.absences),
        "free": one.room and one.here(tx.now),
    }


def _reason(
    tx: Tx, agents: list[Candidate], rule: dict[str, Any], languages: Iterable[Locale]
) -> str | None:
    """Why tickets wait: what stands in the way of the first language that waits."""
    if rule["mode"] == Mode.MANUAL:
        return "manual"
    turns = [Turn(locale, Skill(rule["language"]), None) for locale in languages]
    found = [choose(agents, turn, tx.now) for turn in turns]
    reasons = [one for one in found if isinstance(one, Reason)]
    return reasons[0].value if reasons else None
