"""A mail is its department's: others find nothing, in lists, bytes and decisions (decisions 19)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.domain.mail import Envelope
from services.intake.routes import ROUTERS
from services.intake.settings import IntakeSettings
from services.intake.store import mailboxes, mails
from services.intake.usecases import sight, threads
from services.intake.usecases.accept import accept
from shared.kit.callers import Caller
from shared.kit.context import Context
from shared.kit.service import Service
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.contexts import MakeSettings
from tests.services.sla.desk import Person, _own_keys

ONE, TWO = uuid4(), uuid4()
SCOPES = "intake:read tickets:manage"
PATHS = [
    *(("GET", ""), ("GET", "/raw"), ("PATCH", ""), ("POST", "/reject"), ("POST", "/release")),
    ("POST", "/replay"),
]
BODIES = {"/reject": {"reason": "spam"}, "": {}}


@dataclass
class Registry:
    context: Context
    http: httpx.AsyncClient

    async def mail(self, department: UUID | None) -> str:
        async with self.context.tx() as tx:
            raw = b"Subject: x\r\n\r\n" + uuid4().hex.encode()
            mail_id = await accept(tx, raw, Envelope(), "http")
        async with self.context.tx() as tx:
            await mails.change(tx, mail_id, {"state": "held", "department_id": department})
        return str(mail_id)

    async def ask(self, who: Person, method: str, path: str = "") -> httpx.Response:
        headers = who.headers(self.context.clock.now())
        body = (
            BODIES.get("/reject" if path.endswith("/reject") else "") if method != "GET" else None
        )
        url = f"/v1/intake/mails{path}"
        return await self.http.request(method, url, headers=headers, json=body)

    async def listed(self, who: Person, wish: str = "") -> list[str]:
        """Every id of the list, page by page."""
        seen: list[str] = []
        path: str | None = f"?limit=2{wish}"
        while path is not None:
            answer = await self.ask(who, "GET", path)
            assert answer.status_code == 200, answer.text
            seen += [one["id"] for one in answer.json()["items"]]
            url = answer.links["next"]["url"] if "next" in answer.links else None
            path = "?" + url.partition("?")[2] if url else None
        return seen


@pytest.fixture(scope="module")
async def registry(make_settings: MakeSettings) -> AsyncIterator[Registry]:
    service = Service("intake", "intake", IntakeSettings, routers=[*ROUTERS], jwks=_own_keys)
    settings = make_settings("intake", rate_limit=0, doors="http")
    async with service.running(settings, bus=False) as context:
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
            yield Registry(context, http)


def staff(role: str, *departments: UUID) -> Person:
    return Person(roles=[role], departments=list(departments), scope=SCOPES)


@pytest.mark.parametrize("role", ["agent", "supervisor", "manager"])
async def test_a_mail_of_another_department_is_as_good_as_none(
    registry: Registry, role: str
) -> None:
    who, own, foreign = staff(role, ONE), await registry.mail(ONE), await registry.mail(TWO)
    for method, path in PATHS:
        ghost = uuid4()
        told = await registry.ask(who, method, f"/{foreign}{path}")
        nothing = await registry.ask(who, method, f"/{ghost}{path}")
        assert (told.status_code, told.json()["code"]) == (404, "not_found")
        moving = ("instance", "request_id")
        assert {k: v for k, v in told.json().items() if k not in moving} == {
            k: v for k, v in nothing.json().items() if k not in moving
        }
        assert (await registry.ask(who, method, f"/{own}{path}")).is_success
        assert (await registry.ask(staff(role), method, f"/{own}{path}")).status_code == 404


@pytest.mark.parametrize("role", ["agent", "manager", "admin"])
async def test_a_mail_is_sent_to_no_department_but_ones_own(registry: Registry, role: str) -> None:
    async with registry.context.tx() as tx:
        for department in (ONE, TWO):
            await mailboxes.put(tx, department, None, is_default=False)
    who = staff(role, ONE)
    for target, fine in ((ONE, True), (TWO, role == "admin")):
        url = f"/v1/intake/mails/{await registry.mail(ONE)}"
        headers, body = who.headers(registry.context.clock.now()), {"department_id": str(target)}
        answer = await registry.http.patch(url, headers=headers, json=body)
        assert answer.status_code == (200 if fine else 422), answer.text
        if not fine:
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("#/department_id", "unknown_department")


async def test_lists_hold_what_is_ones_own_in_order_page_by_page(registry: Registry) -> None:
    made = [(one, await registry.mail(one)) for one in (ONE, TWO, None, ONE, TWO, ONE, None)]
    newest = list(reversed(made))
    ours = {mail_id for _, mail_id in made}

    def of(*departments: UUID | None) -> list[str]:
        return [mail_id for department, mail_id in newest if department in departments]

    for who, expected in (
        (staff("agent", ONE), of(ONE)),
        (staff("agent", ONE, TWO), of(ONE, TWO)),
        (staff("agent", DEFAULT_DEPARTMENT, TWO), of(TWO, None)),
        (staff("agent"), []),
        (staff("auditor"), of(ONE, TWO, None)),
        (staff("executive"), of(ONE, TWO, None)),
    ):
        for wish in ("", "&state=held"):
            seen = await registry.listed(who, wish)
            assert [one for one in seen if one in ours] == expected
            assert seen == sorted(set(seen), reverse=True)


async def test_a_mail_without_a_department_is_the_default_departments(registry: Registry) -> None:
    unrouted = await registry.mail(None)
    for method, path in PATHS:
        assert (await registry.ask(staff("agent", ONE), method, f"/{unrouted}{path}")).is_error
        own = await registry.ask(staff("agent", DEFAULT_DEPARTMENT), method, f"/{unrouted}{path}")
        assert own.is_success, own.text


async def test_an_auditor_reads_every_mail_and_moves_none(registry: Registry) -> None:
    mail = await registry.mail(TWO)
    both = Person(roles=["auditor", "agent"], departments=[ONE], scope=SCOPES)
    for who, refusal in ((staff("auditor"), 403), (both, 404)):
        for method, path in PATHS:
            answer = await registry.ask(who, method, f"/{mail}{path}")
            assert answer.status_code == (200 if method == "GET" else refusal)


async def test_a_client_bound_to_an_organization_sees_no_mail(registry: Registry) -> None:
    bound = Person(kind="client", roles=[], organization=uuid4(), scope=SCOPES)
    mail = await registry.mail(ONE)
    for method, path in PATHS:
        assert (await registry.ask(bound, method, f"/{mail}{path}")).status_code in {403, 404}


def test_programs_and_services_of_ours_see_every_mail_bound_clients_none() -> None:
    bound = Caller(id=uuid4(), kind="client", organization_id=uuid4())
    for caller in (Caller(id=uuid4(), kind="client"), Caller(id=uuid4(), kind="service")):
        assert sight.reading(caller) is None
        assert sight.deciding(caller) is None
    assert sight.reading(bound) == sight.deciding(bound) == frozenset()


async def test_a_departments_list_reads_its_index(registry: Registry) -> None:
    async with registry.context.tx() as tx:
        for costly in ("seqscan", "sort"):
            await tx.execute(f"set local enable_{costly} = off")
        plan = await tx.rows(
            f"""explain select id from intake.inbound_mail
            where {mails.DEPARTMENT} = :mine order by id desc limit 2""",
            {"mine": ONE},
        )
    text = str([dict(row) for row in plan])
    assert "inbound_mail_department" in text
    assert "Sort" not in text


async def test_departments_that_look_on_at_a_ticket_read_its_mails_and_decide_nothing(
    registry: Registry,
) -> None:
    mine, theirs, ticket = uuid4(), uuid4(), uuid4()
    mail_ids = [await registry.mail(theirs) for _ in range(3)]
    async with registry.context.tx() as tx:
        for mail_id in mail_ids:
            await mails.change(tx, UUID(mail_id), {"ticket_id": ticket})
        await threads.watched(tx, ticket, [mine, uuid4()])
    own, who = await registry.mail(mine), staff("agent", mine)
    newest = [own, *reversed(mail_ids)]
    assert await registry.listed(who) == newest
    assert await registry.listed(who, f"&department_id={mine}&state=held") == newest
    for path in ("", "/raw"):
        assert (await registry.ask(who, "GET", f"/{mail_ids[0]}{path}")).is_success
    for method, path in PATHS[2:]:
        answer = await registry.ask(who, method, f"/{mail_ids[0]}{path}")
        assert answer.status_code == 404
    async with registry.context.tx() as tx:
        await threads.watched(tx, ticket, [])
    assert await registry.listed(who) == [own]
    assert (await registry.ask(who, "GET", f"/{mail_ids[0]}")).status_code == 404
