"""The questions that a list of tickets takes in its address, and the cursors that go on with it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import TypeAdapter, ValidationError

from services.tickets.domain.listing import Filters, Place, SlaState, Sort
from services.tickets.problems.listing import RELEVANCE_OF_WORDS
from services.tickets.routes.policies import Cursor, Limit
from services.tickets.schemas.filters import (
    Answer,
    Assignee,
    Channels,
    Custom,
    Department,
    Level,
    Priorities,
    Statuses,
    TagsOf,
    Words,
    filters_of,
)
from shared.kit.complaints import complaints
from shared.kit.context import Context
from shared.kit.http import cursor_foreign, decode_cursor, encode_cursor, language
from shared.kit.model import Instant
from shared.kit.problems import ValidationFailed

# Questions are async functions: FastAPI sends what is not, classes too, through a thread each.
_CUSTOM = "custom."
Asked = dict[str, Any]
_custom: TypeAdapter[Asked] = TypeAdapter(Custom)


async def _whose(
    *,
    department_id: Department = None,
    assignee_id: Assignee = None,
    unassigned: bool | None = None,
    organization_id: UUID | None = None,
    requester_id: UUID | None = None,
    requester_answer: Annotated[
        Answer, Query(description="Of requests of the form; staff alone find any by it")
    ] = None,
) -> dict[str, Any]:
    """Filters by people and places."""
    return {
        "department_id": department_id,
        "assignee_id": assignee_id,
        "unassigned": unassigned,
        "organization_id": organization_id,
        "requester_id": requester_id,
        "requester_answer": requester_answer,
    }


async def _what(
    *,
    status: Annotated[Statuses, Query()] = None,
    priority: Annotated[Priorities, Query()] = None,
    channel: Annotated[Channels, Query()] = None,
    tag: Annotated[TagsOf, Query()] = None,
    q: Annotated[Words, Query()] = None,
) -> dict[str, Any]:
    """Filters by the ticket's own words."""
    return {
        "status": status,
        "priority": priority,
        "channel": channel,
        "tag": tag,
        "q": q,
    }


async def _promise(
    sla_state: SlaState | None = None,
    escalation_level: Annotated[
        Level, Query(description="The ladder's level, at least so high")
    ] = None,
    due_before: Instant | None = None,
    waiting_since: Annotated[
        Instant | None,
        Query(description="The customer's last message came by then and waits for an answer"),
    ] = None,
) -> dict[str, Any]:
    """Filters by what was promised, and by who waits for it."""
    return {
        "sla_state": sla_state,
        "escalation_level": escalation_level,
        "due_before": due_before,
        "waiting_since": waiting_since,
    }


async def _when(
    created_from: Instant | None = None,
    created_to: Instant | None = None,
    updated_from: Instant | None = None,
    updated_to: Instant | None = None,
) -> dict[str, Any]:
    """Filters by instants: from (included) and to (not included)."""
    return {
        "created_from": created_from,
        "created_to": created_to,
        "updated_from": updated_from,
        "updated_to": updated_to,
    }


async def _filters(
    request: Request,
    whose: Annotated[dict[str, Any], Depends(_whose)],
    what: Annotated[dict[str, Any], Depends(_what)],
    promise: Annotated[dict[str, Any], Depends(_promise)],
    when: Annotated[dict[str, Any], Depends(_when)],
) -> Filters:
    asked = whose | what | promise | when
    return filters_of({**asked, "custom": _own_fields(request)})


def _own_fields(request: Request) -> Asked:
    """`?custom.<key>=<value>`, once or several times: names that no signature can list."""
    asked: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        if name.startswith(_CUSTOM):
            asked.setdefault(name.removeprefix(_CUSTOM), []).append(value)
    try:
        return _custom.validate_python(asked) if asked else {}
    except ValidationError as error:
        errors = [{**one, "loc": ("query", "custom", *one["loc"])} for one in error.errors()]
        raise ValidationFailed(errors=complaints(errors, language(request))) from None


@dataclass(frozen=True, slots=True)
class Turning:
    """Order, length and place of a page, not yet held against the list that it belongs to."""

    sort: Sort
    limit: int
    cursor: str | None


async def _turning(
    request: Request, sort: Sort = Sort.CREATED, limit: Limit = 50, cursor: Cursor = None
) -> Turning:
    if sort is Sort.RELEVANCE and "q" not in request.query_params:
        raise ValidationFailed.of("?sort", "enum", RELEVANCE_OF_WORDS, language(request))
    return Turning(sort, limit, cursor)


InFilters = Annotated[Filters, Depends(_filters)]
InTurning = Annotated[Turning, Depends(_turning)]


class Pages:
    """Cursors of one list: they mean nothing under another filter, order or reader."""

    def __init__(self, context: Context, filters: Filters, sort: Sort) -> None:
        self._context, self._sort = context, sort
        self._weighed = sort is Sort.RELEVANCE and filters.q is not None
        self._mark = sha256(f"{sort} {filters}".encode()).hexdigest()[:16]

    def place(self, cursor: str | None) -> Place | None:
        """Where the page before ended."""
        if cursor is None:
            return None
        try:
            mark, value, row_id = decode_cursor(self._context, cursor)
            worded = self._sort in {Sort.PRIORITY, Sort.LEAST} or self._weighed
            found = Place(value if worded else datetime.fromisoformat(value), UUID(row_id))
        except (ValueError, TypeError):
            raise cursor_foreign() from None
        if mark != self._mark:
            raise cursor_foreign()
        return found

    def cursor(self, place: list[Any] | None) -> str | None:
        return None if place is None else encode_cursor(self._context, [self._mark, *place])
