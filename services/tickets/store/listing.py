"""Lists of tickets by keyset: the filters become conditions that the indexes know."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import RowMapping

from services.tickets.domain.listing import Filters, Place, SlaState, Sort
from services.tickets.domain.rights import Viewer
from services.tickets.store.visibility import visible
from shared.kit.tx import Tx

NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
_ORDER: Final = {
    Sort.NEXT_DUE: ("next_due_at", ">", ""),
    Sort.CREATED: ("created_at", "<", " desc"),
    Sort.UPDATED: ("updated_at", "<", " desc"),
    Sort.PRIORITY: ("priority", ">", ""),
}
_SLA_STATES: Final = {
    SlaState.OK: "('ok', 'pending')",
    SlaState.WARNING: "('warning')",
    SlaState.BREACHED: "('breached')",
}
_FOUND: Final = """t.id in (select s.ticket_id from tickets.search s
    join unnest(cast(:tokens as bytea[]), cast(:words as int[])) w (token, word)
        on s.token = w.token where s.public or :internal
    group by s.ticket_id having count(distinct w.word) = :word_count)"""

_COMPARED: Final = {
    "department_id": "t.department_id = :department_id",
    "assignee_id": "t.assignee_id = :assignee_id",
    "organization_id": "t.organization_id = :organization_id",
    "requester_id": "t.requester_id = :requester_id",
    "created_from": "t.created_at >= :created_from",
    "created_to": "t.created_at < :created_to",
}

Condition = tuple[str, dict[str, Any]]


class Search:
    """A query after folding: a number, or for each word the tokens that stand for it."""

    def __init__(self, number: int | None, tokens: list[list[bytes]]) -> None:
        self.number = number
        self.tokens = tokens

    def condition(self, *, internal: bool) -> Condition:
        """Ticket number, or all words, each in any of its forms."""
        if not self.tokens:
            return ("t.number = :number", {"number": self.number}) if self.number else ("false", {})
        params: dict[str, Any] = {
            "tokens": [token for word in self.tokens for token in word],
            "words": [index for index, word in enumerate(self.tokens) for _ in word],
            "word_count": len(self.tokens),
            "internal": internal,
        }
        if self.number is None:
            return _FOUND, params
        return f"(t.number = :number or {_FOUND})", {**params, "number": self.number}


async def listed(
    tx: Tx,
    viewer: Viewer,
    filters: Filters,
    search: Search | None,
    order: tuple[Sort, Place | None, int],
) -> list[RowMapping]:
    """A page, and one row more when there is a next one; `order` = sort, place, limit."""
    statement, params = compose(viewer, filters, search, order)
    return await tx.only(statement, params)


def compose(
    viewer: Viewer,
    filters: Filters,
    search: Search | None,
    order: tuple[Sort, Place | None, int],
) -> Condition:
    """The statement of a list and its parameters."""
    sort, place, limit = order
    column, after, direction = _ORDER[sort]
    conditions = [visible(viewer), *_narrow(filters)]
    if search is not None:
        conditions.append(search.condition(internal=viewer.staff))
    if place is not None:
        wish = {"place": place.value, "place_id": place.id}
        conditions.append((f"(t.{column}, t.id) {after} (:place, :place_id)", wish))
    params: dict[str, Any] = {"limit": limit + 1}
    for _, more in conditions:
        params |= more
    where = " and ".join(text for text, _ in conditions)
    order_by = f"t.{column}{direction}, t.id{direction}"
    return (
        f"select t.* from tickets.ticket t where {where} order by {order_by} limit :limit",
        params,
    )


def place_of(row: RowMapping, sort: Sort) -> list[Any]:
    """What a cursor remembers of a page's last row."""
    return [sort.value, row[_ORDER[sort][0]], row["id"]]


def _narrow(filters: Filters) -> Iterator[Condition]:
    # Our own words stand as literals, so that the planner sees which partial index they imply.
    if filters.status:
        yield f"t.status in ({_literals(filters.status)})", {}
    if filters.priority:
        yield f"t.priority in ({_literals(filters.priority)})", {}
    for name, condition in _COMPARED.items():
        value = getattr(filters, name)
        if value is not None:
            yield condition, {name: value}
    if filters.tag:
        yield "t.tags @> cast(:tags as text[]) and t.tags <> '{}'", {"tags": list(filters.tag)}
    if filters.sla_state is not None:
        yield f"t.sla_state in {_SLA_STATES[filters.sla_state]}", {}


def _literals(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
