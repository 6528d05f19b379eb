"""Webhooks end to end: the real service with its loops, a real partner, real signature checks."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Self, cast
from uuid import UUID, uuid4

import aiohttp
import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from typing_extensions import override

from services.notify import routes, timers
from services.notify.adapters.partners import Partners, PinnedResolver, Post
from services.notify.consumers import consumers
from services.notify.settings import NotifySettings
from shared.events.base import Fact
from shared.events.identity import IdentityUserCreated
from shared.events.ticket import TicketClosed, TicketMessageAdded, TicketOpened
from shared.kit.context import Context
from shared.kit.jwt import SigningKey, generate_pem, sign, signing_key
from shared.kit.service import Service
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    AuthorKind,
    Channel,
    Direction,
    Locale,
    Priority,
    Role,
    Status,
)
from tests.contexts import MakeSettings, Travel
from tests.fakes.partner import Flood, Partner, answer, drip, hang
from tests.services.notify.colleagues import Colleagues
from tests.services.notify.hearing import hear

KEY: SigningKey = signing_key("desk-1", generate_pem())


async def own_keys(_: Context) -> dict[str, Any]:
    return {"keys": [KEY.public_jwk()]}


@dataclass
class Seat:
    """Somebody with a token at notify's door."""

    http: httpx.AsyncClient
    context: Context
    organization: UUID | None = None
    kind: str = "client"
    roles: list[str] = field(default_factory=list)
    departments: list[UUID] = field(default_factory=list)
    scope: str = "webhooks:manage tickets:read notifications:read"
    id: UUID = field(default_factory=uuid4)

    def headers(self, **more: str) -> dict[str, str]:
        now = round(self.context.clock.now().timestamp(), 3)
        claims = {
            "aud": "sanad-api",
            "sub": str(self.id),
            "kind": self.kind,
            "org": str(self.organization) if self.organization else None,
            "roles": self.roles,
            "scope": self.scope,
            "deps": [str(one) for one in self.departments],
            "locale": "ar",
            "sid": str(uuid4()),
            "jti": str(uuid4()),
            "iat": now,
            "exp": int(now) + 600,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"Authorization": f"Bearer {sign(KEY, claims)}", **more}

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.http.request(method, path, json=body, headers=self.headers(**headers))

    async def get(self, path: str) -> Any:
        found = await self.ask("GET", path)
        assert found.status_code == 200, found.text
        return found.json()

    async def endpoint(self, url: str, **more: Any) -> dict[str, Any]:
        made = await self.ask("POST", "/v1/webhooks", {"url": url, **more})
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found


@dataclass
class House:
    """The running service, and facts for it to hear."""

    context: Context
    http: httpx.AsyncClient
    organization: UUID = field(default_factory=uuid4)
    ticket: UUID = field(default_factory=uuid4)
    colleagues: Colleagues = field(default_factory=Colleagues)

    def client(self, organization: UUID | None = None) -> Seat:
        return Seat(self.http, self.context, organization or self.organization)

    def staff(self, *roles: Role, departments: tuple[UUID, ...] = ()) -> Seat:
        return Seat(
            self.http,
            self.context,
            kind="user",
            roles=[str(role) for role in roles],
            departments=list(departments),
        )

    async def hear(self, fact: Fact) -> UUID:
        context = replace(self.context, peers=cast("Any", self.colleagues))
        return (await hear(consumers, context, fact)).id

    async def opens(self, ticket: UUID | None = None, **more: Any) -> UUID:
        """A ticket is opened; returns the event's id."""
        values: dict[str, Any] = {
            "ticket_id": ticket or self.ticket,
            "organization_id": self.organization,
            "at": self.context.clock.now(),
            "number": 1042,
            "requester_id": uuid4(),
            "department_id": DEFAULT_DEPARTMENT,
            "priority": Priority.P3,
            "status": Status.NEW,
            "channel": Channel.API,
            "locale": Locale.AR,
            "message_id": uuid4(),
            "author_kind": AuthorKind.CUSTOMER,
            "acknowledge": False,
            **more,
        }
        return await self.hear(TicketOpened(**values))

    async def closes(self) -> UUID:
        self.colleagues.add_ticket(uuid4(), id=self.ticket)
        fact = TicketClosed(
            ticket_id=self.ticket,
            organization_id=self.organization,
            at=self.context.clock.now(),
            cause="timer",
        )
        return await self.hear(fact)

    async def delivery(
        self, seat: Seat, endpoint: str, condition: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """An endpoint's newest delivery once a condition holds."""
        items: list[dict[str, Any]] = []
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            items = (await seat.get(f"/v1/webhooks/{endpoint}/deliveries"))["items"]
            if items and condition(items[0]):
                found: dict[str, Any] = items[0]
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(items)


class AnyLoopback(frozenset[tuple[str, int]]):
    """What an operator lists, for partners that come and go on ports of their own."""

    @override
    def __contains__(self, pair: object) -> bool:
        return isinstance(pair, tuple) and pair[0] == "127.0.0.1"


class Settings(NotifySettings):
    """A little patience, and every partner of the test allowed."""

    notify_webhook_timeout: float = 1.5

    @override
    def allowed_hosts(self) -> frozenset[tuple[str, int]]:
        return AnyLoopback()


@pytest.fixture(scope="module")
async def stage(make_settings: MakeSettings) -> AsyncIterator[tuple[Context, httpx.AsyncClient]]:
    base = make_settings("notify", rate_limit=0, doors="http,workers", pool_size=8)
    values = base.model_dump(exclude={"notify_webhook_timeout"})
    service = Service(
        "notify",
        "notify",
        Settings,
        routers=routes.DOORS,
        workers=timers.WORKERS,
        jwks=own_keys,
    )
    async with service.running(Settings(**values), bus=False) as context:
        transport = httpx.ASGITransport(app=service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
            yield context, http


@pytest.fixture
async def house(stage: tuple[Context, httpx.AsyncClient]) -> AsyncIterator[House]:
    context, http = stage
    yield House(context, http)
    async with context.tx() as tx:
        await tx.execute("delete from notify.endpoint")


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    async with Partner() as running:
        yield running


async def test_an_event_arrives_signed_and_once(house: House, partner: Partner) -> None:
    seat = house.client()
    made = await seat.endpoint(partner.url, event_types=["ticket.opened.v1"])
    event_id = await house.opens()
    await house.closes()
    (received,) = await partner.wait_for(1)
    event = received.verified(made["secret"])
    assert event["type"] == "ticket.opened.v1"
    assert event["data"]["ticket_id"] == str(house.ticket)
    assert set(event) == {"type", "timestamp", "data"}
    assert received.id == str(event_id)
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(received.body + b" ", received.headers)
    done = await house.delivery(seat, made["id"], lambda one: one["state"] == "delivered")
    assert [one["status"] for one in done["log"]] == [204]
    assert len(partner.received) == 1


async def test_secrets_are_shown_once_and_lie_sealed(house: House, partner: Partner) -> None:
    seat = house.client()
    made = await seat.endpoint(partner.url, description="سري")
    assert made["secret"].startswith("whsec_")
    shown = await seat.get(f"/v1/webhooks/{made['id']}")
    assert "secret" not in shown
    async with house.context.tx() as tx:
        row = await tx.row("select * from notify.endpoint where id = :id", {"id": made["id"]})
    assert made["secret"] not in str(dict(row or {}))
    assert partner.url not in str(dict(row or {}))


async def test_events_of_other_organizations_and_inside_work_stay_away(
    house: House, partner: Partner
) -> None:
    await house.client().endpoint(partner.url)
    everything = Seat(house.http, house.context)
    await everything.endpoint(partner.url + "/house")
    await house.opens(uuid4(), organization_id=uuid4())
    note = TicketMessageAdded(
        ticket_id=house.ticket,
        organization_id=house.organization,
        at=house.context.clock.now(),
        message_id=uuid4(),
        direction=Direction.INTERNAL,
        public=False,
        author_kind=AuthorKind.STAFF,
        channel=Channel.WEB,
    )
    await house.hear(note)
    await house.opens()
    await partner.wait_for(4)
    paths = sorted((one.path, one.json()["type"]) for one in partner.received)
    assert paths == [
        ("/hooks", "ticket.opened.v1"),
        ("/hooks/house", "ticket.message_added.v1"),
        ("/hooks/house", "ticket.opened.v1"),
        ("/hooks/house", "ticket.opened.v1"),
    ]


async def test_both_secrets_sign_for_a_day_after_a_rotation(
    house: House, partner: Partner, travel: Travel
) -> None:
    seat = house.client()
    made = await seat.endpoint(partner.url)
    turned = (await seat.ask("POST", f"/v1/webhooks/{made['id']}/rotate-secret")).json()
    assert turned["secret"] != made["secret"]
    await house.opens()
    (received,) = await partner.wait_for(1)
    received.verified(made["secret"])
    received.verified(turned["secret"])
    travel(25 * 3600)
    await house.opens(uuid4())
    await partner.wait_for(2)
    travel(0)
    assert len(partner.received[1].headers["webhook-signature"].split()) == 1


async def test_a_failing_endpoint_is_tried_again_with_the_same_id(
    house: House, partner: Partner, travel: Travel
) -> None:
    partner.behaviour = answer(500)
    seat = house.client()
    made = await seat.endpoint(partner.url)
    await house.opens()
    await partner.wait_for(1)
    await house.delivery(seat, made["id"], lambda one: one["last_status"] == 500)
    travel(6)
    await partner.wait_for(2)
    await house.delivery(seat, made["id"], lambda one: len(one["log"]) == 2)
    travel(6 + 331)
    partner.behaviour = None
    await partner.wait_for(3)
    done = await house.delivery(seat, made["id"], lambda one: one["state"] == "delivered")
    travel(0)
    assert [one["status"] for one in done["log"]] == [500, 500, 204]
    assert len({one.id for one in partner.received}) == 1
    assert (await seat.get(f"/v1/webhooks/{made['id']}"))["failing_since"] is None


async def test_retry_after_holds_the_whole_endpoint(house: House, partner: Partner) -> None:
    partner.behaviour = answer(429, {"Retry-After": "3600"})
    seat = house.client()
    made = await seat.endpoint(partner.url)
    await house.opens()
    waiting = await house.delivery(seat, made["id"], lambda one: one["last_status"] == 429)
    assert waiting["next_at"] > (house.context.clock.now() + timedelta(minutes=58)).isoformat()
    await house.closes()
    await asyncio.sleep(0.8)  # two idle looks of the loop
    assert len(partner.received) == 1


async def test_410_disables_at_once_and_tells_owner_and_administrators(
    house: House, partner: Partner
) -> None:
    partner.behaviour = answer(410)
    admin = uuid4()
    fact = IdentityUserCreated(
        user_id=admin,
        organization_id=house.organization,
        roles=(Role.ADMIN,),
        locale=Locale.AR,
        at=house.context.clock.now(),
    )
    await house.hear(fact)
    seat = house.client()
    made = await seat.endpoint(partner.url)
    await house.opens()
    await house.delivery(seat, made["id"], lambda one: one["state"] == "failed")
    shown = await seat.get(f"/v1/webhooks/{made['id']}")
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "gone")
    async with house.context.tx() as tx:
        mails = await tx.rows(
            "select recipient_id from notify.delivery where kind = 'webhook_disabled'"
            " and facts ->> 'endpoint_id' = :id",
            {"id": made["id"]},
        )
        facts = await tx.rows(
            "select body from notify.outbox where subject = :id", {"id": made["id"]}
        )
    assert admin in {row["recipient_id"] for row in mails}
    assert len(facts) == 1


async def test_five_days_of_failure_disable_and_enabling_and_replay_mend(
    house: House, partner: Partner, travel: Travel
) -> None:
    partner.behaviour = answer(500)
    seat = house.client()
    made = await seat.endpoint(partner.url)
    since = house.context.clock.now()
    first = await house.opens()
    await house.delivery(seat, made["id"], lambda one: one["last_status"] == 500)
    travel(5 * 86400 + 60)
    second = await house.closes()
    deadline = time.monotonic() + 10
    while (await seat.get(f"/v1/webhooks/{made['id']}"))["enabled"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert (await seat.get(f"/v1/webhooks/{made['id']}"))["disabled_reason"] == "failing"
    partner.behaviour = None
    partner.received.clear()
    patched = await seat.ask("PATCH", f"/v1/webhooks/{made['id']}", {"enabled": True})
    assert patched.json()["disabled_reason"] is None
    replayed = await seat.ask(
        "POST", f"/v1/webhooks/{made['id']}/replay", {"since": since.isoformat()}
    )
    assert replayed.json() == {"queued": 2}
    await partner.until(lambda: {one.id for one in partner.received} >= {str(first), str(second)})
    travel(0)


async def test_resend_and_test_events(house: House, partner: Partner) -> None:
    seat = house.client()
    made = await seat.endpoint(partner.url)
    tested = await seat.ask("POST", f"/v1/webhooks/{made['id']}/test")
    assert tested.status_code == 202
    (received,) = await partner.wait_for(1)
    assert received.verified(made["secret"])["type"] == "webhook.test.v1"
    done = await house.delivery(seat, made["id"], lambda one: one["state"] == "delivered")
    path = f"/v1/webhooks/{made['id']}/deliveries/{done['id']}/resend"
    assert (await seat.ask("POST", path)).status_code == 202
    await partner.wait_for(2)
    assert partner.received[0].id == partner.received[1].id
    assert partner.received[0].body == partner.received[1].body


@pytest.mark.parametrize("sink", ["hang", "drip", "flood", "redirect"])
async def test_bad_endpoints_are_cut_and_do_not_slow_others(
    house: House, partner: Partner, sink: str
) -> None:
    release = asyncio.Event()
    flood = Flood()
    elsewhere = "http://169.254.169.254/latest/meta-data/"
    behaviours: dict[str, Any] = {
        "hang": hang(release),
        "drip": drip(release),
        "flood": flood,
        "redirect": answer(302, {"Location": elsewhere}),
    }
    async with Partner(behaviours[sink]) as bad:
        seat = house.client()
        slow = await seat.endpoint(bad.url)
        for _ in range(8):
            await house.opens(uuid4())
        await bad.wait_for(1)
        good = await seat.endpoint(partner.url)
        began = time.monotonic()
        await house.opens()
        await partner.wait_for(1)
        assert time.monotonic() - began < 2
        tried = await house.delivery(seat, slow["id"], lambda one: bool(one["log"]))
        expected = {"flood": (200, None), "redirect": (302, None)}
        first = tried["log"][0]
        assert (first["status"], first["error"]) == expected.get(sink, (None, "timeout"))
        assert first["milliseconds"] < 3000
        assert flood.written < 40 * 2**20
        assert good["id"]
        release.set()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://10.0.0.1/", "private_address"),
        ("http://hooks.example.com/", "scheme"),
        ("https://hooks.example.com:8443/", "port"),
        ("https://user:p@hooks.example.com/", "credentials"),
        ("https://metadata.internal/", "private_name"),
        ("nonsense", "malformed"),
    ],
)
async def test_addresses_inside_are_refused_when_an_endpoint_is_made(
    house: House, url: str, reason: str
) -> None:
    refused = await house.client().ask("POST", "/v1/webhooks", {"url": url})
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["reason"]) == ("webhook_url_refused", reason)


class Sentinel:
    """A listener that counts who connects."""

    def __init__(self) -> None:
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._count, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _count(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


async def test_a_name_that_turns_to_an_inside_address_is_never_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Sentinel() as sentinel:
        answers = [["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]]
        loop = asyncio.get_running_loop()
        asked: list[str] = []

        async def rebinding(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            now = answers[min(len(asked), len(answers) - 1)]
            family = socket.AF_INET6 if ":" in now[0] else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (one, sentinel.port)) for one in now]

        monkeypatch.setattr(loop, "getaddrinfo", rebinding)
        partners = Partners(frozenset(), timeout=2, lanes=4)
        for _ in range(3):
            found = await partners.post(Post("https://rebind.example.com/", {}, b"{}"))
            assert found.error == "denied_private_address"
        await partners.close()
        assert asked
        assert sentinel.connections == 0


async def test_literals_are_refused_at_delivery_too_without_a_connection() -> None:
    async with Sentinel() as sentinel:
        partners = Partners(frozenset(), timeout=2, lanes=4)
        for host in ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "[::1]", "localhost"):
            found = await partners.post(Post(f"https://{host}:{sentinel.port}/", {}, b"{}"))
            assert found.error is not None
            assert found.error.startswith("denied_")
        await partners.close()
        assert sentinel.connections == 0


async def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Partner() as partner:
        loop = asyncio.get_running_loop()
        asked: list[str] = []

        async def resolve(host: str, port: int, **_: Any) -> list[Any]:
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        allowed = frozenset({("localhost", partner.port)})
        monkeypatch.setattr(loop, "getaddrinfo", resolve)
        partners = Partners(allowed, timeout=2, lanes=4)
        found = await partners.post(Post(f"http://localhost:{partner.port}/x", {"a": "b"}, b"{}"))
        await partners.close()
        assert found.status == 204
        assert partner.received[0].headers["host"] == f"localhost:{partner.port}"
        assert asked.count("localhost") == 1


async def test_the_resolver_alone_decides() -> None:
    resolver = PinnedResolver(frozenset())
    with pytest.raises(ValueError, match="private_address"):
        await resolver.resolve("localhost", 443)
    assert issubclass(PinnedResolver, aiohttp.abc.AbstractResolver)


async def test_endpoints_of_others_do_not_exist(house: House, partner: Partner) -> None:
    made = await house.client().endpoint(partner.url)
    stranger = house.client(uuid4())
    paths = ["", "/deliveries"]
    for path in paths:
        found = await stranger.ask("GET", f"/v1/webhooks/{made['id']}{path}")
        assert found.status_code == 404, path
    for path in ("/rotate-secret", "/test", f"/deliveries/{uuid4()}/resend"):
        assert (await stranger.ask("POST", f"/v1/webhooks/{made['id']}{path}")).status_code == 404
    assert (await stranger.ask("DELETE", f"/v1/webhooks/{made['id']}")).status_code == 404
    assert (await stranger.get("/v1/webhooks"))["items"] == []
    foreign = {"url": partner.url, "organization_id": str(house.organization)}
    refused = await stranger.ask("POST", "/v1/webhooks", foreign)
    assert refused.json()["code"] == "foreign_organization"
    nobody = replace(house.client(), scope="tickets:read")
    assert (await nobody.ask("GET", "/v1/webhooks")).status_code == 403
    assert (await house.client().ask("DELETE", f"/v1/webhooks/{made['id']}")).status_code == 204


async def test_a_stale_change_is_refused(house: House, partner: Partner) -> None:
    seat = house.client()
    made = await seat.endpoint(partner.url)
    path = f"/v1/webhooks/{made['id']}"
    first = await seat.ask("PATCH", path, {"description": "a"}, **{"If-Match": '"1"'})
    assert first.status_code == 200
    stale = await seat.ask("PATCH", path, {"description": "b"}, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    wrong = await seat.ask("PATCH", path, {"event_types": ["mail.*"]})
    assert wrong.json()["code"] == "unknown_event_type"
