"""Every webhook route for those who belong to no customer: administrators, unbound programs."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.vocabulary import Role
from tests.fakes.partner import Partner
from tests.services.notify.test_notify_webhooks import House, Seat, house, partner, stage

__all__ = ["house", "partner", "stage"]

SEATS: dict[str, Callable[[House], Seat]] = {
    "administrator": lambda house: house.staff(Role.ADMIN),
    "unbound": lambda house: Seat(house.http, house.context),
}


@pytest.fixture(params=SEATS)
def seat(request: pytest.FixtureRequest, house: House) -> Seat:
    return SEATS[request.param](house)


async def test_endpoints_are_listed_read_changed_and_dropped(
    house: House, partner: Partner, seat: Seat
) -> None:
    own = await seat.endpoint(partner.url)
    theirs = await house.client().endpoint(partner.url)
    listed = (await seat.get("/v1/webhooks?limit=1"))["items"]
    listed += (await seat.get("/v1/webhooks"))["items"]
    assert {own["id"], theirs["id"]} <= {one["id"] for one in listed}
    for made in (own, theirs):
        path = f"/v1/webhooks/{made['id']}"
        assert (await seat.get(path))["id"] == made["id"]
        changed = await seat.ask("PATCH", path, {"description": "changed"})
        assert (changed.status_code, changed.json()["description"]) == (200, "changed")
        turned = await seat.ask("POST", f"{path}/rotate-secret")
        assert turned.status_code == 200
        assert turned.json()["secret"] != made["secret"]
        assert (await seat.ask("DELETE", path)).status_code == 204
        assert (await seat.ask("GET", path)).status_code == 404


async def test_deliveries_are_tested_listed_resent_and_replayed(
    house: House, partner: Partner, seat: Seat
) -> None:
    since = house.context.clock.now() - timedelta(minutes=1)
    made = await seat.endpoint(partner.url)
    path = f"/v1/webhooks/{made['id']}"
    assert (await seat.ask("POST", f"{path}/test")).status_code == 202
    await partner.wait_for(1)
    done = await house.delivery(seat, made["id"], lambda one: one["state"] == "delivered")
    again = await seat.ask("POST", f"{path}/deliveries/{done['id']}/resend")
    assert again.status_code == 202
    await partner.wait_for(2)
    event = await house.opens()
    await partner.wait_for(3)
    arrived = await house.delivery(seat, made["id"], lambda one: one["state"] == "delivered")
    assert arrived["type"] == "ticket.opened.v1"
    span = {"since": since.isoformat(), "event_types": ["ticket.opened.v1"]}
    replayed = await seat.ask("POST", f"{path}/replay", span)
    assert replayed.status_code == 202, replayed.text
    assert replayed.json()["queued"] >= 1
    await partner.until(lambda: [one.id for one in partner.received].count(str(event)) == 2)


async def test_what_does_not_exist_is_404(house: House, seat: Seat) -> None:
    path = f"/v1/webhooks/{uuid4()}"
    for method, rest in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/test"),
        ("POST", "/rotate-secret"),
        ("POST", f"/deliveries/{uuid4()}/resend"),
    ):
        assert (await seat.ask(method, path + rest)).status_code == 404
