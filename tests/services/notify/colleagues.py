"""What gateway and tickets answer about people and tickets, for tests of one service alone."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from shared.kit.peers import PeerRefused, PeerUnavailable
from shared.vocabulary import DEFAULT_DEPARTMENT


@dataclass
class Colleagues:
    """Answers of the other services; `away` plays an outage."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    threads: dict[str, list[str]] = field(default_factory=dict)
    away: bool = False
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
        if self.away:
            raise PeerUnavailable(peer)

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

    def add_message(self, text: str, files: int = 0) -> UUID:
        message_id = uuid4()
        attachments = [{"id": str(uuid4()), "name": f"{n}.png"} for n in range(files)]
        self.messages[str(message_id)] = {"body_text": text, "attachments": attachments}
        return message_id
