"""One ticket of a large desk with all its rows, the same whenever it is asked for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any, Final
from uuid import UUID

from services.tickets.store import seals
from shared.kit.crypto import Box
from tests.bench.million import words
from tests.bench.million.people import Cast

DAYS: Final = 730
NEVER: Final = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
FIRST_NUMBER: Final = 8191
"""The number before the first: what is loaded together begins and ends with a slice of search."""
_MESSAGES: Final = (1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 8, 10)
"""Messages of twenty tickets: four in the mean."""
_LIVE: Final = ("new", *["open"] * 6, *["waiting_customer"] * 4, "waiting_third_party")
_DONE: Final = (*["closed"] * 94, *["resolved"] * 3, *["merged"] * 2, "spam")
_CHANNELS: Final = ("email", "email", "email", "portal", "web", "form", "api", "phone")
_TAGS: Final = ("vip", *(f"tag-{n:02d}" for n in range(40)))

TICKET: Final = (
    *("id", "number", "organization_id", "requester_id", "department_id", "assignee_id"),
    *("status", "priority", "channel", "locale", "subject", "tags", "custom", "created_at"),
    *("updated_at", "resolved_at", "closed_at", "reopen_until", "reopen_count", "follow_up_of"),
    *("merged_into", "version", "last_staff_message_at", "last_customer_message_at", "sla"),
    *("sla_state", "sla_sequence", "next_due_at", "watching_department_ids", "escalation_level"),
)
MESSAGE: Final = (
    *("id", "ticket_id", "organization_id", "direction", "public", "author_id", "author_kind"),
    *("channel", "automatic", "created_at", "body_text", "indexed"),
)
PARTICIPANT: Final = ("ticket_id", "person_id", "organization_id", "added_at")
TIMELINE: Final = (
    *("id", "ticket_id", "organization_id", "at", "kind", "public", "actor_id", "actor_kind"),
    "data",
)
FEEDBACK: Final = ("ticket_id", "reopen_count", "organization_id", "score", "by_link", "given_at")
COLUMNS: Final = {
    "ticket": TICKET,
    "message": MESSAGE,
    "participant": PARTICIPANT,
    "timeline": TIMELINE,
    "feedback": FEEDBACK,
}


@dataclass(frozen=True)
class Scene:
    """What all rows of a set share."""

    cast: Cast
    tickets: int
    until: datetime
    boxes: dict[UUID, Box]

    def created(self, number: int) -> datetime:
        return self.until - timedelta(days=DAYS) * ((self.tickets - number) / self.tickets)

    def id(self, number: int) -> UUID:
        return stamped(self.created(number), f"t{number}")


def stamped(at: datetime, name: str) -> UUID:
    """A UUIDv7 of that instant, always the same for a name."""
    rest = int.from_bytes(blake2b(name.encode(), digest_size=10).digest())
    millis = int(at.timestamp() * 1000)
    low = 0b10 << 62 | rest & ((1 << 62) - 1)
    return UUID(int=millis << 80 | 0x7000 << 64 | (rest >> 62 & 0xFFF) << 64 | low)


@dataclass
class Drawn:
    """What the dice said about a ticket."""

    number: int
    id: UUID
    dice: Random
    at: datetime
    organization: UUID
    requester: UUID
    department: UUID
    assignee: UUID | None
    status: str
    locale: str
    late: bool
    ended: datetime | None

    @property
    def live(self) -> bool:
        return self.status in _LIVE


def rows(scene: Scene, number: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Table and record, the ticket first."""
    one = _draw(scene, number)
    box = scene.boxes[one.organization]
    subject = words.subject(one.dice, one.locale)
    messages = list(_messages(one, box))
    yield "ticket", _ticket(scene, one, box, (subject, len(messages)))
    yield from (("message", message) for message in messages)
    yield from _around(scene, one)


def _draw(scene: Scene, number: int) -> Drawn:
    dice = Random(number)  # noqa: S311 - rows, not secrets
    at = scene.created(number)
    person, owner = scene.cast.customers[int(dice.random() ** 2 * len(scene.cast.customers))]
    agent, department = scene.cast.agents[int(dice.random() ** 1.5 * len(scene.cast.agents))]
    recent = number > scene.tickets * 0.9
    live = dice.random() < (0.6 if recent else 0.066)
    status = dice.choice(_LIVE if live else _DONE)
    assigned = status != "new" and dice.random() < (0.85 if live else 0.97)
    return Drawn(
        number,
        scene.id(number),
        dice,
        at,
        UUID(owner),
        UUID(person),
        UUID(department),
        UUID(agent) if assigned else None,
        status,
        "ar" if number % 2 else "en",
        dice.random() < 0.13,
        None if live else at + timedelta(hours=1 + dice.random() * 72),
    )


def _ticket(scene: Scene, one: Drawn, box: Box, told: tuple[str, int]) -> tuple[Any, ...]:
    subject, messages = told
    dice = one.dice
    closed = one.ended if one.status in {"closed", "merged", "spam"} else None
    custom = {"asset": f"PC-{one.number % 9000}", "floor": one.number % 12}
    changed = min(one.ended or one.at + timedelta(hours=dice.random() * 40), scene.until)
    due, state = _due(one, scene.until)
    return (
        one.id,
        FIRST_NUMBER + one.number,
        one.organization,
        one.requester,
        one.department,
        one.assignee,
        one.status,
        dice.choices(("P1", "P2", "P3", "P4"), (5, 20, 55, 20))[0],
        dice.choice(_CHANNELS),
        one.locale,
        box.seal(seals.SUBJECT, one.id, subject),
        _tags(one),
        seals.seal_json(box, seals.CUSTOM, one.id, custom) if one.number % 3 == 0 else None,
        one.at,
        changed,
        one.ended,
        closed,
        one.ended + timedelta(days=1) if one.ended else None,
        int(dice.random() < 0.06),
        scene.id(one.number - 3) if one.number % 50 == 0 else None,
        scene.id(one.number - 1) if one.status == "merged" and one.number > 1 else None,
        messages + 2,
        one.at + timedelta(hours=1) if messages > 1 else None,
        one.at,
        json.dumps(_clocks(one, due)),
        state,
        messages + 1,
        due,
        [UUID(dice.choice(scene.cast.departments))] if dice.random() < 0.01 else [],
        dice.randint(1, 3) if state == "breached" and one.live else 0,
    )


def _tags(one: Drawn) -> list[str]:
    if one.number % 20_000 == 7:
        return ["rare"]
    if one.dice.random() > 0.25:
        return []
    return list({_TAGS[int(one.dice.random() ** 2 * len(_TAGS))] for _ in range(2)})


def _due(one: Drawn, until: datetime) -> tuple[datetime, str]:
    if one.status not in {"new", "open", "waiting_third_party"}:
        return NEVER, "breached" if one.late else "ok"
    due = until + timedelta(hours=one.dice.uniform(-3, 90))
    if due < until:
        return due, "breached"
    return due, "warning" if one.dice.random() < 0.12 else "ok"


def _clocks(one: Drawn, due: datetime) -> dict[str, Any]:
    """As usecases/projecting.py keeps them."""
    state = "running" if one.live else "met"
    common = {"due_at": (one.at if due == NEVER else due).isoformat(), "warned_at": None}
    late = {"breached_at": common["due_at"] if one.late else None, "target_seconds": 14400}
    ended = one.ended.isoformat() if one.ended else None
    return {
        "first_response": {
            **common,
            **late,
            "metric": "first_response",
            "state": "met",
            "met_at": ended,
        },
        "resolution": {**common, **late, "metric": "resolution", "state": state, "met_at": ended},
        "promised": {"at": one.at.isoformat(), "resolution_due_at": common["due_at"]},
    }


def _written(one: Drawn) -> Iterator[tuple[bool, str, int]]:
    for place in range(_MESSAGES[one.number * 7 % 20]):
        public = place == 0 or one.dice.random() > 0.12
        yield public, words.body(one.dice, one.locale, one.number, place), place


def _messages(one: Drawn, box: Box) -> Iterator[tuple[Any, ...]]:
    for public, text, place in _written(one):
        at = one.at + timedelta(minutes=37 * place)
        message_id = stamped(at, f"m{one.number}.{place}")
        inbound = place % 2 == 0 and public
        yield (
            message_id,
            one.id,
            one.organization,
            "inbound" if inbound else "outbound" if public else "internal",
            public,
            one.requester if inbound else one.assignee,
            "customer" if inbound else "staff",
            "email",
            False,
            at,
            box.seal(seals.BODY, message_id, text),
            True,
        )


def _around(scene: Scene, one: Drawn) -> Iterator[tuple[str, tuple[Any, ...]]]:
    dice = one.dice
    if dice.random() < 0.1:
        person = UUID(dice.choice(scene.cast.customers)[0])
        yield "participant", (one.id, person, one.organization, one.at)
    if one.assignee:
        yield _event(one, "assigned", one.at + timedelta(minutes=20), {})
    if one.ended:
        yield _event(one, "resolved", one.ended, {})
    if one.status == "closed" and one.ended and dice.random() < 0.12:
        score = dice.choices((1, 2, 3, 4, 5), (4, 5, 11, 30, 50))[0]
        yield "feedback", (one.id, 0, one.organization, score, True, one.ended)


def _event(
    one: Drawn, kind: str, at: datetime, data: dict[str, Any]
) -> tuple[str, tuple[Any, ...]]:
    event_id = stamped(at, f"{kind}{one.number}")
    told = json.dumps(data)
    actor = (one.assignee, "staff") if one.assignee else (None, "system")
    return "timeline", (event_id, one.id, one.organization, at, kind, True, *actor, told)
