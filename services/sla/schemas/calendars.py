"""HTTP bodies of calendars."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from services.sla.schemas.policies import Name, ShortLine
from shared.kit.model import Body, Instant, Line, Out

MOST: Final = 200


class CalendarIn(Body):
    """A calendar: weekly hours by `sun`..`sat`, seasons, holidays, exceptions (sla.md 5.2)."""

    name: Name | ShortLine
    timezone: Annotated[str, Line(64)] = "UTC"
    weekly: dict[str, Any] = Field(default_factory=dict)
    seasons: Annotated[list[dict[str, Any]], Field(max_length=MOST)] = Field(default_factory=list)
    holidays: Annotated[list[str | dict[str, Any]], Field(max_length=2000)] = Field(
        default_factory=list
    )
    overrides: dict[str, Any] = Field(default_factory=dict)
    breaks: dict[str, Any] = Field(default_factory=dict)
    always_open: bool = False


class VersionIn(Body):
    """A calendar's next version; fields that are left out stay as they are.

    Without `retroactive` nothing that is already counted changes: an earlier `effective_from`
    then means now.
    """

    effective_from: Instant | None = None
    retroactive: bool = False
    timezone: Annotated[str, Line(64)] | None = None
    weekly: dict[str, Any] | None = None
    seasons: Annotated[list[dict[str, Any]], Field(max_length=MOST)] | None = None
    holidays: Annotated[list[str | dict[str, Any]], Field(max_length=2000)] | None = None
    overrides: dict[str, Any] | None = None
    breaks: dict[str, Any] | None = None
    always_open: bool | None = None


class CalendarOut(Out):
    """The newest version of a calendar."""

    id: UUID
    name: Name
    version: int
    timezone: str
    weekly: dict[str, Any]
    seasons: list[dict[str, Any]]
    holidays: list[str | dict[str, Any]]
    overrides: dict[str, Any]
    breaks: dict[str, Any]
    always_open: bool
    effective_from: Instant
    created_at: Instant
    updated_at: Instant


class CalendarList(Out):
    """A page of calendars."""

    items: list[CalendarOut]
    next_cursor: str | None = None
