"""Whether an id of a department, person or organization means anything (decisions.md 2)."""

from typing import Literal
from uuid import UUID
from weakref import WeakKeyDictionary

from services.tickets import problems
from services.tickets.adapters import directory as gateway
from services.tickets.adapters.people import people_of
from services.tickets.domain.rights import ASSIGNABLE_ROLES
from services.tickets.store import directory, search
from shared.events.identity import (
    DepartmentFact,
    IdentityUserDisabled,
    OrganizationFact,
    UserState,
)
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.database import Database
from shared.kit.problems import ValidationFailed
from shared.kit.tx import Tx
from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION, Locale, Localized

_seen: WeakKeyDictionary[Database, set[UUID]] = WeakKeyDictionary()


async def require_department(context: Context, department_id: UUID, locale: Locale) -> None:
    """ValidationFailed unless the department exists; asks the gateway about what is new."""
    seen = _seen.setdefault(context.database, {DEFAULT_DEPARTMENT})
    if department_id in seen:
        return
    async with context.tx() as tx:
        known = await directory.department(tx, department_id)
    if known is None:
        answer = await gateway.fetch_department(context, department_id)
        if answer is None:
            texts = problems.DEPARTMENT_UNKNOWN
            raise ValidationFailed.of("/department_id", "unknown_department", texts, locale)
        async with context.tx() as tx:
            await directory.put_department(tx, _department(department_id, answer))
    seen.add(department_id)


async def require_organization(context: Context, organization_id: UUID, locale: Locale) -> None:
    """ValidationFailed unless the organization exists."""
    seen = _seen.setdefault(context.database, {DEFAULT_DEPARTMENT})
    if organization_id in seen or organization_id == RESERVED_ORGANIZATION:
        return
    async with context.tx() as tx:
        known = await directory.organization(tx, organization_id)
    if known is None and await gateway.fetch_organization(context, organization_id) is None:
        texts = problems.ORGANIZATION_UNKNOWN
        raise ValidationFailed.of("/organization_id", "unknown_organization", texts, locale)
    seen.add(organization_id)


async def assignee(
    context: Context, caller: Caller, wanted: UUID | Literal["me"] | None
) -> UUID | None:
    """Whom a caller means; ValidationFailed where a ticket cannot be theirs."""
    person_id = caller.id if wanted == "me" else wanted
    if person_id is not None:
        await require_assignee(context, person_id, caller.locale)
    return person_id


async def require_assignee(context: Context, person_id: UUID, locale: Locale) -> None:
    """ValidationFailed unless a ticket can be assigned to this person."""
    async with context.tx() as tx:
        known = await directory.person(tx, person_id)
    if known is None:
        answer = await gateway.fetch_person(context, person_id)
        roles, disabled = (answer or {}).get("roles", ()), (answer or {}).get("disabled", False)
    else:
        roles, disabled = known["roles"], known["disabled"]
    if disabled or ASSIGNABLE_ROLES.isdisjoint(roles):
        texts: Localized = problems.ASSIGNEE_UNKNOWN
        raise ValidationFailed.of("/assignee_id", "unknown_assignee", texts, locale)


async def note_person(tx: Tx, fact: UserState) -> None:
    """A user was made or changed."""
    people_of(tx.context).forget(fact.user_id)
    await search.ask(tx, "person", [(fact.user_id, 0)])
    tx.wake("tickets.assign")
    await directory.put_person(
        tx,
        {
            "id": fact.user_id,
            "organization_id": fact.organization_id,
            "roles": [role.value for role in fact.roles],
            "department_ids": list(fact.department_ids),
            "locale": fact.locale,
            "disabled": fact.disabled,
        },
    )


async def note_disabled(tx: Tx, fact: IdentityUserDisabled) -> None:
    await directory.disable(tx, fact.user_id)


async def note_department(tx: Tx, fact: DepartmentFact) -> None:
    facts = {"name": fact.name, "is_default": fact.is_default}
    await directory.put_department(tx, _department(fact.department_id, facts))


async def note_organization(tx: Tx, fact: OrganizationFact) -> None:
    values = {"id": fact.organization_id, "locale": fact.locale, "timezone": fact.timezone}
    await directory.put_organization(tx, values)


def _department(department_id: UUID, facts: dict[str, object]) -> dict[str, object]:
    name = facts["name"]
    assert isinstance(name, dict)
    return {
        "id": department_id,
        "name_ar": name["ar"],
        "name_en": name["en"],
        "is_default": bool(facts.get("is_default")),
    }
