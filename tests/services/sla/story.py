"""Short words to tell the clock's story in tests: events by the hour from a Sunday morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.sla.domain.simulation import imagine
from shared.worktime import Compiled, read_calendar

ALWAYS = Compiled(read_calendar({"timezone": "UTC", "always_open": True}))
WEEK = {day: [["09:00", "17:00"]] for day in ("sun", "mon", "tue", "wed", "thu")}
DESK = Compiled(read_calendar({"timezone": "Asia/Riyadh", "weekly": WEEK}))
SUNDAY = datetime(2026, 2, 15, 6, tzinfo=UTC)
"""09:00 in Riyadh."""

POLICY: dict[str, Any] = {
    "targets": {
        "P1": {"first_response": 3600, "next_response": 7200, "resolution": 14400},
        "P2": {"first_response": 14400, "next_response": 14400, "resolution": 28800},
        "P4": {},
    },
    "pause_statuses": ["waiting_customer"],
    "pause_metrics": ["resolution"],
    "stop_statuses": ["resolved", "closed"],
    "next_response_starts": "oldest_unanswered",
    "resolve_counts_as_first_response": False,
}
Event = dict[str, Any]


def at(hours: float) -> datetime:
    return SUNDAY + timedelta(hours=hours)


def created(priority: str = "P1", status: str = "new", hours: float = 0) -> Event:
    return {"at": at(hours), "type": "created", "priority": priority, "status": status}


def agent(hours: float, *, public: bool = True) -> Event:
    return {"at": at(hours), "type": "agent_reply", "public": public}


def customer(hours: float) -> Event:
    return {"at": at(hours), "type": "customer_reply"}


def status(hours: float, to: str) -> Event:
    return {"at": at(hours), "type": "status", "to": to}


def priority(hours: float, to: str) -> Event:
    return {"at": at(hours), "type": "priority", "to": to}


def ask(*events: Event, until: float, timeline: Compiled = ALWAYS, **policy: Any) -> dict[str, Any]:
    return imagine(timeline, {**POLICY, **policy}, events, at(until))


def clock(metric: str, *events: Event, until: float, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(*events, until=until, **more)["clocks"][metric]
    return found


def first(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("first_response", *events, until=until, **more)


def following(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("next_response", *events, until=until, **more)


def resolution(*events: Event, until: float, **more: Any) -> dict[str, Any]:
    return clock("resolution", *events, until=until, **more)
