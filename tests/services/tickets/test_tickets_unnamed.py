"""Other tickets are named only to whoever may see them: ids, numbers and where merges end."""

import json
import re
from string import Formatter
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.domain.bondstories import BOND_STORIES
from services.tickets.domain.stories import STORIES, tell
from services.tickets.domain.unnamed import UNNAMED_STORIES
from shared.vocabulary import DEFAULT_DEPARTMENT, Locale
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_followups import closed, post

NUMBER = re.compile(r"SND-\d+")
KINDS = ["related", "parent", "child", "duplicate_of", "has_duplicate", "incident", "report"]


def gaps(texts: Any) -> list[set[str]]:
    return [{name for _, name, _, _ in Formatter().parse(texts[one]) if name} for one in Locale]


def test_every_story_with_a_number_has_one_without() -> None:
    named = {kind for kind, texts in STORIES.items() if "number" in gaps(texts)[0]}
    assert named == set(UNNAMED_STORIES)
    assert set(BOND_STORIES) >= named - {"possibly_related"}
    for kind, texts in UNNAMED_STORIES.items():
        assert gaps(texts) == [one - {"number"} for one in gaps(STORIES[kind])]
        known = {"fields": "x", "cause": kind.partition(".")[2], "kind": kind.partition(".")[2]}
        assert tell(kind.partition(".")[0], known, Locale.EN) == texts["en"].format(fields="x")


async def read(desk: Desk, who: Person, path: str) -> dict[str, Any]:
    answer = await desk.http.get(path, headers=who.headers(accept_language=who.locale))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def story(desk: Desk, who: Person, ticket: dict[str, Any]) -> dict[str, dict[str, Any]]:
    items = (await read(desk, who, f"/v1/tickets/{ticket['id']}/timeline"))["items"]
    return {one["kind"]: one for one in items}


async def numbers(desk: Desk, who: Person, ticket: dict[str, Any]) -> set[str]:
    """Whatever its story names."""
    return set(NUMBER.findall(json.dumps(await story(desk, who, ticket), ensure_ascii=False)))


@pytest.mark.parametrize("locale", ["ar", "en"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_colleagues_ticket_has_no_number_in_the_story(
    desk: Desk, locale: str, kind: str
) -> None:
    house = uuid4()
    sara = desk.customer(organization=house, locale=locale)
    mine = await desk.open(sara)
    theirs = await desk.open(desk.customer(organization=house))
    body = {"ticket_id": theirs["id"], "kind": kind}
    assert (await desk.do(desk.agent(), mine["id"], "link", body)).is_success
    path = f"/v1/tickets/{mine['id']}/links/{theirs['id']}"
    assert (await desk.http.delete(path, headers=desk.agent().headers())).is_success
    assert await numbers(desk, sara, mine) == set()
    told = await story(desk, sara, mine)
    for entry in ("linked", "unlinked"):
        assert "number" not in told[entry]["data"]
        assert "…" not in told[entry]["text"]
    boss = desk.customer(role="customer_admin", organization=house, locale=locale)
    for who in (boss, desk.agent(), Person("admin")):
        assert await numbers(desk, who, mine) == {theirs["number"]}
    elsewhere = Person("agent", departments=(DEFAULT_DEPARTMENT,))
    await desk.look(
        "update tickets.ticket set department_id = $1 where id = $2", uuid4(), UUID(theirs["id"])
    )
    assert await numbers(desk, elsewhere, mine) == set(), "nor to staff of another house"


async def test_what_a_ticket_follows_is_named_to_whoever_sees_it(desk: Desk) -> None:
    house = uuid4()
    sara, omar = desk.customer(organization=house), desk.customer(organization=house)
    boss = desk.customer(role="customer_admin", organization=house)
    old = await closed(desk, sara)
    new = (await post(desk, boss, old["id"])).json()
    await take_part(desk, new, omar)
    for who, first in ((omar, None), (boss, old["id"]), (Person("admin"), old["id"])):
        path = f"/v1/tickets/{new['id']}"
        assert (await read(desk, who, path))["follow_up_of"] == first
        listed = (await read(desk, who, f"/v1/tickets?requester_id={boss.id}"))["items"]
        assert [one["follow_up_of"] for one in listed] == [first]
        changed = await desk.http.patch(path, json={"subject": "New"}, headers=who.headers())
        assert changed.json()["follow_up_of"] == first
    assert await numbers(desk, omar, new) == set()
    assert await numbers(desk, boss, new) == {old["number"]}
    assert await numbers(desk, sara, old) == set(), "nor what goes on with it"


async def take_part(desk: Desk, ticket: dict[str, Any], who: Person) -> None:
    await desk.look(
        "insert into tickets.participant (ticket_id, person_id, organization_id, added_at)"
        " select id, $1, organization_id, now() from tickets.ticket where id = $2",
        who.id,
        UUID(ticket["id"]),
    )


@pytest.mark.parametrize("end", ["open", "closed"])
async def test_where_a_merged_ticket_lives_on_is_told_to_whoever_sees_it(
    desk: Desk, end: str
) -> None:
    house = uuid4()
    sara = desk.customer(organization=house)
    mine = await desk.open(sara)
    theirs = await desk.open(desk.customer(organization=house))
    assert (await desk.do(desk.agent(), mine["id"], "merge", {"into": theirs["id"]})).is_success
    if end == "closed":
        assert (await desk.do(desk.agent(), theirs["id"], "close")).is_success
    seen = await desk.read(sara, mine["id"])
    assert (seen["merged_into"], seen["merged_into_final"]) == (theirs["id"], theirs["id"])
    assert await numbers(desk, sara, mine) == {theirs["number"]}
    await desk.look("delete from tickets.participant where person_id = $1", sara.id)
    seen = await desk.read(sara, mine["id"])
    assert (seen["merged_into"], seen["merged_into_final"]) == (None, None)
    [listed] = (await read(desk, sara, "/v1/tickets"))["items"]
    assert (listed["id"], listed["merged_into"]) == (mine["id"], None)
    assert await numbers(desk, sara, mine) == set()
    refused = await post(desk, sara, mine["id"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_closed")
    assert theirs["id"] not in refused.text
    boss = desk.customer(role="customer_admin", organization=house)
    assert (await post(desk, boss, mine["id"])).is_success is (end == "closed")


async def test_a_page_told_to_one_reader_is_not_told_to_another(desk: Desk) -> None:
    house = uuid4()
    sara, omar = desk.customer(organization=house), desk.customer(organization=house)
    boss = desk.customer(role="customer_admin", organization=house)
    old = await closed(desk, sara)
    new = (await post(desk, boss, old["id"])).json()
    for who in (sara, omar):
        await take_part(desk, new, who)
    for _ in range(2):
        for who, first in ((sara, old["id"]), (omar, None), (boss, old["id"])):
            listed = (await read(desk, who, "/v1/tickets"))["items"]
            assert {one["id"]: one["follow_up_of"] for one in listed}[new["id"]] == first
