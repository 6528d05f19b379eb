"""From when on a person's tokens count, in the whole seconds that a token speaks."""

from datetime import UTC, datetime, timedelta

_SECOND = timedelta(seconds=1)


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def issued_at(now: datetime, valid_from: datetime | None) -> datetime:
    """The `iat` of a token made now: never before the instant from which tokens count."""
    whole = _floor(now)
    return whole if valid_from is None else max(whole, _floor(valid_from))


def next_valid_from(now: datetime, previous: datetime | None) -> datetime:
    """Later than the `iat` of every token made until now, even within one second.

    The price of whole seconds: a token made right after the change may carry an `iat` that lies a
    second ahead, well inside the leeway of every verifier.
    """
    return issued_at(now, previous) + _SECOND
