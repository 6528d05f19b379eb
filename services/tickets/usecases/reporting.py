"""Reports over stretches: groups and totals of each measure, within the caller's rights."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters.people import organizations_of
from services.tickets.domain.reporting import (
    NAMED,
    Grouping,
    Measure,
    Question,
    figures,
    groups,
)
from services.tickets.domain.rights import Reach, Viewer
from services.tickets.domain.words import number_text
from services.tickets.problems.reports import ReportTooSlow, refused
from services.tickets.store import directory, feedback, reports, seals
from services.tickets.store.rows import Row as StoredRow
from services.tickets.usecases import answers
from services.tickets.usecases.figures import zone_of
from services.tickets.usecases.questioned import require_sight
from services.tickets.usecases.sight import viewer_of
from services.tickets.usecases.tallying import catch_up
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.problems import Forbidden
from shared.kit.tx import Tx
from shared.vocabulary import RESERVED_ORGANIZATION, Locale

Row = dict[str, Any]
Names = dict[tuple[Grouping, str], str]
_REACHES: Final = frozenset({Reach.ALL, Reach.DEPARTMENTS, Reach.ORGANIZATION})


def reader(caller: Caller) -> Viewer:
    """The viewer, who must see more than tickets of their own."""
    viewer = viewer_of(caller)
    if viewer.reach not in _REACHES:
        raise Forbidden
    return viewer


async def home_zone(context: Context, caller: Caller, organization_id: UUID | None) -> str:
    """Days begin where the organization is that is asked about, else where the company is."""
    own = caller.organization_id if viewer_of(caller).reach is Reach.ORGANIZATION else None
    async with context.tx() as tx:
        return await zone_of(tx, own or organization_id or RESERVED_ORGANIZATION)


async def report(context: Context, caller: Caller, question: Question, locale: Locale) -> Row:
    """`items` of the groups, `totals` over all; exact unless a long queue is being worked off."""
    viewer = reader(caller)
    filters = question.filters
    await require_sight(context, viewer, filters.organization_id, filters.department_id)
    complete = await catch_up(context)
    async with context.tx(caller) as tx:
        await reports.prepare(tx, context.settings.tickets_report_seconds)
        found = {one: await _sums(tx, viewer, question, one) for one in question.measures}
    items = _items(found, question)
    if len(items) > reports.MOST_ROWS:
        raise refused("?group_by", "report_too_large", caller.locale)
    await _name(context, viewer, items, locale)
    return {
        "from": question.start,
        "to": question.end,
        "timezone": question.zone.key,
        "metrics": list(question.measures),
        "group_by": ",".join(question.by),
        "items": items,
        "totals": _totals(found),
        "complete": complete,
    }


async def _sums(tx: Tx, viewer: Viewer, question: Question, measure: Measure) -> list[Row]:
    try:
        return await reports.sums(tx, viewer, question, measure)
    except reports.TooSlow as slow:
        raise ReportTooSlow from slow


def _items(found: dict[Measure, list[Row]], question: Question) -> list[Row]:
    """One for each group that any measure knows; a measure that does not know it is null."""
    cuts = [cut.name for cut in question.cuts()]
    items: dict[tuple[str | None, ...], Row] = {}
    for measure, rows in found.items():
        for row in rows:
            if row["total"]:
                continue
            group = groups(row, question, cuts)
            blank: Row = {"groups": group, "names": {}, **{one.value: None for one in found}}
            item = items.setdefault(tuple(group.values()), blank)
            item[measure.value] = figures(measure, row)
    if len(found) == 1:
        return [*items.values()]
    return [items[key] for key in sorted(items, key=_place)]


def _place(key: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in key)


def _totals(found: dict[Measure, list[Row]]) -> Row:
    return {
        measure.value: figures(measure, next(row for row in rows if row["total"]))
        for measure, rows in found.items()
    }


async def _name(context: Context, viewer: Viewer, items: list[Row], locale: Locale) -> None:
    """Names beside ids: of agents for the desk's own people alone."""
    names = await names_of(
        context,
        departments={one["groups"].get("department") for one in items},
        agents={one["groups"].get("agent") for one in items} if viewer.staff else set(),
        organizations={one["groups"].get("organization") for one in items},
        locale=locale,
    )
    for item in items:
        item["names"] = {
            by: names[value]
            for by, value in item["groups"].items()
            if by in NAMED and value in names
        }


async def names_of(
    context: Context,
    *,
    departments: set[Any],
    agents: set[Any],
    organizations: set[Any],
    locale: Locale,
) -> dict[str, str]:
    """What they are called, by their ids; what is not known has no name."""
    names: dict[str, str] = {}
    if departments - {None}:
        async with context.tx() as tx:
            rows = await directory.departments(tx)
        names = {str(row["id"]): row[f"name_{locale}"] for row in rows}
    cards = await answers.cards_for(context, _ids(agents))
    houses = await organizations_of(context).cards(context, _ids(organizations))
    known = (*cards.items(), *houses.items())
    return names | {str(one): card.name for one, card in known if card.name}


def _ids(values: set[Any]) -> list[UUID]:
    return [UUID(str(one)) for one in values if one]


Place = tuple[datetime, UUID, int]


async def ratings(
    context: Context, caller: Caller, wish: dict[str, Any], limit: int, locale: Locale
) -> tuple[list[Row], list[Any] | None]:
    """What customers said, newest first; the place of the next page, if there is one."""
    viewer = reader(caller)
    await require_sight(context, viewer, wish["organization_id"], wish["department_id"])
    await catch_up(context)
    async with context.tx(caller) as tx:
        rows = await feedback.listed(tx, viewer, wish, limit)
    shown = rows[:limit]
    names = await names_of(
        context,
        departments={row["department_id"] for row in shown},
        agents={row["assignee_id"] for row in shown} if viewer.staff else set(),
        organizations={row["organization_id"] for row in shown},
        locale=locale,
    )
    items = [await _rating(context, row, names) for row in shown]
    if len(rows) <= limit:
        return items, None
    last = shown[-1]
    return items, [last["given_at"], last["ticket_id"], last["reopen_count"]]


async def _rating(context: Context, row: StoredRow, names: dict[str, str]) -> Row:
    box = await context.vault.box(row["organization_id"])
    plain = ("ticket_id", "reopen_count", "score", "given_at", "reopened", "by_link")
    held = ("organization_id", "department_id", "assignee_id", "priority")
    return {
        "number": number_text(row["number"]),
        **{name: row[name] for name in (*plain, *held)},
        "comment": seals.unseal(box, seals.COMMENT, row["ticket_id"], row["comment"]),
        "department_name": names.get(str(row["department_id"])),
        "assignee_name": names.get(str(row["assignee_id"])),
        "organization_name": names.get(str(row["organization_id"])),
    }
