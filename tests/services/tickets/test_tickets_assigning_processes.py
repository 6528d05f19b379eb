"""Two processes give out tickets, one is killed: capacities hold, nothing is left over."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from aiohttp import web

from shared.vocabulary import DEFAULT_DEPARTMENT, RESERVED_ORGANIZATION
from tests.engines import ROOT, Database, NatsServer, eventually
from tests.services.tickets.neighbours import Neighbours
from tests.services.tickets.people import Person, key

AGENTS, CAPACITY, TICKETS = 3, 10, 50
LIVE = "('new', 'open', 'waiting_customer', 'waiting_third_party')"


class Process:
    """A tickets service of its own, as the supervisor starts it."""

    def __init__(self, database: Database, nats: NatsServer, gateway: str) -> None:
        public, ops = _listening(), _listening()
        self.url, self.ops = (f"http://127.0.0.1:{one.getsockname()[1]}" for one in (public, ops))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SANAD_")},
            "SANAD_PROFILE": "test",
            "SANAD_HOME": str(database.home.root),
            "SANAD_DATABASE": database.url,
            "SANAD_NATS_URL": nats.url,
            "SANAD_PEERS": json.dumps({"gateway": gateway}),
            "SANAD_LISTEN_HTTP": f"fd:{public.fileno()}",
            "SANAD_LISTEN_OPS": f"fd:{ops.fileno()}",
        }
        self.child = subprocess.Popen(
            [sys.executable, "-m", "shared.kit.serve", "services.tickets.main"],
            cwd=ROOT,
            env=environment,
            pass_fds=[public.fileno(), ops.fileno()],
        )
        public.close()
        ops.close()

    async def alive(self) -> bool:
        assert self.child.poll() is None
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                return (await client.get(f"{self.ops}/livez")).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(15)


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(128)
    made.set_inheritable(True)
    return made


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    """The twin that also tells the key by which the tests sign."""

    async def keys(_: web.Request) -> web.Response:
        return web.json_response({"keys": [key().public_jwk()]})

    application = Neighbours().application()
    application.router.add_get("/.well-known/jwks.json", keys)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def staffed(connection: Any) -> list[Person]:
    """A department that gives out its tickets in turn, with agents who take ten each."""
    people = [Person("agent", departments=(DEFAULT_DEPARTMENT,)) for _ in range(AGENTS)]
    await connection.execute(
        """insert into tickets.assignment_rule (department_id, mode, default_capacity, language,
            reassign_when_absent, updated_at)
        values ($1, 'round_robin', $2, 'off', false, now())""",
        DEFAULT_DEPARTMENT,
        CAPACITY,
    )
    for person in people:
        await connection.execute(
            """insert into tickets.person (id, organization_id, roles, department_ids, locale)
            values ($1, $2, array['agent'], array[$3::uuid], 'ar')""",
            person.id,
            RESERVED_ORGANIZATION,
            DEFAULT_DEPARTMENT,
        )
    return people


async def held(connection: Any) -> Counter[UUID | None]:
    rows = await connection.fetch(
        f"""select assignee_id, count(*) from tickets.ticket where status in {LIVE} group by 1"""
    )
    return Counter({row["assignee_id"]: row["count"] for row in rows})


async def opens(url: str, customer: Person) -> bool:
    """Whether the answer came: the process may have been killed before."""
    with contextlib.suppress(httpx.TransportError):
        async with httpx.AsyncClient(timeout=20) as client:
            answer = await client.post(
                f"{url}/v1/tickets",
                json={"subject": "x", "body": "x"},
                headers=customer.headers(),
            )
            return answer.status_code == 201
    return False


async def test_capacities_hold_while_a_process_is_killed_and_all_room_is_used(
    database: Database, nats_server: NatsServer, gateway: str
) -> None:
    connection = await asyncpg.connect(database.superuser_dsn)
    watching = await asyncpg.connect(database.superuser_dsn)
    people = await staffed(connection)
    full = dict.fromkeys((one.id for one in people), CAPACITY)
    processes = [Process(database, nats_server, gateway) for _ in range(2)]
    over: list[Counter[UUID | None]] = []

    async def watch() -> None:
        while True:
            found = await held(watching)
            if any(found[who] > CAPACITY for who in full):
                over.append(found)
            await asyncio.sleep(0.005)  # a look every now and then, until cancelled

    looking = asyncio.create_task(watch())
    try:
        for one in processes:
            await eventually(one.alive, within=30)
        customers = [Person(organization=uuid4()) for _ in range(TICKETS)]
        sent = [
            asyncio.create_task(opens(processes[number % 2].url, customer))
            for number, customer in enumerate(customers)
        ]

        async def some_given() -> bool:
            found = await held(connection)
            return sum(found[who] for who in full) >= 5

        await eventually(some_given, within=20)
        processes[1].kill()
        processes.append(Process(database, nats_server, gateway))
        answered = sum(await asyncio.gather(*sent))
        assert answered >= TICKETS // 2
        await eventually(processes[2].alive, within=30)
        for _ in range(TICKETS - answered):
            assert await opens(processes[2].url, customers[0])

        async def all_full() -> bool:
            found = await held(connection)
            return {who: found[who] for who in full} == full and found[None] > 0

        await eventually(all_full, within=20)
        waiting = (await held(connection))[None]
        await resolve_some(processes[0].url, connection, people[0], 5)

        async def full_again() -> bool:
            found = await held(connection)
            return {who: found[who] for who in full} == full and found[None] == waiting - 5

        await eventually(full_again, within=20)
        await each_was_told_once(connection)
    finally:
        looking.cancel()
        for one in processes:
            if one.child.poll() is None:
                one.child.send_signal(signal.SIGTERM)
                one.child.wait(20)
        for line in (connection, watching):
            await line.close()
    assert over == []


async def resolve_some(url: str, connection: Any, agent: Person, count: int) -> None:
    rows = await connection.fetch(
        "select id from tickets.ticket where assignee_id = $1 limit $2", agent.id, count
    )
    async with httpx.AsyncClient(timeout=20) as client:
        for row in rows:
            path = f"{url}/v1/tickets/{row['id']}/resolve"
            answer = await client.post(path, json={}, headers=agent.headers())
            assert answer.status_code == 200, answer.text


async def each_was_told_once(connection: Any) -> None:
    """Every holder is stated by one fact, and the version has as many steps as there are facts."""
    rows = await connection.fetch(
        """select t.version, t.assignee_id is not null as given,
            array(select o.route from tickets.outbox o where o.subject = t.id::text) as routes
        from tickets.ticket t"""
    )
    assert len(rows) >= TICKETS
    for row in rows:
        routes = [route.removeprefix("sanad.") for route in row["routes"]]
        assert routes.count("ticket.assigned") == int(row["given"]), routes
        assert row["version"] == len(routes)
