"""The feed, the stream, the in-app inbox, preferences and templates, within the caller's rights."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.notify import routes, timers, usecases
from services.notify.domain.words import Kind
from services.notify.settings import NotifySettings
from shared.events.escalation import EscalationRaised
from shared.events.ticket import TicketMessageAdded
from shared.kit.service import Service
from shared.vocabulary import AuthorKind, Channel, Direction, Metric, Role
from tests.contexts import MakeSettings
from tests.services.notify.test_notify_webhooks import House, Seat, own_keys


@pytest.fixture(scope="module")
async def house(make_settings: MakeSettings) -> AsyncIterator[House]:
    service = Service(
        "notify",
        "notify",
        NotifySettings,
        routers=routes.DOORS,
        workers=timers.WORKERS,
        jwks=own_keys,
    )
    settings = make_settings("notify", rate_limit=0, doors="http,workers", pool_size=8)
    async with service.running(settings, bus=False) as context:
        transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            yield House(context, http)


def anew(house: House) -> House:
    return replace(house, organization=uuid4(), ticket=uuid4())


async def read(seat: Seat, after: str = "", **params: str) -> tuple[list[dict[str, Any]], str]:
    query = "&".join(f"{name}={value}" for name, value in {"after": after, **params}.items())
    found = await seat.get(f"/v1/events?{query}")
    return found["items"], found["next_cursor"]


async def read_until(seat: Seat, count: int, **params: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for _ in range(200):
        items, _ = await read(seat, **params)
        if len(items) >= count:
            return items
        await asyncio.sleep(0.05)
    raise AssertionError(items)


async def test_events_are_read_in_one_order_that_never_changes(house: House) -> None:
    house = anew(house)
    seat = house.client()
    ids = [await house.opens(uuid4()) for _ in range(7)]
    await read_until(seat, 7)
    seen: list[str] = []
    after = ""
    while True:
        items, after = await read(seat, after, limit="3")
        if not items:
            break
        seen += [one["id"] for one in items]
    assert seen == [str(one) for one in ids]
    later = await house.opens(uuid4())
    items = []
    for _ in range(200):
        items, _ = await read(seat, after)
        if items:
            break
        await asyncio.sleep(0.05)
    assert [one["id"] for one in items] == [str(later)]
    by_id, _ = await read(seat, str(ids[4]))
    assert [one["id"] for one in by_id] == [str(one) for one in [*ids[5:], later]]


async def test_envelopes_are_those_of_the_contract(house: House) -> None:
    house = anew(house)
    await house.opens()
    (event,) = await read_until(house.client(), 1)
    assert set(event) == {
        *("specversion", "id", "type", "source", "subject", "time", "datacontenttype"),
        *("sequence", "traceparent", "data"),
    }
    assert event["type"] == "ticket.opened.v1"


async def test_types_narrow_the_feed(house: House) -> None:
    house = anew(house)
    await house.opens()
    await house.closes()
    seat = house.client()
    await read_until(seat, 2)
    assert len((await read(seat, types="ticket.closed,sla.*"))[0]) == 1
    assert len((await read(seat, types="ticket.*"))[0]) == 2
    assert (await seat.ask("GET", "/v1/events?types=nothing.*")).status_code == 422
    for wrong in ("abc", str(uuid4()), "-1", "9" * 30):
        assert (await seat.ask("GET", f"/v1/events?after={wrong}")).status_code == 422, wrong


async def test_everybody_sees_the_events_of_their_own_tickets(house: House) -> None:
    house = anew(house)
    sara, omar, department, agent = uuid4(), uuid4(), uuid4(), uuid4()
    mine, theirs = uuid4(), uuid4()
    await house.opens(mine, requester_id=sara, department_id=department)
    await house.opens(theirs, requester_id=omar, assignee_id=agent)
    note = TicketMessageAdded(
        ticket_id=mine,
        organization_id=house.organization,
        at=house.context.clock.now(),
        message_id=uuid4(),
        direction=Direction.INTERNAL,
        public=False,
        author_kind=AuthorKind.STAFF,
        channel=Channel.WEB,
    )
    await house.hear(note)
    await read_until(Seat(house.http, house.context, kind="user", roles=["admin"]), 3)

    def customer(user: UUID, role: str = "customer") -> Seat:
        base = Seat(house.http, house.context, house.organization, "user", [role])
        return replace(base, id=user)

    async def tickets(seat: Seat) -> list[tuple[str, str]]:
        own = (await read(seat, limit="200"))[0]
        here = [one for one in own if one["data"]["organization_id"] == str(house.organization)]
        return [(one["subject"], one["type"]) for one in here]

    opened, said = "ticket.opened.v1", "ticket.message_added.v1"
    assert await tickets(customer(sara)) == [(str(mine), opened)]
    assert await tickets(customer(omar)) == [(str(theirs), opened)]
    both = [(str(mine), opened), (str(theirs), opened)]
    assert await tickets(customer(uuid4(), "customer_admin")) == both
    assert await tickets(house.client()) == both
    assert await tickets(house.client(uuid4())) == []
    of_department = house.staff(Role.AGENT, departments=(department,))
    assert await tickets(of_department) == [(str(mine), opened), (str(mine), said)]
    assert await tickets(replace(house.staff(Role.AGENT), id=agent)) == [(str(theirs), opened)]
    assert len(await tickets(house.staff(Role.AUDITOR))) == 3


async def test_the_stream_goes_on_where_its_reader_stopped(house: House) -> None:
    house = anew(house)
    seat = house.client()
    first = await house.opens(uuid4())
    (event,) = await read_until(seat, 1)
    start = (await read(seat))[1]
    caller_events = usecases.STREAMING.follow(house.context, _caller(seat), int(start) - 1, [])
    chunks = []

    async def collect() -> None:
        async for chunk in caller_events:
            chunks.append(chunk)
            if sum("data:" in one for one in chunks) >= 2:
                return

    reading = asyncio.get_running_loop().create_task(collect())
    second = await house.opens(uuid4())
    async with asyncio.timeout(10):
        await reading
    await caller_events.aclose()  # type: ignore[attr-defined]  # a generator
    data = [one for one in chunks if "data:" in one]
    assert str(first) in data[0]
    assert str(second) in data[1]
    assert data[0].startswith(f"id: {start}\n")
    assert event["id"] == str(first)


def _caller(seat: Seat) -> Any:
    from shared.kit.callers import Caller

    return Caller(id=seat.id, kind="client", organization_id=seat.organization)


async def test_a_caller_holds_only_so_many_streams(house: House) -> None:
    seat = anew(house).client()
    streams = [usecases.STREAMING.follow(house.context, _caller(seat), 0, []) for _ in range(4)]
    for one in streams:
        assert await anext(one) == "retry: 3000\n\n"
    refused = await seat.ask("GET", "/v1/stream")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    for one in streams:
        await one.aclose()  # type: ignore[attr-defined]  # a generator


def raised(house: House, user: UUID) -> EscalationRaised:
    return EscalationRaised(
        ticket_id=house.ticket,
        organization_id=house.organization,
        escalation_id=uuid4(),
        at=house.context.clock.now(),
        metric=Metric.FIRST_RESPONSE,
        level=1,
        to_role=Role.MANAGER,
        user_ids=(user,),
        action=("notify",),
        cause="breach",
    )


async def test_the_inbox_is_worded_for_its_reader_and_for_nobody_else(house: House) -> None:
    house = anew(house)
    boss = replace(house.staff(Role.MANAGER), id=uuid4())
    await house.opens()
    await house.hear(raised(house, boss.id))
    arabic = (await boss.ask("GET", "/v1/notifications", **{"Accept-Language": "ar"})).json()
    english = (await boss.ask("GET", "/v1/notifications", **{"Accept-Language": "en"})).json()
    (line,) = arabic["items"]
    assert line["title"] == "صُعّدت التذكرة \u2068SND-1042\u2069 إلى مدير القسم"
    assert english["items"][0]["title"] == (
        "Ticket \u2068SND-1042\u2069 was escalated to the department manager"
    )
    assert (line["kind"], line["ticket_number"], line["read_at"]) == (
        "escalation",
        "SND-1042",
        None,
    )
    other = house.staff(Role.ADMIN)
    assert (await other.get("/v1/notifications"))["items"] == []
    read_it = f"/v1/notifications/{line['id']}/read"
    assert (await other.ask("POST", read_it)).status_code == 404
    assert (await boss.ask("POST", read_it)).status_code == 204
    assert (await boss.get("/v1/notifications?unread=true"))["items"] == []
    assert len((await boss.get("/v1/notifications"))["items"]) == 1


async def test_preferences_are_kept(house: House) -> None:
    seat = anew(house).staff(Role.AGENT)
    assert await seat.get("/v1/preferences") == {"digits": "latin", "muted": []}
    wish = {"digits": "arabic", "muted": ["warning"]}
    assert (await seat.ask("PUT", "/v1/preferences", wish)).json() == wish
    assert await seat.get("/v1/preferences") == wish
    refused = await seat.ask("PUT", "/v1/preferences", {"muted": ["escalation"]})
    assert refused.status_code == 422


async def test_administrators_preview_every_template(house: House) -> None:
    found = await house.staff(Role.ADMIN).get("/v1/templates")
    assert len(found["items"]) == 2 * len(Kind)
    assert all(one["missing_variables"] == [] for one in found["items"])
    assert (await house.staff(Role.AGENT).ask("GET", "/v1/templates")).status_code == 403


async def test_one_template_is_shown_as_a_reader_of_arabic_digits_has_it(house: House) -> None:
    seat = house.staff(Role.ADMIN)
    shown = await seat.get("/v1/templates/resolution/ar?digits=arabic")
    assert (shown["kind"], shown["locale"]) == ("resolution", "ar")
    assert "٢٤ ساعةً" in shown["text"]
    assert "24 hours" in (await seat.get("/v1/templates/resolution/en?digits=arabic"))["text"]
    for wrong in ("resolution/fr", "nonsense/ar", "resolution/ar?digits=roman"):
        answer = await seat.ask("GET", f"/v1/templates/{wrong}")
        assert answer.status_code == 422
        assert answer.json()["code"] == "validation_failed"
    refused = await house.staff(Role.AGENT).ask("GET", "/v1/templates/reply/ar")
    assert refused.status_code == 403


async def test_every_route_wants_a_token(house: House) -> None:
    for path in ("/v1/webhooks", "/v1/events", "/v1/stream", "/v1/notifications"):
        assert (await house.http.get(path)).status_code == 401


async def test_customers_do_not_read_who_of_the_house_was_called(house: House) -> None:
    house = anew(house)
    boss = uuid4()
    await house.opens()
    await house.hear(raised(house, boss))
    for seat, named in ((house.client(), []), (house.staff(Role.ADMIN), [str(boss)])):
        query = {"types": "escalation.raised"}
        events = [
            e for e in await read_until(seat, 1, **query) if e["subject"] == str(house.ticket)
        ]
        (event,) = events
        assert event["data"].get("user_ids", []) == named
        assert event["data"]["level"] == 1
