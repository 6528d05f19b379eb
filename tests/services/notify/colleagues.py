"""What gateway and tickets answer about people and tickets, for tests of one service alone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from shared.events.base import render_instant
from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.vocabulary import DEFAULT_DEPARTMENT

_SUMS = {"wall": 104_400, "counted": 14_400, "paused": 7_200, "stopped": 0, "closed": 82_800}
EXPLAINED: dict[str, Any] = {
    "metric": "resolution",
    "as_of": "2026-03-09T10:00:00Z",
    "totals": _SUMS,
    "due": {
        "at": "2026-03-09T10:00:00Z",
        "remaining_seconds": 0,
        "late_seconds": 0,
        "target_seconds": 14_400,
        "target_business_days": None,
        "calendar": "00000000-0000-7000-8000-000000000003",
        "calendar_version": 1,
        "timezone": "Asia/Riyadh",
        "tzdata": "2026.1",
        "policy_id": "00000000-0000-7000-8000-000000000004",
        "policy_version": 1,
    },
    "text": {
        "ar": "الحل: الوعد خلال 4 ساعات من ساعات العمل. المحتسب 4 ساعات.",
        "en": "Resolution: promised within 4 h of working hours. 4 h counted.",
    },
    "days": [
        {
            **_SUMS,
            "date": "2026-03-09",
            "hijri_date": {"ar": "20 رمضان 1447 هـ", "en": "20 Ramadan 1447 AH"},
            "clock_change_seconds": 0,
            "text": {
                "ar": "الاثنين 9 مارس 2026 (20 رمضان 1447 هـ): المحتسب 3 ساعات.",
                "en": "Monday 9 March 2026 (20 Ramadan 1447 AH): 3 h counted.",
            },
        }
    ],
    "days_omitted": 0,
}
"""An item of sla's `/internal/explanations`; sla's own tests hold it to this shape."""


@dataclass
class Colleagues:
    """Answers of the other services; `away` plays an outage."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    explanations: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: bool = False
    away_peers: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def get(self, peer: str, path: str) -> Any:
        self._note(peer, path)
        parts = path.strip("/").split("/")
        if parts[1] == "departments":
            return {"items": [self.department()]}
        if parts[2] not in self.tickets:
            raise PeerRefused(peer, 404)
        if len(parts) == 3:
            return self.tickets[parts[2]]
        if parts[3] == "thread":
            return {"message_ids": self.threads.get(parts[2], [])}
        return self.messages[parts[4]]

    async def post(self, peer: str, path: str, *, json: Any = None) -> Any:
        self._note(peer, path)
        if "keys" in json:
            known = self.explanations
            return {"items": [{"id": key, **known[key]} for key in json["keys"] if key in known]}
        if "ticket_ids" in json:
            return {
                "items": [self._ticket(one) for one in json["ticket_ids"] if one in self.tickets]
            }
        wanted = [self.people[one] for one in json["user_ids"] if one in self.people]
        return {"items": wanted}

    def _ticket(self, ticket_id: str) -> dict[str, Any]:
        return {**self.tickets[ticket_id], "mail_message_ids": self.threads.get(ticket_id, [])}

    async def close(self) -> None:
        return None

    def _note(self, peer: str, path: str) -> None:
        self.asked.append(f"{peer} {path}")
        if self.away or peer in self.away_peers:
            raise PeerUnavailable(peer)

    def explain(self, ticket: UUID, metric: str, at: datetime, **more: Any) -> None:
        """How sla explains a promise as of an instant."""
        self.explanations[f"{ticket}:{metric}:{render_instant(at)}"] = {**EXPLAINED, **more}

    def department(self) -> dict[str, Any]:
        return {
            "id": str(DEFAULT_DEPARTMENT),
            "name": {"ar": "الدعم الفني", "en": "Technical support"},
            "mailbox": "support@desk.example",
            "is_default": True,
        }

    def add_person(self, email: str, **more: Any) -> UUID:
        user_id = uuid4()
        self.people[str(user_id)] = {
            "id": str(user_id),
            "email": email,
            "name": "سارة",
            "locale": "ar",
            "timezone": "Asia/Riyadh",
            "organization_id": str(uuid4()),
            "roles": ["customer"],
            "department_ids": [],
            "disabled": False,
            **more,
        }
        return user_id

    def add_ticket(self, requester: UUID, **more: Any) -> UUID:
        ticket_id = more.pop("id", None) or uuid4()
        number = more.pop("number", 1042)
        self.tickets[str(ticket_id)] = {
            "id": str(ticket_id),
            "number": number,
            "number_text": f"SND-{number}",
            "subject": "الطابعة لا تعمل",
            "status": "open",
            "priority": "P3",
            "requester_id": str(requester),
            "department_id": str(DEFAULT_DEPARTMENT),
            "participants": [],
            **more,
        }
        return UUID(str(ticket_id))

    def add_message(self, text: str, *states: str, visible: str | None = None) -> UUID:
        """A message with a file in each of these states."""
        message_id = uuid4()
        words = {"body_text": text, "visible_text": text if visible is None else visible}
        files = [file_in(state, number) for number, state in enumerate(states)]
        self.messages[str(message_id)] = {**words, "files": files}
        return message_id


def file_in(state: str, number: int) -> dict[str, Any]:
    """An item of `files` in tickets' answer about a message; tickets' tests hold it to this."""
    linked = state in {"clean", "pending"}
    return {
        "name": f"لقطة {number}.png",
        "size": 2_202_009,
        "state": state,
        "url": f"https://desk.example/v1/files/{number}" if linked else None,
        "expires_at": "2026-03-08T07:00:00Z",
    }
