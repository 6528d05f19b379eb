"""Reports over HTTP: every figure by an independent count, whose tickets, in which form."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from services.tickets.usecases.tallying import catch_up, tally_some
from shared.events.identity import IdentityDepartmentCreated, IdentityUserCreated
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
    RESERVED_ORGANIZATION,
    Locale,
    Localized,
    Role,
)
from tests.services.tickets.conftest import Desk
from tests.services.tickets.ledger import Ledger
from tests.services.tickets.people import Person
from tests.services.tickets.town import OTHER_DEPARTMENT, STAFF, Town, leader

CUSTOMER = "tickets:read tickets:write reports:read"
EVERY = "volume,backlog,first_response,resolution,reopening,feedback,messages"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
async def present(desk: Desk) -> AsyncIterator[None]:
    desk.travel(0)
    yield
    desk.travel(0)


async def ask(desk: Desk, query: str, who: Person | None = None, **headers: str) -> dict[str, Any]:
    answer = await desk.http.get(f"/v1/reports?{query}", headers=(who or leader()).headers())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["complete"] is True
    return found


async def know_other_department(desk: Desk) -> None:
    await desk.deliver(
        IdentityDepartmentCreated(
            department_id=OTHER_DEPARTMENT,
            name=Localized(ar="الشبكات", en="Networks"),
            at=desk.context.clock.now(),
        ),
        source="gateway",
    )


async def know_agent(desk: Desk, agent: UUID) -> None:
    await desk.deliver(
        IdentityUserCreated(
            user_id=agent,
            organization_id=RESERVED_ORGANIZATION,
            roles=(Role.AGENT,),
            locale=Locale.AR,
            at=desk.context.clock.now(),
        ),
        source="gateway",
    )


@pytest.mark.parametrize("seed", [1, 3])
async def test_every_figure_is_what_plain_python_counts_from_the_facts(
    desk: Desk, seed: int
) -> None:
    await know_other_department(desk)
    town = Town(desk, seed)
    town.agents = (UUID(int=901), UUID(int=902))
    for agent in town.agents:
        await know_agent(desk, agent)
    await town.live(110)
    tales = await town.tales()
    now = desk.context.clock.now()
    first = min(tale.opened for tale in tales)
    middle = first + (now - first) / 3
    groupings = ("", "department", "agent", "organization", "channel", "priority", "tag")
    groupings += ("day", "week", "month", "priority,month", "day,department", "tag,agent")
    zones = ("Asia/Riyadh", "America/New_York")
    for index, by in enumerate(groupings):
        zone = zones[index % 2]
        start, end = ((first, now + timedelta(days=1)), (middle, now))[index % 2]
        await compare(
            town, Ledger(tales, start, end, ZoneInfo(zone), tuple(filter(None, by.split(","))))
        )


async def compare(town: Town, ledger: Ledger) -> None:
    """Whole answers, both organizations one by one: the desk has other tests' tickets too."""
    for organization in town.organizations:
        own = [
            tale
            for tale in ledger.tales
            if tale.shown["organization_id"] == str(organization) and tale.shown["status"] != "spam"
        ]
        part = Ledger(own, ledger.start, ledger.end, ledger.zone, ledger.by)
        start, end = (one.isoformat().replace("+00:00", "Z") for one in (part.start, part.end))
        query = f"from={start}&to={end}&timezone={part.zone.key}"
        query += f"&group_by={','.join(part.by)}" if part.by else ""
        metrics = EVERY.replace("backlog,", "")
        asked = f"{query}&metric={metrics}&organization_id={organization}"
        found = await ask(town.desk, asked, town.boss)
        for metric in metrics.split(","):
            groups, whole = part.report(metric)
            told = {
                tuple(item["groups"].values()): item[metric]
                for item in found["items"]
                if item[metric] is not None
            }
            assert told == groups, (metric, part.by)
            assert found["totals"][metric] == whole, (metric, part.by)
        await compare_backlog(
            town, part, f"metric=backlog&{asked}".replace(f"&metric={metrics}", "")
        )


async def compare_backlog(town: Town, ledger: Ledger, query: str) -> None:
    moment = min(ledger.end, town.desk.context.clock.now())
    if not ledger.by:
        found = (await ask(town.desk, query, town.boss))["totals"]["backlog"]
        wanted = ledger.backlog_at(moment)
        close = (found.pop("oldest_seconds") or 0) - (wanted.pop("oldest_seconds") or 0)
        assert (found, abs(close) < 30) == (wanted, True)
    if ledger.by == ("day",):
        for item in (await ask(town.desk, query, town.boss))["items"]:
            day = datetime.fromisoformat(item["groups"]["day"]).replace(tzinfo=ledger.zone)
            end = min((day + timedelta(days=1)).astimezone(ZoneInfo("UTC")), moment)
            found, wanted = item["backlog"], ledger.backlog_at(end)
            assert {**found, "oldest_seconds": 0} == {**wanted, "oldest_seconds": 0}, item


async def test_the_backlog_grows_by_what_comes_and_shrinks_by_what_goes(desk: Desk) -> None:
    town = Town(desk, 7)
    start = desk.context.clock.now()
    await town.live(80)
    end = desk.context.clock.now()
    for organization in town.organizations:
        query = f"organization_id={organization}&metric=volume"
        span = f"from={_z(start)}&to={_z(end)}"
        flow = (await ask(desk, f"{query}&{span}", town.boss))["totals"]["volume"]
        backlog = await ask(
            desk, f"metric=backlog&organization_id={organization}&{span}", town.boss
        )
        rows = await desk.look(
            "select count(*) filter (where ended_by = 'closed') as shut from tickets.stretch"
            " where organization_id = $1 and not spam",
            organization,
        )
        left = flow["resolved"] + flow["merged"] + rows[0]["shut"]
        came = flow["opened"] + flow["reopened"]
        assert backlog["totals"]["backlog"]["tickets"] == came - left


def _z(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def test_a_report_shows_what_was_committed_a_moment_ago(desk: Desk) -> None:
    organization = uuid4()
    customer = desk.customer(organization=organization)
    query = f"metric=volume&organization_id={organization}"
    for count in range(1, 4):
        await desk.open(customer)
        assert (await ask(desk, query))["totals"]["volume"]["opened"] == count


async def test_an_empty_report_is_a_report(desk: Desk) -> None:
    nobody = uuid4()
    desk.neighbours.organizations[str(nobody)] = {"id": str(nobody), "name": "Nobody"}
    for form, kind in (("json", "json"), ("csv", "csv"), ("svg", "svg+xml")):
        for language in ("ar", "en"):
            answer = await desk.http.get(
                f"/v1/reports?metric=feedback&organization_id={nobody}&group_by=agent&format={form}",
                headers=leader().headers(Accept_Language=language),
            )
            assert answer.status_code == 200
            assert kind in answer.headers["content-type"]
            if form == "svg":
                said = {"ar": "لا بيانات في هذه المدة.", "en": "Nothing to show in this span."}
                assert said[language] in answer.text
    found = await ask(desk, f"metric={EVERY}&organization_id={nobody}&group_by=month")
    assert found["items"] == []
    assert found["totals"]["volume"]["opened"] == 0
    assert found["totals"]["feedback"]["average"] is None
    assert found["totals"]["backlog"]["oldest_seconds"] is None


SPREADSHEET = [
    ("=1+1", "'=1+1"),
    ("+966 5", "'+966 5"),
    ("-2", "'-2"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ('=HYPERLINK("http://x";"y")', '\'=HYPERLINK("http://x";"y")'),
    ('a,"b"', 'a,"b"'),
    ("طابعة", "طابعة"),
]


async def test_no_tag_becomes_a_formula_and_figures_stay_numbers(desk: Desk) -> None:
    organization = uuid4()
    customer = desk.customer(organization=organization)
    for tag, _ in SPREADSHEET:
        await desk.open(customer, tags=[tag])
    path = f"/v1/reports?metric=volume&group_by=tag&organization_id={organization}&format=csv"
    answer = await desk.http.get(f"{path}&bom=true", headers=leader().headers())
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    heading, *lines, total = csv.reader(io.StringIO(text, newline=""))
    assert heading[:2] == ["tag", "volume.opened"]
    assert {line[0] for line in lines} == {cell for _, cell in SPREADSHEET}
    assert all(int(cell) >= 0 for line in lines for cell in line[1:])
    assert total[:2] == ["total", str(len(SPREADSHEET))]
    arabic = await desk.http.get(path, headers=leader().headers(Accept_Language="ar"))
    assert arabic.text.splitlines()[0].startswith("الوسم,حجم العمل: التي فُتحت,")
    assert not arabic.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("by", ["", "day", "priority", "department"])
@pytest.mark.parametrize("metric", EVERY.split(","))
async def test_a_picture_is_harmless_and_lies_within_its_frame(
    desk: Desk, metric: str, by: str, language: str
) -> None:
    if not await desk.look("select from tickets.stretch where resolved_at is not null limit 1"):
        await Town(desk, 3).live(30)
        desk.travel(0)
    asked = {"metric": metric, "format": "svg", **({"group_by": by} if by else {})}
    if by == "day":
        asked |= {"from": "2020-01-01", "to": "2020-03-01"}
    answer = await desk.http.get(
        "/v1/reports",
        params=asked,
        headers=leader().headers(Accept_Language=language),
    )
    assert answer.status_code == 200, answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for foreign in ("<script", "href", "url(", "@import", "currentColor", "onload"):
        assert foreign not in answer.text
    picture = ET.fromstring(answer.text)  # noqa: S314 - our own text
    assert picture.attrib["direction"] == ("rtl" if language == "ar" else "ltr")
    assert picture.findtext(f"{SVG}title")
    assert picture.findtext(f"{SVG}desc")
    if by != "department":  # names stay as they are
        words = " ".join(picture.itertext()).replace("P1", "").replace("P2", "")
        words = words.replace("P3", "").replace("P4", "")
        odd = "0123456789%" if language == "ar" else "٠١٢٣٤٥٦٧٨٩٪"
        assert not set(odd).intersection(words), words
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    for one in picture.iter(f"{SVG}rect"):
        assert -0.1 <= float(one.attrib["x"]) <= width - float(one.attrib["width"]) + 0.1
        assert -0.1 <= float(one.attrib["y"]) <= height - float(one.attrib["height"]) + 0.1
    for one in picture.iter(f"{SVG}text"):
        assert 0 < float(one.attrib["x"]) < width


BAD = [
    "metric=",
    "metric=nothing",
    "metric=volume,nothing",
    "metric=VOLUME",
    "group_by=ticket",
    "group_by=day,month",
    "group_by=agent,tag,priority",
    "group_by=department,",
    "timezone=Mars/Base",
    "timezone=../../etc/passwd",
    "timezone=",
    "from=yesterday",
    "from=2026-13-01",
    "from=1700-01-01",
    "to=2300-01-01",
    "from=2026-02-01&to=2026-01-01",
    "from=2010-01-01&to=2026-01-01",
    "from=2026-01-01T00:00:00",
    "organization_id=1",
    "department_id=x",
    "assignee_id=me",
    "priority=P9",
    "channel=fax",
    "tag=" + "x" * 51,
    "tag=",
    "format=xlsx",
    "bom=perhaps",
    "format=svg&metric=volume,backlog",
    "format=svg&group_by=day,agent",
    "metric=" + "volume," * 40,
    "group_by=%00",
    "metric=%F0%28",
    "unknown=1",
    "viewer=all",
    "limit=5",
]


@pytest.mark.parametrize("query", BAD)
async def test_bad_input_is_a_coded_problem_in_both_languages(desk: Desk, query: str) -> None:
    for language in ("ar", "en"):
        headers = leader().headers(Accept_Language=language)
        answer = await desk.http.get(f"/v1/reports?{query}", headers=headers)
        assert answer.status_code == 422, answer.text
        body = answer.json()
        assert body["code"] == "validation_failed"
        assert body["errors"][0]["pointer"].startswith("?")


async def test_who_sees_whose_figures(desk: Desk) -> None:
    await know_other_department(desk)
    ours, theirs = uuid4(), uuid4()
    agent = uuid4()
    made = [await desk.open(desk.customer(organization=one)) for one in (ours, ours, theirs)]
    boss = leader()
    path = f"/v1/tickets/{made[0]['id']}"
    move = {"department_id": str(OTHER_DEPARTMENT)}
    moved = await desk.http.patch(path, json=move, headers=boss.headers())
    assert moved.status_code == 200, moved.text

    async def opened(who: Person, organization: UUID) -> int:
        found = await ask(desk, f"organization_id={organization}&group_by=department", who)
        count: int = found["totals"]["volume"]["opened"]
        return count

    everywhere = [leader(role) for role in ("senior_management", "executive", "admin", "auditor")]
    program = Person(kind="client", scope=STAFF, bound=False)
    for who in (*everywhere, program):
        assert [await opened(who, one) for one in (ours, theirs)] == [2, 1], who
    for role in ("supervisor", "manager"):
        here = leader(role, departments=(OTHER_DEPARTMENT,))
        assert [await opened(here, one) for one in (ours, theirs)] == [1, 0]
        assert [await opened(leader(role), one) for one in (ours, theirs)] == [0, 0]
    head = Person("customer_admin", ours, scope=CUSTOMER)
    assert await opened(head, ours) == 2
    assert (await ask(desk, "metric=volume", head))["totals"]["volume"]["opened"] == 2
    outside = (
        Person("customer", ours, scope=CUSTOMER),
        Person("customer", ours),
        Person("customer_admin", ours),
        desk.agent(),
        Person("agent", scope=STAFF, departments=(DEFAULT_DEPARTMENT,)),
        Person(kind="client", organization=ours, scope=STAFF),
        Person(kind="client", scope="tickets:read", bound=False),
    )
    for who in outside:
        for place in ("/v1/reports", "/v1/feedback"):
            refused = await desk.http.get(place, headers=who.headers())
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for place in ("/v1/reports", "/v1/feedback"):
        assert (await desk.http.get(place)).status_code == 401
        for verb in ("POST", "PUT", "PATCH", "DELETE"):
            assert (await desk.http.request(verb, place, json={})).status_code in {401, 405}
    assert agent


async def test_departments_have_names_and_agents_have_none_for_customers(desk: Desk) -> None:
    await know_other_department(desk)
    organization = uuid4()
    made = await desk.open(desk.customer(organization=organization))
    boss = leader()
    path = f"/v1/tickets/{made['id']}"
    change = {"department_id": str(OTHER_DEPARTMENT)}
    await desk.http.patch(path, json=change, headers=boss.headers())
    query = f"group_by=department,agent&organization_id={organization}"
    for language, name in (("ar", "الشبكات"), ("en", "Networks")):
        answer = await desk.http.get(
            f"/v1/reports?{query}", headers=boss.headers(Accept_Language=language)
        )
        [item] = answer.json()["items"]
        assert item["names"]["department"] == name
    head = Person("customer_admin", organization, scope=CUSTOMER)
    [item] = (await ask(desk, query, head))["items"]
    assert "agent" not in item["names"]


async def test_a_report_that_takes_too_long_is_refused_and_harms_nobody(desk: Desk) -> None:
    await desk.open()
    assert await catch_up(desk.context)
    limit = desk.context.settings.tickets_report_seconds
    object.__setattr__(desk.context.settings, "tickets_report_seconds", 0.2)
    connection = await asyncpg.connect(desk.database.superuser_dsn)
    try:
        async with connection.transaction():
            await connection.execute("lock table tickets.stretch in access exclusive mode")
            answer = await asyncio.wait_for(
                desk.http.get("/v1/reports", headers=leader().headers(Accept_Language="ar")), 10
            )
            assert (answer.status_code, answer.json()["code"]) == (503, "report_too_slow")
            assert answer.headers["retry-after"]
            assert "التقرير" in answer.json()["title"]
            assert await desk.open()
    finally:
        await connection.close()
        object.__setattr__(desk.context.settings, "tickets_report_seconds", limit)
    assert await ask(desk, "metric=volume")


async def test_an_older_version_is_read_anew_and_may_stop_in_between(desk: Desk) -> None:
    organization = uuid4()
    town = Town(desk, 11)
    town.organizations = (organization, organization)
    await town.live(40)
    query = f"metric={EVERY}&group_by=month,department&organization_id={organization}"
    before = await ask(desk, query, town.boss)
    connection = await asyncpg.connect(desk.database.superuser_dsn)
    try:
        await connection.execute("delete from tickets.stretch")
        queue = (
            "insert into tickets.untallied"
            " select uuidv7(), id, organization_id from tickets.ticket order by id"
        )
        await connection.execute(queue)
        await connection.execute(queue)
    finally:
        await connection.close()
    await asyncio.gather(*(tally_some(desk.context) for _ in range(3)))
    after = await ask(desk, query, town.boss)
    for found in (before, after):
        for item in (*found["items"], found["totals"]):
            item["backlog"] = item["backlog"] and item["backlog"]["tickets"]
    assert after["items"] == before["items"]
    assert after["totals"] == before["totals"]
