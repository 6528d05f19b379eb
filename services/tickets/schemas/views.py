"""Saved views: what callers send and are answered."""

import re
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tickets.domain.listing import Sort
from services.tickets.domain.views import Sharing
from services.tickets.schemas.filters import FiltersIn
from services.tickets.schemas.outputs import TicketOut
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Localized

Title = Annotated[str, Line(80)]
Position = Annotated[int, Field(ge=0, le=100_000)]
_OWN: Final = re.compile(r"custom\.[a-z][a-z0-9_]{0,39}")
_SHOWN: Final = tuple(
    one for one in TicketOut.model_fields if one not in {"messages", "held_mails", "custom"}
)


def _column(name: str) -> str:
    """A member of the ticket object, or a custom field; one that is no more stays empty."""
    if name not in _SHOWN and not _OWN.fullmatch(name):
        named = ", ".join(f"'{one}'" for one in (*_MOSTLY, "custom.<key>"))
        raise PydanticCustomError("enum", "A column of tickets", {"expected": named})
    return name


_MOSTLY: Final = (
    *("number", "subject", "status", "priority", "requester", "assignee_id", "department_id"),
    *("tags", "created_at", "updated_at", "sla", "channel"),
)
"""Columns that are named to whoever wrote another."""
Column = Annotated[str, AfterValidator(_column)]
Columns = Annotated[list[Column], Field(min_length=1, max_length=30)]


class NameIn(Body):
    """In one language at least; the other then says the same."""

    ar: Title | None = None
    en: Title | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.ar is None and self.en is None:
            raise PydanticCustomError("missing", "A name is needed")
        return self

    def both(self) -> dict[str, str]:
        return {"name_ar": self.ar or self.en or "", "name_en": self.en or self.ar or ""}


class ViewIn(Body):
    """A question for the list under a name; `department_id` goes with `shared: department`."""

    name: NameIn
    filters: FiltersIn = Field(default_factory=FiltersIn)
    sort: Sort = Sort.NEXT_DUE
    shared: Sharing = Sharing.PRIVATE
    department_id: UUID | None = None
    position: Position = 1_000
    columns: Columns | None = None

    def values(self) -> dict[str, Any]:
        return {
            **self.name.both(),
            "filters": self.filters.kept(),
            "sort": self.sort.value,
            "shared": self.shared.value,
            "department_id": self.department_id,
            "position": self.position,
            "columns": self.columns,
        }


class ViewPatch(Body):
    """What may change; a field that is not sent stays as it is."""

    name: NameIn | None = None
    filters: FiltersIn | None = None
    sort: Sort | None = None
    shared: Sharing | None = None
    department_id: UUID | None = None
    position: Position | None = None
    columns: Columns | None = None

    @model_validator(mode="after")
    def _not_emptied(self) -> Self:
        for name in ("name", "filters", "sort", "shared", "position"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("null", "This field cannot be emptied")
        return self

    def values(self) -> dict[str, Any]:
        """Only what was sent, as the columns have it."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"name", "filters"}}
        if self.name is not None:
            sent |= self.name.both()
        if self.filters is not None:
            sent["filters"] = self.filters.kept()
        return sent


class ViewOut(Out):
    """`own` says whether the reader made it, `may_change` whether they may change or delete it."""

    id: UUID
    name: Localized
    filters: dict[str, Any]
    sort: str
    shared: Sharing
    department_id: UUID | None
    owner_id: UUID | None
    position: int
    columns: list[str] | None
    own: bool
    may_change: bool
    version: int
    created_at: Instant
    updated_at: Instant


class ViewPage(Out):
    items: list[ViewOut]
    next_cursor: str | None


class CountOut(Out):
    """`more` means that `count` is only where counting stopped.

    `count` is null when the view asks for what no index serves and counting took too long.
    """

    view_id: UUID
    count: int | None
    more: bool


class CountsOut(Out):
    items: list[CountOut]
    at: Instant
