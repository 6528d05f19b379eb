"""Answering a simulation: pure, nothing is stored (contracts.md, decisions.md 23)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.sla.domain.simulation import answer, imagine
from shared.worktime import Compiled, InvalidCalendar, InvalidDuration, read_calendar

Answer = dict[str, Any]


def simulate(
    calendar: Any,
    queries: Sequence[Mapping[str, Any]],
    policy: Mapping[str, Any] | None,
    events: Sequence[Mapping[str, Any]],
    as_of: datetime | None,
) -> Answer:
    """Answers, clocks and ledger; what cannot be meant is answered by its code."""
    try:
        timeline = Compiled(read_calendar(calendar))
    except InvalidCalendar as error:
        return {"answers": [{"error": error.code} for _ in queries], "error": error.code}
    answers = [answer(timeline, query) for query in queries]
    until = as_of or max((event["at"] for event in events), default=None)
    if policy is None or until is None:
        return {"answers": answers}
    try:
        return {"answers": answers, **imagine(timeline, policy, events, until)}
    except InvalidDuration as error:
        return {"answers": answers, "error": error.code}
