"""A tickets service that is killed with SIGKILL at its n-th step, again and again.

Steps are the moments before and after anything becomes durable: a content in the store, a commit,
the removal of a content. Each round is a process of its own, forked from one that has imported
everything; what was acknowledged to the client is written to the ledger before the next step.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from services.tickets import main
from services.tickets.settings import TicketsSettings
from services.tickets.usecases import sweeping
from shared.events.base import Event
from shared.events.mail import MailRouted
from shared.kit.context import Context
from shared.kit.folder import Folder
from shared.kit.tx import Tx
from tests.services.tickets.people import Person, keys

BYTES = "application/offset+octet-stream"
CONTENT = bytes(range(256)) * 4_500
CUT = 1_100_000


class Steps:
    """Counts down to the end."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, kind: type, name: str) -> None:
        plain: Callable[..., Awaitable[Any]] = getattr(kind, name)

        async def stepped(*args: Any, **more: Any) -> Any:
            self.take()
            found = await plain(*args, **more)
            self.take()
            return found

        setattr(kind, name, stepped)


async def upload(http: httpx.AsyncClient, context: Context, note: Callable[..., None]) -> None:
    """Announce, send twice, attach: each answer goes to the ledger."""
    person = Person()
    headers = person.headers()
    told = {"Upload-Length": str(len(CONTENT))}
    made = await http.post("/v1/uploads", headers={**headers, **told})
    place = made.headers["location"]
    note("upload", id=place.rpartition("/")[2], owner=str(person.id), offset=0)
    for start, stop in ((0, CUT), (CUT, len(CONTENT))):
        sent = {"Upload-Offset": str(start), "Content-Type": BYTES}
        await http.patch(place, content=CONTENT[start:stop], headers={**headers, **sent})
        note("upload", id=place.rpartition("/")[2], owner=str(person.id), offset=stop)
    body = {"subject": "x", "body": "x", "upload_ids": [place.rpartition("/")[2]]}
    ticket = await http.post("/v1/tickets", json=body, headers=headers)
    assert ticket.status_code == 201, ticket.text
    note("ticket", id=ticket.json()["id"], upload=place.rpartition("/")[2])


async def sweep(_: httpx.AsyncClient, context: Context, __: Callable[..., None]) -> None:
    """Everything is old enough; what has a row must stay."""
    sweeping.ORPHAN_AFTER = -sweeping.ORPHAN_AFTER
    await sweeping.sweep(context)


async def mail(_: httpx.AsyncClient, context: Context, note: Callable[..., None]) -> None:
    """The bus delivers one fact until it is acknowledged."""
    fact = MailRouted.model_validate_json(FACT.read_text())
    event: Event[Any] = Event.model_construct(data=fact, type=fact.TYPE)
    assert main.service.consumers is not None
    for listener in main.service.consumers.listeners(fact.TYPE):
        assert listener.prefetch is not None
        more = await listener.prefetch(event, context)
        async with context.tx() as tx:
            await listener.handle(event, tx, more)
    note("applied")


async def bulk(http: httpx.AsyncClient, context: Context, note: Callable[..., None]) -> None:
    """One request, sent again under its key until it is answered; first a look at what is."""
    told = json.loads(FACT.read_text())
    async with context.tx() as tx:
        rows = await tx.rows(
            "select status, version from tickets.ticket where id = any(:ids)",
            {"ids": [UUID(one) for one in told["body"]["ticket_ids"]]},
        )
    note("found", states=sorted(row["status"] for row in rows))
    person = Person("admin", id=UUID(told["person"]))
    answer = await http.post(
        "/v1/bulk", json=told["body"], headers=person.headers(idempotency_key="the-same")
    )
    assert answer.status_code == 200, answer.text
    note("answered", answer=answer.json())


FACT = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()
ACTIONS = {"upload": upload, "sweep": sweep, "mail": mail, "bulk": bulk}
STATEMENTS = {"bulk": ((Tx, "execute"),)}
"""Where every statement is a moment to die at, and not only what becomes durable."""


async def play(settings: TicketsSettings, action: str, step: int, ledger: Path) -> None:
    def note(kind: str, **facts: Any) -> None:
        with ledger.open("a") as file:
            file.write(json.dumps({"kind": kind, "step": step, **facts}) + "\n")

    service = main.service
    service.jwks = keys
    async with service.running(settings, bus=False) as context:
        transport = httpx.ASGITransport(app=service.app)
        steps = Steps(step)
        durable = ((Folder, "put"), (Folder, "drop"), (Tx, "commit"))
        for kind, name in (*durable, *STATEMENTS.get(action, ())):
            steps.around(kind, name)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            await ACTIONS[action](http, context, note)
        note("done", left=steps.left)


def rounds(settings: TicketsSettings, action: str, ledger: Path, most: int) -> int:
    """Kill at step 1, 2, ... until a round gets through; how many it took."""
    for step in range(1, most + 1):
        child = os.fork()
        if child == 0:
            asyncio.run(play(settings, action, step, ledger))
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return step
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            raise SystemExit(f"step {step} ended with {status}")
    raise SystemExit(f"not through after {most} kills")


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    chosen = TicketsSettings(**{**told["settings"], "home": Path(told["settings"]["home"])})
    print(rounds(chosen, told["action"], Path(told["ledger"]), told["most"]))
