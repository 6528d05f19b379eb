"""What operators see of the bus, and what they can do about parked facts."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from shared.kit import deadletters
from shared.kit.consumers import Delivery, read_delivery
from shared.kit.context import Context
from shared.kit.deadletters import Held
from tests.contexts import MakeSettings
from tests.shared.kit_bus.sides import Behind
from tests.shared.kit_http.conftest import client
from tests.shared.kit_http.desk import Person, make_service

PATH = "/internal/dead-letters"


@pytest.fixture
async def ops(make_settings: MakeSettings) -> AsyncIterator[httpx.AsyncClient]:
    service = make_service()
    async with (
        service.running(make_settings("sla"), bus=False),
        client(service.ops) as http,
    ):
        token = Person(kind="service").token(sub="gateway", aud="sla", org=..., sid=...)
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def delivery(subject: str, sequence: int) -> Delivery:
    return read_delivery(
        f'{{"id": "{uuid4()}", "type": "ticket.linked.v1", "source": "sanad/tickets",'
        f' "subject": "{subject}", "time": "2026-01-01T00:00:00Z", "sequence": {sequence},'
        ' "traceparent": "", "data": {}}'
    )


async def held(listener: Context, subject: str) -> None:
    """Two facts of a line: the first failed so often that both are parked."""
    first, second = delivery(subject, 1), delivery(subject, 2)
    async with listener.tx() as tx:
        await deadletters.hold(tx, [Held(first, ValueError("a secret")), Held(second)])
        assert await deadletters.defer(tx, first, ValueError("a secret"), most=1)


async def test_operators_see_parked_facts_without_what_they_say(
    listener: Context, ops: httpx.AsyncClient
) -> None:
    subject = str(uuid4())
    await held(listener, subject)
    answer = await ops.get(PATH, params={"state": "parked"})
    assert answer.status_code == 200
    mine = [item for item in answer.json()["items"] if item["subject"] == subject]
    assert [(one["sequence"], one["state"]) for one in mine] == [(1, "parked"), (2, "parked")]
    assert mine[0]["error"].startswith("ValueError")
    assert "secret" not in answer.text


@pytest.mark.parametrize("by", ["subject", "event_ids", "all"])
async def test_operators_give_parked_facts_new_attempts(
    listener: Context, behind: Behind, ops: httpx.AsyncClient, by: str
) -> None:
    await behind.execute("delete from sla.dead_letter")
    subject = str(uuid4())
    await held(listener, subject)
    rows = await behind.all("select event_id from sla.dead_letter order by sequence")
    asked = {"subject": subject, "event_ids": [str(rows[1]["event_id"])], "all": True}
    answer = await ops.post(f"{PATH}/requeue", json={by: asked[by]})
    assert (answer.status_code, answer.json()) == (200, {"requeued": 2})
    assert await behind.count("sla.dead_letter", "state = 'parked'") == 0
    assert await behind.count("sla.dead_letter", "state = 'waiting' and attempts = 0") == 2


async def test_nobody_else_is_let_in(ops: httpx.AsyncClient) -> None:
    for token in (Person().token(), Person(kind="service").token(aud="tickets")):
        answer = await ops.get(PATH, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {401, 403}
