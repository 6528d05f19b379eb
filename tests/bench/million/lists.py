"""Every documented filter and order of the list of tickets, as each kind of viewer asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.bench.million.words import ARABIC, ENGLISH, PHRASES

SORTS: Final = (
    *("-created_at", "created_at", "-updated_at", "updated_at"),
    *("next_due_at", "priority", "-priority"),
)
SLOWEST_SEARCH: Final = 150.0
"""Milliseconds at p99 (issue: a million tickets)."""


@dataclass(frozen=True)
class Case:
    """One list: who asks for what."""

    name: str
    who: str
    query: str
    bar: float | None = None
    """Milliseconds at p99; without one a multiple of the floor's."""


def filters(ids: dict[str, str]) -> dict[str, str]:
    """One of each filter, broad and narrow where it matters."""
    now = datetime.now(UTC)
    day, year = ((now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (1, 365))
    return {
        "everything": "",
        "status=open": "status=open",
        "status=new,open": "status=new,open",
        "status=merged": "status=merged",
        "priority=P1": "priority=P1",
        "open P1,P2": "status=open&priority=P1,P2",
        "department": f"department_id={ids['department']}",
        "department, open": f"department_id={ids['department']}&status=new,open",
        "assignee": f"assignee_id={ids['agent']}",
        "assignee, open": f"assignee_id={ids['agent']}&status=new,open",
        "organization": f"organization_id={ids['organization']}",
        "organization, open": f"organization_id={ids['organization']}&status=open",
        "requester": f"requester_id={ids['customer']}",
        "quiet requester": f"requester_id={ids['quiet']}",
        "tag": "tag=vip",
        "two tags": "tag=vip,tag-03",
        "rare tag": "tag=rare",
        "tag, open": "tag=tag-05&status=open",
        "breached": "sla_state=breached",
        "warning": "sla_state=warning",
        "ok": "sla_state=ok",
        "breached, open": "sla_state=breached&status=open",
        "since yesterday": f"created_from={day}",
        "a year ago": f"created_to={year}",
        "changed since yesterday": f"updated_from={day}",
        "unchanged for a year": f"updated_to={year}",
        "unchanged for a year, open": f"updated_to={year}&status=new,open",
        "channel": "channel=phone",
        "channel, open": "channel=phone&status=new,open",
        "unassigned": "unassigned=true",
        "unassigned, open": "unassigned=true&status=new,open",
        "unassigned of a department": f"assignee_id=none&department_id={ids['department']}"
        "&status=new,open",
        "escalated": "escalation_level=1",
        "escalated far": "escalation_level=3",
        "overdue": f"due_before={now:%Y-%m-%dT%H:%M:%SZ}",
        "unconfirmed": "requester_answer=pending",
        "unanswered": f"waiting_since={day}",
        "unanswered for a year": f"waiting_since={year}",
        "department, closed, breached": f"department_id={ids['department']}"
        "&status=closed&sla_state=breached",
    }


MINE: Final = {
    "mine, open": "assignee_id=me&status=new,open",
    "my departments": "department_id=mine",
    "my departments, open": "department_id=mine&status=new,open",
}
_OFTEN: Final = ("everything", "status=new,open", "status=merged", "breached", "tag", "rare tag")
SEEN: Final = {
    "agent": (*_OFTEN, "unassigned, open", "escalated", "overdue", "organization", *MINE),
    "newcomer": ("everything", "status=new,open", "breached", "mine, open", "my departments"),
    "head": (*_OFTEN, "priority=P1"),
    "customer": (*_OFTEN, "priority=P1"),
    "stranger": ("everything", "status=new,open"),
}
"""What people ask who see a part: a newcomer has nothing to do, a stranger no ticket."""


SEARCHES: Final = {
    "a common word": ARABIC.words[0],
    "a word of one in ten": ENGLISH.words[40],
    "a rare word": ARABIC.words[-1],
    "two words": f"{ENGLISH.words[2]} {ENGLISH.words[90]}",
    "two common words": f"{ARABIC.words[0]} {ARABIC.words[1]}",
    "a code": "INV-0000300",
    "an Arabic word of one in ten": ARABIC.words[40],
    "a phrase": f'"{PHRASES[1]}"',  # every 200th ticket is an English one
    "an Arabic phrase": f'"{PHRASES[0]}"',
    "a prefix": "INV-00003*",
    "nothing": "qqqqzzzz",
}


def cases(ids: dict[str, str]) -> Iterator[Case]:
    """The whole table."""
    for name, query in filters(ids).items():
        for sort in SORTS:
            yield Case(f"{name}, by {sort}", "admin", _join(query, f"sort={sort}"))
    own = filters(ids) | MINE
    for who, names in SEEN.items():
        for name in names:
            for sort in SORTS:
                yield Case(f"{who}: {name}, by {sort}", who, _join(own[name], f"sort={sort}"))


def searches() -> Iterator[Case]:
    for who in ("admin", "agent", "customer"):
        for name, text in SEARCHES.items():
            yield Case(f"{who}: q, {name}", who, f"q={text}", SLOWEST_SEARCH)


def _join(*parts: str) -> str:
    return "&".join(part for part in parts if part)
