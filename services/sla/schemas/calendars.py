"""HTTP bodies of calendars."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field

from services.sla.domain.words import ItemKind
from services.sla.schemas.policies import Name, ShortLine
from shared.kit.model import Body, Instant, Line, Out
from shared.vocabulary import Metric

MOST: Final = 200
_SEASON: Final = {
    "name": {"ar": "رمضان", "en": "Ramadan"},
    "from": "2026-02-18",
    "to": "2026-03-19",
    "weekly": {"sun": [["10:00", "15:00"]]},
    "status": "tentative",
}
_HOLIDAY: Final = {
    "id": "sa-2026-national-day",
    "date": "2026-09-23",
    "name": {"ar": "اليوم الوطني", "en": "National Day"},
    "country": "SA",
    "status": "confirmed",
}

Holidays = Annotated[
    list[str | dict[str, Any]], Field(max_length=2000, examples=[["2026-09-23", _HOLIDAY]])
]
Seasons = Annotated[list[dict[str, Any]], Field(max_length=MOST, examples=[[_SEASON]])]
Dates = Annotated[dict[str, Any], Field(max_length=2000)]
Zone = Annotated[str, Line(64)]
Year = Annotated[int, Field(ge=1990, le=2076)]
Feasts = Literal["ramadan", "eid_al_fitr", "arafat", "eid_al_adha", "islamic_new_year", "mawlid"]
Texts = dict[str, str]


class CalendarIn(Body):
    """A calendar: weekly hours by `sun`..`sat`, seasons, holidays, exceptions (sla.md 5.2).

    Holidays are dates or `{date, id?, name, country?, source?, status}`; only what is confirmed
    closes the desk or changes its hours.
    """

    name: Name | ShortLine
    timezone: Zone = "UTC"
    weekly: dict[str, Any] = Field(default_factory=dict)
    seasons: Seasons = Field(default_factory=list)
    holidays: Holidays = Field(default_factory=list)
    overrides: Dates = Field(default_factory=dict)
    breaks: Dates = Field(default_factory=dict)
    always_open: bool = False


class VersionIn(Body):
    """A calendar's next version; fields that are left out stay as they are.

    Without `retroactive` nothing that is already counted changes: an earlier `effective_from`
    then means now. With it, and without an instant, the version has held since ever.
    """

    effective_from: Instant | None = None
    retroactive: bool = False
    timezone: Zone | None = None
    weekly: dict[str, Any] | None = None
    seasons: Seasons | None = None
    holidays: Holidays | None = None
    overrides: Dates | None = None
    breaks: Dates | None = None
    always_open: bool | None = None

    def changes(self) -> dict[str, Any]:
        """What the version says, without from when it says it."""
        apart = {"effective_from", "retroactive"}
        return self.model_dump(mode="json", exclude=apart, exclude_none=True)


class _Document(Out):
    """What a version of a calendar says."""

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


class CalendarOut(_Document):
    """The newest version of a calendar."""

    updated_at: Instant


class CalendarList(Out):
    """A page of calendars."""

    items: list[CalendarOut]
    next_cursor: str | None = None


class VersionOut(_Document):
    """One version; it never changes."""

    retroactive: bool
    created_by: UUID


class VersionList(Out):
    """A page of versions, newest first."""

    items: list[VersionOut]
    next_cursor: str | None = None


class ImportIn(Body):
    """Public holidays of a country, or what the Umm al-Qura table proposes, for some years.

    Whatever follows the moon arrives tentative. `season_hours` are the weekly hours of a proposed
    Ramadan; without them each open weekday opens from ten to three.
    """

    country: Literal["AE", "SA", "KW", "QA", "BH", "OM", "JO", "LB", "EG"] | None = None
    hijri: Annotated[list[Feasts], Field(max_length=6)] = Field(default_factory=list)
    years: Annotated[list[Year], Field(min_length=1, max_length=5)]
    season_hours: dict[str, Any] | None = None
    confirm_civil: bool = True


class ImportOut(CalendarOut):
    """The calendar after an import, and the rows that were new to it."""

    added: list[dict[str, Any]]
    tentative: int


class ConfirmIn(Body):
    """Which tentative holidays and seasons are announced, by id or by a date of theirs.

    `move_days` shifts them, for a month that began a day earlier or later than its table says;
    with it all tentative days of the same feast move and are confirmed.
    """

    ids: Annotated[list[Annotated[str, Line(250)]], Field(max_length=MOST)] = Field(
        default_factory=list
    )
    dates: Annotated[list[date], Field(max_length=MOST)] = Field(default_factory=list)
    move_days: Annotated[int, Field(ge=-2, le=2)] = 0
    retroactive: bool = False


class MoveOut(Out):
    """A promise that would move; an instant is null where the clock would have none."""

    ticket_id: UUID
    number: int
    metric: Metric
    old_due_at: Instant | None
    new_due_at: Instant | None
    moved_seconds: int | None
    breach: Literal["appears", "disappears"] | None


class PreviewOut(Out):
    """Moves in order of their tickets; totals speak of the clocks `examined` after the cursor.

    `complete` says that there are no others; `moved` counts tickets, `items` lists promises.
    """

    items: list[MoveOut]
    next_cursor: str | None = None
    open_clocks: int
    examined: int
    moved: int
    breaches_appearing: int
    breaches_disappearing: int
    complete: bool
    effective_from: Instant


class CalendarDayOut(Out):
    """A local date as people read it; `seconds` are what counts on it."""

    date: date
    hijri: str | None
    weekday: Texts
    written: Texts
    open: bool
    windows: list[tuple[str, str]]
    seconds: int
    reason: str
    ref: str | None
    name: Texts | None
    clock_change_seconds: int
    text: Texts


class CalendarDayList(Out):
    """Days of a calendar, both ends included."""

    timezone: str
    items: list[CalendarDayOut]


class PlannedOut(Out):
    """A holiday or season as people read it."""

    kind: ItemKind
    id: str
    name: Texts | None
    first_day: date
    last_day: date
    status: Literal["tentative", "confirmed"]
    hijri: Texts | None
    written: Texts
    country: str | None
    source: str | None


class PlannedList(Out):
    """Holidays and seasons of a calendar in order of their dates."""

    items: list[PlannedOut]


class TaskOut(Out):
    """Something unconfirmed; `urgent` from two days before its first day on."""

    calendar_id: UUID
    calendar: Name
    version: int
    kind: ItemKind
    id: str
    name: Texts | None
    first_day: date
    last_day: date
    hijri: Texts | None
    confirm_by: date
    urgent: bool
    text: Texts


class TaskList(Out):
    """What waits for a person, the most urgent first."""

    items: list[TaskOut]
