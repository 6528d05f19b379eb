"""What a calendar or a question about it can be refused for; the codes go over the wire."""


class WorktimeError(ValueError):
    """A refusal with a stable code."""

    code = "worktime"


class InvalidCalendar(WorktimeError):
    """Unreadable: unknown zone, bad `HH:MM`, a season that ends before it starts.

    `pointer` leads to the place inside the calendar, `reason` says more narrowly what is wrong:
    unknown_zone, unknown_field, invalid_time, invalid_window, invalid_date, ends_before_start,
    too_many, invalid_calendar.
    """

    code = "invalid_calendar"

    def __init__(self, message: str, pointer: str = "", reason: str = "invalid_calendar") -> None:
        super().__init__(message)
        self.pointer = pointer
        self.reason = reason


class InvalidDuration(WorktimeError):
    """Negative, not whole, or further away than anybody plans."""

    code = "invalid_duration"


class NoBusinessHours(WorktimeError):
    """Nothing is open within 366 days of where the search stands."""

    code = "no_business_hours"
