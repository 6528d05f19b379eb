"""Lists of tickets by keyset: the filters become conditions that the indexes know."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import RowMapping

from services.tickets.domain.listing import Filters, Place, SlaState, Sort, within_reach
from services.tickets.domain.rights import Viewer
from services.tickets.store.relatives import NAMED
from services.tickets.store.rows import Condition
from services.tickets.store.visibility import branches, visible
from shared.kit.tx import Tx

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
Order = tuple[Sort, Place | None, int]
"""Sort, place to go on from, and how many."""

_ORDER: Final = {
    Sort.NEXT_DUE: ("next_due_at", ">", ""),
    Sort.CREATED: ("created_at", "<", " desc"),
    Sort.OLDEST: ("created_at", ">", ""),
    Sort.UPDATED: ("updated_at", "<", " desc"),
    Sort.STALEST: ("updated_at", ">", ""),
    Sort.PRIORITY: ("priority", ">", ""),
    Sort.LEAST: ("priority", "<", " desc"),
    Sort.RELEVANCE: ("created_at", "<", " desc"),
}
_SLA_STATES: Final = {
    SlaState.OK: "('ok', 'pending')",
    SlaState.WARNING: "('warning')",
    SlaState.BREACHED: "('breached')",
}
_NEEDED: Final = ("t.id", "t.requester_id", *(f"t.{name}" for name in NAMED))
_WORDS: Final = ("status", "priority", "channel")
_COMPARED: Final = {
    "organization_id": "t.organization_id = :organization_id",
    "requester_id": "t.requester_id = :requester_id",
    # Nothing changes before it is made: what bounds one instant also bounds the other, so that
    # an order by either starts at the right place of its index.
    "created_from": "t.created_at >= :created_from and t.updated_at >= :created_from",
    "created_to": "t.created_at < :created_to",
    "updated_from": "t.updated_at >= :updated_from",
    "updated_to": "t.updated_at < :updated_to and t.created_at < :updated_to",
    "due_before": "t.next_due_at < :due_before",
}
_UNANSWERED: Final = (
    "t.last_customer_message_at <= :waiting_since and t.created_at <= :waiting_since"
    " and (t.last_staff_message_at is null or t.last_staff_message_at < t.last_customer_message_at)"
    " and t.status in ('new', 'open', 'waiting_customer', 'waiting_third_party')"
)
_VALUED: Final = " and (:valued or (select count(*) from tickets.ticket) >= 0)"
"""Nothing for whoever knows the values, and dear for whoever does not: after five executions the
server would else take a plan for the average value, which walks 109,235 rows of a million for a
rare tag. A setting of the connection would plan every other statement anew as well."""
_NOBODY: Final = "t.assignee_id is null"
_SOMEBODY: Final = "t.assignee_id is not null"


async def listed(
    tx: Tx, viewer: Viewer, filters: Filters, more: Sequence[Condition], order: Order
) -> list[RowMapping]:
    """A page, and one row more when there is a next one."""
    statement, params = compose(viewer, filters, more, order)
    return await tx.only(statement, params)


async def states(
    tx: Tx, viewer: Viewer, filters: Filters, more: Sequence[Condition], order: Order
) -> list[RowMapping]:
    """The same page, only by which rows in which state they are (usecases/telling.py)."""
    column = _ORDER[order[0]][0]
    columns = ", ".join(dict.fromkeys((*_NEEDED, f"t.{column}")))
    inside = f"{columns}, t.xmin::text::bigint as state"
    statement, params = compose(viewer, filters, more, order, columns=inside)
    return await tx.only(statement, params)


def compose(
    viewer: Viewer,
    filters: Filters,
    more: Sequence[Condition],
    order: Order,
    *,
    columns: str = "t.*",
) -> Condition:
    """The statement of a list and its parameters; `more` says what a query and own fields ask."""
    sort, place, limit = order
    column, after, direction = _ORDER[sort]
    if place is not None:
        wish = {"place": place.value, "place_id": place.id}
        more = [*more, (f"(t.{column}, t.id) {after} (:place, :place_id)", wish)]
    wheres = [joined(conditions) for conditions in narrowed(viewer, filters, more)]
    params: dict[str, Any] = {}
    for _, told in wheres:
        params |= told
    # Without any parameter the plan is made once. With one it must be made for its value.
    length, valued = f"{limit + 1:d}", ""
    if params:
        length, valued = ":limit", _VALUED
        params |= {"limit": limit + 1, "valued": True}
    ordered = f"order by t.{column}{direction}, t.id{direction} limit {length}"
    parts = []
    for where, _ in wheres:
        parts.append(f"select {columns} from tickets.ticket t where {where}{valued} {ordered}")
        valued = ""  # said once
    if len(parts) == 1:
        return parts[0], params
    # A ticket may come from several branches.
    each = f"select distinct on (t.{column}, t.id) t.* from (({') union all ('.join(parts)})) t"
    return f"{each} {ordered}", params


def _rights(viewer: Viewer, filters: Filters) -> list[list[Condition]]:
    """What each branch of the list must hold; a query finds few, so its rights need none."""
    if within_reach(viewer, filters):
        return [[]]
    if filters.q is not None:
        return [[visible(viewer)]]
    return [[branch] for branch in branches(viewer)]


def joined(conditions: Iterable[Condition]) -> Condition:
    """One condition of many that must all hold."""
    texts, params = [], dict[str, Any]()
    for text, more in conditions:
        texts.append(text)
        params |= more
    return " and ".join(texts), params


def narrowed(
    viewer: Viewer, filters: Filters, more: Sequence[Condition] = ()
) -> list[list[Condition]]:
    """What holds in each branch, as in a list; `me` and `mine` are the viewer's."""
    conditions = [*_narrow(filters), *_whose(viewer, filters), *more]
    return [[*rights, *conditions] for rights in _rights(viewer, filters)]


def place_of(row: RowMapping, sort: Sort) -> list[Any]:
    """What a cursor remembers of a page's last row."""
    return [row[_ORDER[sort][0]], row["id"]]


def _narrow(filters: Filters) -> Iterator[Condition]:
    # Our own words stand as literals, so that the planner sees which partial index they imply.
    for name in _WORDS:
        if values := getattr(filters, name):
            yield f"t.{name} in ({_literals(values)})", {}
    for name, condition in _COMPARED.items():
        value = getattr(filters, name)
        if value is not None:
            yield condition, {name: value}
    if filters.tag:
        yield "t.tags @> cast(:tags as text[]) and t.tags <> '{}'", {"tags": list(filters.tag)}
    yield from _promised(filters)


def _promised(filters: Filters) -> Iterator[Condition]:
    if filters.escalation_level is not None:
        yield f"t.escalation_level >= {filters.escalation_level:d}", {}
    if filters.waiting_since is not None:
        yield _UNANSWERED, {"waiting_since": filters.waiting_since}
    if filters.sla_state is not None:
        yield f"t.sla_state in {_SLA_STATES[filters.sla_state]}", {}


def _answered(answer: str) -> str:
    """Few are unconfirmed, and they have an index; the word stands beside."""
    word = "v.word is null" if answer == "pending" else "v.word = 'denied'"
    asked = f"select from tickets.verification v where v.ticket_id = t.id and {word}"
    return f"t.unconfirmed and exists ({asked})"


def _whose(viewer: Viewer, filters: Filters) -> Iterator[Condition]:
    if filters.unassigned is not None:
        yield _NOBODY if filters.unassigned else _SOMEBODY, {}
    if filters.requester_answer is not None:
        yield _answered(filters.requester_answer) if viewer.staff else "false", {}
    if filters.assignee_id == "none":
        yield _NOBODY, {}
    elif filters.assignee_id is not None:
        chosen = viewer.id if filters.assignee_id == "me" else filters.assignee_id
        yield "t.assignee_id = :assignee_id", {"assignee_id": chosen}
    if filters.department_id == "mine":
        yield _mine(viewer)
    elif filters.department_id is not None:
        yield "t.department_id = :department_id", {"department_id": filters.department_id}


def _mine(viewer: Viewer) -> Condition:
    """One department is compared plainly: then its index also gives the order."""
    mine = sorted(viewer.department_ids)
    if len(mine) == 1:
        return "t.department_id = :department_id", {"department_id": mine[0]}
    return "t.department_id = any(:department_ids)", {"department_ids": mine}


def _literals(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
