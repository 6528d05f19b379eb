"""From a test mail at each door to what became of it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.local.demo.doors import Desk, Seat
from deploy.local.layout import Home
from deploy.local.mail.doors import Door, Failed, NotTried, doors, letter
from deploy.local.mail.words import line, say
from deploy.local.options import Options
from deploy.local.programs import CannotRunError
from deploy.local.status import endpoints

_LOOK = 0.1
_WAITING = frozenset({"accepted", "parsed", "routed"})
_SETTLED = frozenset({"sent", "suppressed", "failed", "bounced"})


def attempt(options: Options, language: str, sender: str, patience: float) -> int:
    """Tries every door; 0 when each mail became a ticket that was acknowledged."""
    home = Home(options.home)
    known = endpoints(home)
    if known is None:
        raise CannotRunError(say("stopped", language))
    if options.services.get("SANAD_SMTP_URL") and not sender:
        raise CannotRunError(say("needs_sender", language))
    seat = Desk(known).seat(options.admin_email, options.admin_password or home.secret("admin"))
    support = options.services.get("SANAD_SUPPORT_ADDRESS") or "support@localhost"
    # Somebody new at every run: acknowledgements to one address are capped.
    trial = Trial(known, seat, sender or f"mail-test-{uuid4().hex[:8]}@example.com", patience)
    good = [trial.go(door, language) for door in doors(str(known["smtp"]), seat, support)]
    bad = good.count(False)
    code = "some_bad" if bad else "all_good"
    print(say(code, language, count=len(good), bad=bad))
    return 1 if bad else 0


class Trial:
    """Follows one mail after another."""

    def __init__(self, known: dict[str, Any], seat: Seat, sender: str, patience: float) -> None:
        self._database = str(known["database"])
        self._seat = seat
        self._sender = sender
        self._patience = patience

    def go(self, door: Door, language: str) -> bool:
        """Prints each step as it is reached; the first that fails ends this door."""
        print(say("door", language, door=door.name.upper(), address=door.address), flush=True)
        began = time.monotonic()

        def reached(code: str, **facts: Any) -> None:
            print(line(code, language, time.monotonic() - began, **facts), flush=True)

        try:
            self._follow(door, reached)
        except NotTried:
            print(line("sign_in", language, mark="–"), flush=True)
        except Failed as failure:
            print(line(failure.code, language, **failure.facts), flush=True)
            return False
        return True

    def _follow(self, door: Door, reached: Callable[..., None]) -> None:
        mail = letter(door, self._sender)
        mail_id = door.hand(mail.raw, self._sender)
        reached("put" if door.mailbox_id else "handed")
        if not mail_id:
            mail_id = self._fetched(door, mail.subject)
            reached("fetched")
        ticket = self._ticket(mail_id)
        reached("ticket", number=ticket["number"])
        self._acknowledged(ticket["id"])
        reached("sent")
        self._seat.post(f"/v1/tickets/{ticket['id']}/close", {"reason": "sanad mail test"})

    def _fetched(self, door: Door, subject: str) -> str:
        def look() -> str:
            page = self._seat.get("/v1/intake/mails", limit=50)
            found = (one["id"] for one in page["items"] if one["subject"] == subject)
            return next(found, "")

        mail_id = self._until(look)
        if mail_id:
            return str(mail_id)
        failure = self._seat.get(f"/v1/intake/mailboxes/{door.mailbox_id}")["failure"]
        reason = failure["message"] if failure else "-"
        raise Failed("not_fetched", seconds=round(self._patience), reason=reason)

    def _ticket(self, mail_id: str) -> dict[str, Any]:
        def look() -> Any:
            mail = self._seat.get(f"/v1/intake/mails/{mail_id}")
            return None if mail["state"] in _WAITING else mail

        mail = self._until(look)
        if mail is None:
            state = self._seat.get(f"/v1/intake/mails/{mail_id}")["state"]
            raise Failed("undecided", state=state, seconds=round(self._patience))
        if mail["state"] != "applied":
            raise Failed("elsewhere", state=mail["state"], reason=", ".join(mail["reasons"]) or "-")
        ticket: dict[str, Any] = self._seat.get(f"/v1/tickets/{mail['ticket_id']}")
        return ticket

    def _acknowledged(self, ticket_id: str) -> None:
        """Mails go out of sight of the API; their rows tell what became of them."""

        def look() -> Any:
            row = asyncio.run(_delivery(self._database, ticket_id))
            return row if row is not None and row["state"] in _SETTLED else None

        row = self._until(look) or asyncio.run(_delivery(self._database, ticket_id))
        state = row["state"] if row else "-"
        if state != "sent":
            reason = (row["reason"] if row else None) or ""
            seconds = round(self._patience)
            raise Failed("no_acknowledgement", seconds=seconds, state=state, reason=reason)

    def _until(self, look: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self._patience
        while not (found := look()) and time.monotonic() < deadline:
            time.sleep(_LOOK)
        return found


async def _delivery(database: str, ticket_id: str) -> Any:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetchrow(
            """select state, reason from notify.delivery
            where ticket_id = $1 and kind = 'acknowledgement'""",
            ticket_id,
        )
    finally:
        await connection.close()
