"""A replay that is asked for while the same event is under way is not swallowed by its end."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import RowMapping

from services.notify.domain.retries import Answer, Outcome, Verdict
from services.notify.store import webhooks
from services.notify.store.webhooks import Result
from shared.kit.tx import Tx
from tests.fakes.partner import Partner
from tests.services.notify.test_notify_webhooks import House, house, partner, stage

__all__ = ["house", "partner", "stage"]


class Undone(Exception):
    """Nothing of a test's transaction stays, so that no loop sees its rows."""


def event(tx: Tx, endpoint: dict[str, Any], house: House) -> dict[str, Any]:
    return {
        **dict.fromkeys(("last_status", "last_error", "delivered_at")),
        "id": uuid4(),
        "endpoint_id": UUID(endpoint["id"]),
        "organization_id": house.organization,
        "event_id": uuid4(),
        "type": "ticket.opened.v1",
        "body": "{}",
        "state": "pending",
        "attempts": 0,
        "next_at": tx.now,
        "log": [],
        "created_at": tx.now,
    }


async def claimed(tx: Tx, row: dict[str, Any]) -> RowMapping | None:
    found = await webhooks.claim(tx, {}, 100, 100)
    return next((one for one in found if one["id"] == row["id"]), None)


def ended(tx: Tx, row: dict[str, Any], attempts: int, outcome: Outcome) -> Result:
    later = tx.now + timedelta(hours=1)
    answer = Answer(200 if outcome is Outcome.DELIVERED else 500)
    verdict = Verdict(outcome, None if outcome is Outcome.DELIVERED else later)
    return Result(row["id"], row["endpoint_id"], attempts, tx.now, answer, verdict)


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.RETRY])
async def test_what_is_asked_for_again_goes_out_again(
    house: House, partner: Partner, outcome: Outcome
) -> None:
    endpoint = await house.client().endpoint(partner.url)
    with suppress(Undone):
        async with house.context.tx() as tx:
            await _asked_again(tx, event(tx, endpoint, house), outcome)
            raise Undone


async def _asked_again(tx: Tx, row: dict[str, Any], outcome: Outcome) -> None:
    await webhooks.queue_again(tx, [row])
    first = await claimed(tx, row)
    assert first is not None
    await webhooks.queue_again(tx, [row])
    await webhooks.record(tx, [ended(tx, row, first["attempts"], outcome)])
    again = await claimed(tx, row)
    assert again is not None, "the end of the first attempt swallowed the replay"
    statement = "select log from notify.webhook where id = :id"
    log = await tx.scalar(statement, {"id": row["id"]})
    assert len(log) == 1, "what the first attempt did stays on record"
    await webhooks.record(tx, [ended(tx, row, again["attempts"], Outcome.DELIVERED)])
    assert await claimed(tx, row) is None
