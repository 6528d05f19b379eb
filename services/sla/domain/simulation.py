"""The rules asked about an imaginary calendar, policy and ticket: nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.sla.domain.clock import Target
from services.sla.domain.fold import Happening, Reading, Readings, Rules, fold
from services.sla.domain.ledger import Line, ledger
from services.sla.domain.words import Kind, NextStarts
from shared.vocabulary import Metric
from shared.worktime import (
    SECOND,
    InvalidDuration,
    Micros,
    Timeline,
    WorktimeError,
    before,
    business_days,
    deadline,
    elapsed,
    instant,
    micros,
)

Answer = dict[str, Any]

_LONGEST: Final = 10**11


def answer(timeline: Timeline, query: Mapping[str, Any]) -> Answer:
    """One query's answer, or the stable code of why there is none."""
    try:
        start = micros(query["start"])
        if query["kind"] == "elapsed":
            return {"seconds": elapsed(timeline, start, _end(query)) // SECOND}
        return {"due": instant(_due(timeline, start, query))}
    except WorktimeError as error:
        return {"error": error.code}


def _end(query: Mapping[str, Any]) -> Micros:
    if query.get("end") is None:
        raise InvalidDuration("elapsed asks for an end")
    return micros(query["end"])


def _due(timeline: Timeline, start: Micros, query: Mapping[str, Any]) -> Micros:
    seconds, days = query.get("duration_seconds"), query.get("business_days")
    backwards = query.get("direction", "after") == "before"
    if (seconds is None) == (days is None) or (backwards and days is not None):
        raise InvalidDuration("one of duration_seconds and business_days")
    if days is not None:
        return business_days(timeline, start, whole(days))
    count = before if backwards else deadline
    return count(timeline, start, whole(seconds) * SECOND)


def whole(number: Any) -> int:
    """A count of seconds or days as it came over the wire."""
    sound = isinstance(number, int) and not isinstance(number, bool)
    if not sound or not 0 <= number <= _LONGEST:
        raise InvalidDuration("a whole number, not negative")
    return int(number)


def imagined_rules(timeline: Timeline, policy: Mapping[str, Any]) -> Rules:
    """A simulated policy: targets in seconds, priorities and statuses free words."""
    every = policy.get("next_response_starts") == NextStarts.EVERY_CUSTOMER_MESSAGE
    return Rules(
        targets={
            priority: {
                Metric(metric): Target(timeline, whole(seconds))
                for metric, seconds in row.items()
                if seconds is not None
            }
            for priority, row in policy["targets"].items()
        },
        timeline=timeline,
        pause_statuses=frozenset(policy.get("pause_statuses", ())),
        pause_metrics=frozenset(policy.get("pause_metrics", ())),
        stop_statuses=frozenset(policy.get("stop_statuses", ())),
        every_message=every,
        resolve_answers=bool(policy.get("resolve_counts_as_first_response", False)),
    )


def happening(event: Mapping[str, Any]) -> Happening:
    """An imagined event as the fold reads it."""
    kind = Kind(event["type"])
    value = event.get("priority") if kind is Kind.CREATED else event.get("to")
    return Happening(
        at=micros(event["at"]),
        kind=kind,
        value=value or "",
        status=event.get("status") or "",
        public=event.get("public", True),
    )


def clocks(readings: Readings) -> dict[str, Answer]:
    return {metric.value: _clock(reading) for metric, reading in readings.items()}


def _clock(reading: Reading) -> Answer:
    shown: Answer = {
        "due": _when(reading.due),
        "at": _when(reading.at),
        "elapsed_seconds": reading.counted,
        "breached": reading.breached,
        "running": reading.running,
    }
    if reading.metric is Metric.NEXT_RESPONSE:
        shown["worst_seconds"] = reading.worst // SECOND
    return shown


def _when(at: Micros | None) -> datetime | None:
    return None if at is None else instant(at)


def segment(line: Line) -> Answer:
    """A ledger line as it goes out."""
    return {
        "from": instant(line.start),
        "to": instant(line.end),
        "seconds": line.seconds,
        "counted": line.counted,
        "state": line.state,
        "reason": line.reason,
        "ref": line.ref,
    }


class TargetTooFar(InvalidDuration):
    """A target that runs, and is due later than anybody plans."""


def _require_due(timeline: Timeline, reading: Reading, until: Micros) -> None:
    if not reading.running or reading.amount is None or reading.due is not None:
        return
    try:
        deadline(timeline, until, reading.amount - reading.used)
    except InvalidDuration as error:
        raise TargetTooFar("the target is too far away") from error
    except WorktimeError:
        return  # it never opens again: a due instant does not exist


def imagine(
    timeline: Timeline,
    policy: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    as_of: datetime,
) -> Answer:
    """`clocks` and `ledger` of an imagined ticket at `as_of`."""
    until = micros(as_of)
    readings = fold(imagined_rules(timeline, policy), map(happening, events), until)
    for reading in readings.values():
        _require_due(timeline, reading, until)
    return {
        "clocks": clocks(readings),
        "ledger": {
            metric.value: [segment(line) for line in ledger(reading, until)]
            for metric, reading in readings.items()
        },
    }
