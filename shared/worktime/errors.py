"""What a calendar or a question about it can be refused for; the codes go over the wire."""


class WorktimeError(ValueError):
    """A refusal with a stable code."""

    code = "worktime"


class InvalidCalendar(WorktimeError):
    """Unreadable: unknown zone, bad `HH:MM`, a season that ends before it starts."""

    code = "invalid_calendar"


class InvalidDuration(WorktimeError):
    """Negative, not whole, or further away than anybody plans."""

    code = "invalid_duration"


class NoBusinessHours(WorktimeError):
    """Nothing is open within 366 days of where the search stands."""

    code = "no_business_hours"
