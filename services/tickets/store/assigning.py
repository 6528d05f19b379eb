"""Rules of departments, what people take, who is away, and the queue of what nobody has."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping, Table
from sqlalchemy.dialects.postgresql import insert

from services.tickets.domain.assigning import Candidate, Span
from services.tickets.tables import AssignmentPerson, AssignmentRule
from shared.kit.tables import table
from shared.kit.tx import Tx
from shared.vocabulary import Locale, Role

RULE = table(AssignmentRule)
PERSON = table(AssignmentPerson)
LIVE: Final = "('new', 'open', 'waiting_customer', 'waiting_third_party')"

_AGENTS: Final = f"""select p.id, p.locale, a.capacity, a.languages,
        coalesce(a.paused, false) as paused,
        (select count(*) from tickets.ticket t
            where t.assignee_id = p.id and t.status in {LIVE}) as open,
        array(select b.starts_at from tickets.absence b
            where b.person_id = p.id and b.ends_at > :now order by b.id) as starts,
        array(select b.ends_at from tickets.absence b
            where b.person_id = p.id and b.ends_at > :now order by b.id) as ends
    from tickets.person p left join tickets.assignment_person a on a.person_id = p.id
    where p.department_ids @> array[cast(:department as uuid)] and p.department_ids <> '{{}}'
        and :role = any(p.roles) and not p.disabled
    order by p.id"""
QUEUE: Final = f"""select t.id from tickets.ticket t
    where t.department_id = :department and t.assignee_id is null and t.status in {LIVE}
        and t.status in ('new', 'open') and t.locale = any(:locales)
    order by t.next_due_at, t.id limit :limit"""
_LEFT: Final = f"""select t.id from tickets.ticket t
    where t.department_id = :department and t.assignee_id = any(:away) and t.status in {LIVE}
        and t.locale = any(:locales)
    order by t.next_due_at, t.id limit :limit"""


async def take_turn(tx: Tx) -> None:
    """One process gives out tickets at a time: what somebody has is counted, not guessed."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('tickets.assign'))")


async def rules_in_force(tx: Tx) -> list[RowMapping]:
    return await tx.rows(
        "select * from tickets.assignment_rule where mode = 'round_robin' order by department_id"
    )


async def rule(tx: Tx, department_id: UUID, *, lock: bool = False) -> RowMapping | None:
    held = " for no key update" if lock else ""
    return await tx.row(
        f"select * from tickets.assignment_rule where department_id = :id{held}",
        {"id": department_id},
    )


async def agents(tx: Tx, department_id: UUID, default: int) -> list[Candidate]:
    """The agents of a department with what they have and whether they are here."""
    params = {"department": department_id, "role": Role.AGENT.value, "now": tx.now}
    return [_candidate(row, default) for row in await tx.rows(_AGENTS, params)]


async def unassigned(
    tx: Tx, department_id: UUID, locales: Iterable[Locale], limit: int
) -> list[UUID]:
    """What nobody has, soonest due first."""
    params = {"department": department_id, "locales": list(locales), "limit": limit}
    return [row["id"] for row in await tx.rows(QUEUE, params)]


async def left_behind(
    tx: Tx, department_id: UUID, away: Sequence[UUID], locales: Iterable[Locale], limit: int
) -> list[UUID]:
    """What those have who are away."""
    params = {"department": department_id, "away": away, "locales": list(locales), "limit": limit}
    return [row["id"] for row in await tx.rows(_LEFT, params)]


async def claimed(tx: Tx, ticket_ids: Sequence[UUID]) -> list[RowMapping]:
    """The rows, held; those that somebody is just changing are skipped."""
    return await tx.rows(
        f"""select t.* from tickets.ticket t where t.id = any(:ids) and t.status in {LIVE}
        order by t.next_due_at, t.id for no key update skip locked""",
        {"ids": list(ticket_ids)},
    )


async def remember(tx: Tx, department_id: UUID, person_id: UUID) -> None:
    """The turn goes on after this person."""
    await tx.execute(
        "update tickets.assignment_rule set last_assigned_id = :person where department_id = :id",
        {"person": person_id, "id": department_id},
    )


async def next_change(tx: Tx) -> datetime | None:
    """When somebody goes away or comes back next."""
    found: datetime | None = await tx.scalar(
        """select least(
            (select min(starts_at) from tickets.absence where starts_at > :now),
            (select min(ends_at) from tickets.absence where ends_at > :now))""",
        {"now": tx.now},
    )
    return found


async def person(tx: Tx, person_id: UUID) -> RowMapping | None:
    """Somebody of the desk, with what was set for them."""
    return await tx.row(
        """select p.id, p.roles, p.department_ids, p.locale, p.disabled, a.capacity, a.languages,
            coalesce(a.paused, false) as paused, coalesce(a.version, 0) as version,
            exists (select 1 from tickets.absence b where b.person_id = p.id
                and b.starts_at <= :now and b.ends_at > :now) as absent
        from tickets.person p left join tickets.assignment_person a on a.person_id = p.id
        where p.id = :id and not p.roles <@ cast(:customers as text[])""",
        {
            "id": person_id,
            "now": tx.now,
            "customers": [Role.CUSTOMER.value, Role.CUSTOMER_ADMIN.value],
        },
    )


async def hold_person(tx: Tx, person_id: UUID) -> None:
    """Two who change the same person's settings go one after the other."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended(:id, 7))", {"id": str(person_id)}
    )


async def put_rule(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, RULE, "department_id", values)


async def put_person(tx: Tx, values: dict[str, Any]) -> None:
    await _put(tx, PERSON, "person_id", values)


async def put_absence(tx: Tx, values: dict[str, Any]) -> None:
    """Absences that are over are forgotten along the way."""
    await tx.execute("delete from tickets.absence where ends_at <= :now", {"now": tx.now})
    await tx.execute(
        """insert into tickets.absence (id, person_id, starts_at, ends_at)
        values (:id, :person_id, :starts_at, :ends_at) on conflict (id) do nothing""",
        values,
    )


async def drop_absence(tx: Tx, absence_id: UUID) -> None:
    await tx.execute("delete from tickets.absence where id = :id", {"id": absence_id})


async def waiting(tx: Tx, department_id: UUID, most: int) -> tuple[int, list[Locale]]:
    """How long the department's queue is, to `most` + 1, and in which languages."""
    rows = await tx.rows(
        f"""select q.locale, count(*) from (select t.locale from tickets.ticket t
            where t.department_id = :department and t.assignee_id is null and t.status in {LIVE}
                and t.status in ('new', 'open') limit :limit) q
            group by q.locale order by q.locale""",
        {"department": department_id, "limit": most + 1},
    )
    return sum(row["count"] for row in rows), [Locale(row["locale"]) for row in rows]


async def _put(tx: Tx, target: Table, key: str, values: dict[str, Any]) -> None:
    wish = insert(target).values(**values, version=1, updated_at=tx.now)
    rest: dict[str, Any] = {name: wish.excluded[name] for name in values if name != key}
    rest |= {"version": target.c.version + 1, "updated_at": tx.now}
    await tx.execute(wish.on_conflict_do_update(index_elements=[key], set_=rest))


def _candidate(row: RowMapping, default: int) -> Candidate:
    """Who said nothing of languages speaks the one that they read the desk in."""
    spoken = row["languages"] if row["languages"] is not None else [row["locale"]]
    return Candidate(
        id=row["id"],
        capacity=default if row["capacity"] is None else row["capacity"],
        open=row["open"],
        languages=frozenset(map(Locale, spoken)),
        paused=row["paused"],
        absences=tuple(map(Span, row["starts"], row["ends"])),
    )
