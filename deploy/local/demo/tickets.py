"""Tickets of the demonstration: each comes in through its own door, then people work on it."""

import time
from collections.abc import Callable
from email.header import Header
from email.utils import formataddr, formatdate
from typing import Any

from deploy.local.demo.company import Company
from deploy.local.demo.content import Content, Script
from deploy.local.demo.doors import Desk, Seat
from deploy.local.programs import CannotRunError

DONE = "demo"
_WITHIN = 60.0
Progress = Callable[[int, int, str], None]


class Stage:
    """Plays the scripts; a ticket that carries the mark was played to its end before."""

    def __init__(self, desk: Desk, company: Company, content: Content) -> None:
        self._desk = desk
        self._company = company
        self._content = content
        self._people = {one["key"]: one for one in content.people}
        self._there: dict[str, dict[str, Any]] = {}
        self.played = 0

    def play(self, progress: Progress) -> None:
        self._look()
        scripts = self._content.scripts
        left = [one for one in scripts if DONE not in self._known(one).get("tags", [])]
        for script in (one for one in left if not self._known(one)):
            self._open(script)
        for script in left:
            self._await(script)
            for number, step in enumerate(script.steps):
                self._act(script, f"demo-{script.name}-{number}", *step)
            self._mark(script)
            self.played += 1
            progress(len(scripts) - len(left) + self.played, len(scripts), script.subject)

    def figures(self, by: str) -> dict[str, int]:
        """How many tickets of these companies there are, by one of their fields."""
        self._look()
        counted: dict[str, int] = {}
        for ticket in self._there.values():
            counted[ticket[by]] = counted.get(ticket[by], 0) + 1
        return counted

    def number(self, subject: str) -> str:
        return str(self._there[subject]["number"]) if subject in self._there else ""

    def _look(self) -> None:
        for organization in self._company.organizations.values():
            query = {"organization_id": organization}
            for ticket in self._company.admin.every("/v1/tickets", **query):
                self._there[ticket["subject"]] = ticket

    def _known(self, script: Script) -> dict[str, Any]:
        return self._there.get(script.subject, {})

    def _await(self, script: Script) -> None:
        """A mail is taken first and becomes a ticket a moment later."""
        deadline = time.monotonic() + _WITHIN
        while not self._known(script):
            if time.monotonic() > deadline:
                raise CannotRunError(f"{script.subject}: no ticket within {_WITHIN:.0f} s")
            self._look()
            time.sleep(0.1)

    def _open(self, script: Script) -> None:
        if script.via.startswith("mail"):
            self._mail(script)
            return
        body: dict[str, Any] = {"subject": script.subject, "body": script.body}
        body |= {"department_id": self._company.departments[script.to]}
        body |= {"priority": script.priority}
        if script.via == "form":
            self._desk.submit_form({**body, "requester": self._requester(script)})
            return
        if script.via in {"phone", "api"}:
            body |= {"requester": {"email": self._requester(script)["email"]}}
        if script.via == "phone":
            organization = self._company.organizations[script.organization]
            body |= {"organization_id": organization, "channel": "phone"}
        self._writer(script).post("/v1/tickets", body, f"demo-{script.name}")

    def _writer(self, script: Script) -> Seat:
        """Customers write in the portal, their programs through the API, staff on the phone."""
        customer = self._company.seats[script.who]
        if script.via == "api":
            return self._company.programs.get(script.organization, customer)
        return self._company.seats[script.by] if script.by else customer

    def _requester(self, script: Script) -> dict[str, str]:
        person = self._people[script.who]
        names = {"name": person["name"], "locale": person["locale"]}
        return {"email": self._content.address(person), **names}

    def _mail(self, script: Script) -> None:
        mailboxes = {one["key"]: one["mailbox"] for one in self._content.departments}
        who, recipient = self._requester(script), mailboxes[script.to]
        charset = "windows-1256" if script.via == "mail-1256" else "utf-8"
        raw = letter(script, who, recipient, charset)
        self._desk.deliver(raw, who["email"], recipient)

    def _act(self, script: Script, key: str, verb: str, who: Any, *rest: Any) -> None:
        path = f"/v1/tickets/{self._known(script)['id']}"
        seat: Seat = self._company.seats[who]
        if verb == "priority":
            seat.patch(path, {"priority": rest[0], "reason": rest[1]})
        elif verb in {"reply", "note", "customer"}:
            body = {"body": rest[0], "public": verb != "note"}
            seat.post(f"{path}/messages", body, key)
        elif verb == "merge":
            seat.post(f"{path}/merge", {"into": self._there[rest[0]]["id"]}, key)
        else:
            seat.post(f"{path}/{verb}", self._wish(verb, who, rest), key)

    def _wish(self, verb: str, who: str, rest: tuple[Any, ...]) -> dict[str, Any]:
        names = {
            "assign": ("assignee_id",),
            "wait": ("for", "reason"),
            "resolve": ("message",),
            "feedback": ("score", "comment"),
            "close": ("reason",),
            "reopen": ("reason",),
            "escalate": ("reason",),
        }
        values = rest or (self._company.people[who],)
        return dict(zip(names[verb], values, strict=True))

    def _mark(self, script: Script) -> None:
        path = f"/v1/tickets/{self._known(script)['id']}"
        self._company.admin.patch(path, {"tags": [DONE, script.organization]})


def letter(script: Script, who: dict[str, str], recipient: str, charset: str) -> bytes:
    """As a customer's mail program writes it: encoded headers, an 8-bit body."""
    name = str(Header(who["name"], charset))
    domain = who["email"].partition("@")[2]
    head = [
        f"From: {formataddr((name, who['email']))}",
        f"To: {recipient}",
        f"Subject: {Header(script.subject, charset).encode(linesep=chr(13) + chr(10))}",
        f"Message-ID: <demo-{script.name}@{domain}>",
        f"Date: {formatdate()}",
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={charset}",
        "Content-Transfer-Encoding: 8bit",
    ]
    lines = ["", *script.body.split("\n"), ""]
    return "\r\n".join(head).encode("ascii") + b"\r\n" + "\r\n".join(lines).encode(charset)
