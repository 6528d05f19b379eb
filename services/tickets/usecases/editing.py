"""PATCH of a ticket: priority, department, assignee, subject, tags, custom fields."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.tickets import problems
from services.tickets.domain.rights import Viewer
from services.tickets.domain.tags import distinct
from services.tickets.domain.tagstories import difference
from services.tickets.store import seals
from services.tickets.store.rows import Row
from services.tickets.usecases import fielding, tagging
from services.tickets.usecases.directory import assignee, require_department
from services.tickets.usecases.life import Life
from services.tickets.usecases.replying import begin
from services.tickets.usecases.sight import viewer_of
from services.tickets.usecases.verbs import give
from services.tickets.usecases.watching import owned
from shared.events.ticket import (
    TicketDepartmentChanged,
    TicketPriorityChanged,
)
from shared.kit.callers import Caller
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import Priority

FOR_CUSTOMERS = frozenset({"subject", "custom"})


@dataclass(frozen=True, slots=True)
class Edit:
    """The fields that a caller sent, and the version that it believes in."""

    fields: dict[str, Any]
    reason: str | None = None


async def edit(tx: Tx, caller: Caller, ticket_id: UUID, wish: Edit) -> tuple[Row, Life]:
    """Each kind of change is a fact of its own; customers change what describes their problem."""
    viewer = viewer_of(caller)
    fields = dict(wish.fields)
    _check_rights(caller, viewer, fields)
    if "department_id" in fields:
        await require_department(tx.context, fields["department_id"], caller.locale)
    if "assignee_id" in fields:
        fields |= {"assignee_id": await assignee(tx.context, caller, fields["assignee_id"])}
    if "tags" in fields:
        fields |= {"tags": await tagging.canonical(tx.context, caller, fields["tags"])}
    wish = replace(wish, fields=fields)
    life = await begin(tx, caller, ticket_id, viewer)
    amend(life, wish)
    if viewer.staff:
        life.acted()
    return await life.save(), life


def amend(life: Life, wish: Edit) -> None:
    """Each kind of change that is one; custom values are those of the department it is in then."""
    home = life.ticket.department_id
    _route(life, wish)
    changed = "custom" in wish.fields and fielding.put(life, wish.fields["custom"])
    if life.ticket.department_id != home:
        fielding.check_moved(life)
    _describe(life, wish, changed=changed)


def _route(life: Life, wish: Edit) -> None:
    fields = wish.fields
    if "priority" in fields:
        set_priority(life, fields["priority"], wish.reason)
    if "department_id" in fields and fields["department_id"] != life.ticket.department_id:
        _move_department(life, fields["department_id"], wish.reason)
    if "assignee_id" in fields:
        give(life, fields["assignee_id"], "manual")


def set_priority(life: Life, priority: Priority, reason: str | None) -> None:
    """From now on the desk's own word counts, not the customer's wish (decisions.md 11)."""
    life.change(priority_settled=True)
    move_priority(life, priority, reason)


def move_priority(life: Life, priority: Priority, reason: str | None = None) -> None:
    """Another effective priority, whoever's word it is."""
    old = life.ticket.priority
    if priority == old:
        return
    life.change(priority=priority)
    actor = life.actor.id
    life.state(
        TicketPriorityChanged(**life.base, from_priority=old, to_priority=priority, actor_id=actor)
    )
    life.note("priority_changed", {"from_priority": old, "to_priority": priority}, reason=reason)


def _move_department(life: Life, department_id: UUID, reason: str | None) -> None:
    old = life.ticket.department_id
    life.change(department_id=department_id)
    life.state(
        TicketDepartmentChanged(
            **life.base,
            from_department_id=old,
            to_department_id=department_id,
            actor_id=life.actor.id,
        )
    )
    data = {"department_id": str(department_id), "from_department_id": str(old)}
    life.note("department_changed", data, reason=reason)
    owned(life)


def _describe(life: Life, wish: Edit, *, changed: bool) -> None:
    fields, ticket = wish.fields, life.ticket
    named = [name for name in ("subject", "tags") if name in fields]
    tags = distinct(fields.get("tags", ticket.tags))
    if named:
        detail = difference(ticket.tags, tags) or None
        life.note("edited", {"fields": named}, reason=wish.reason, detail=detail)
    if "subject" in fields:
        life.sealed["subject"] = life.box.seal(seals.SUBJECT, ticket.id, fields["subject"])
        life.sealed["reindex"] = True
        life.tx.wake("tickets.index")
    if "tags" in fields:
        life.change(tags=tags)
    if named or changed:
        borne = life.ticket.tags if "tags" in fields else None
        tagging.state_edited(life, (*named, *(["custom"] if changed else [])), borne)


def _check_rights(caller: Caller, viewer: Viewer, fields: dict[str, Any]) -> None:
    foreign = sorted(set(fields) - FOR_CUSTOMERS)
    if foreign and not viewer.staff:
        texts = problems.STAFF_ONLY
        raise ValidationFailed.of(f"/{foreign[0]}", "staff_only", texts, caller.locale)
