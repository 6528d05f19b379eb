"""The index itself: made anew beside the one that answers, for administrators, without words."""

import pytest

from deploy.local.searching import ended, progress
from deploy.local.searching import told as lines
from services.tickets.domain.terms import RULES
from services.tickets.store import generations
from services.tickets.usecases import rebuilding
from services.tickets.usecases.indexing import index_some
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person

ADMIN = Person("admin", scope="tickets:read tickets:write tickets:manage")


async def index(desk: Desk) -> None:
    while await index_some(desk.context):
        pass


async def found(desk: Desk, q: str) -> list[str]:
    answer = await desk.http.get("/v1/tickets", params={"q": q}, headers=ADMIN.headers())
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["items"]]


async def status(desk: Desk) -> dict[str, object]:
    answer = await desk.http.get("/v1/search-index", headers=ADMIN.headers())
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def test_a_new_index_is_made_while_the_old_one_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    made = [(await desk.open(subject=f"cassowary {n}"))["number"] for n in range(5)]
    first = await desk.open(subject="emu before")
    await index(desk)
    before = await desk.look("select distinct token from tickets.posting where generation = 1")
    wish = {"new_key": True}
    path = "/v1/search-index/rebuild"
    answer = await desk.http.post(path, json=wish, headers=ADMIN.headers())
    assert answer.status_code == 202, answer.text
    assert await rebuilding.build_some(desk.context)
    again = await desk.http.post(path, json=wish, headers=ADMIN.headers())
    assert again.json()["building"]["done"] == 2, "asked again, it goes on"
    assert await found(desk, "cassowary") == made[::-1], "half a new index answers nobody"
    # What happens meanwhile: a fresh ticket, and changes on both sides of the builder.
    late = await desk.open(subject="cassowary late")
    changed = first["id"]
    await desk.http.patch(
        f"/v1/tickets/{changed}", json={"subject": "emu after"}, headers=ADMIN.headers()
    )
    await index(desk)
    while (await status(desk))["building"] is not None:
        assert await rebuilding.build_some(desk.context)
    while await rebuilding.build_some(desk.context):
        pass
    assert await found(desk, "cassowary") == [late["number"], *made[::-1]]
    assert await found(desk, "subject:after") == [first["number"]]
    assert await found(desk, "subject:before") == []
    now = await status(desk)
    assert (now["generation"], now["key_version"]) == (2, 2)
    after = await desk.look("select distinct token from tickets.posting")
    assert {row["token"] for row in after}.isdisjoint({row["token"] for row in before})
    assert await desk.look("select 1 from tickets.search_entry where generation = 1") == []
    # The worker goes on with the new key.
    fresh = await desk.open(subject="kiwi")
    await index(desk)
    assert await found(desk, "kiwi") == [fresh["number"]]


async def built(desk: Desk) -> None:
    """As the worker does it, until there is nothing to do."""
    while await rebuilding.build_some(desk.context):
        pass


async def test_changed_rules_make_a_new_index_by_themselves_while_the_old_one_answers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await index(desk)
    await built(desk)
    before = await status(desk)
    assert (before["rules"], before["current_rules"]) == (RULES, RULES)
    made = (await desk.open(subject="takahe"))["number"]
    await index(desk)
    monkeypatch.setattr(rebuilding, "RULES", RULES + 1)
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    assert await rebuilding.build_some(desk.context), "begun"
    assert await rebuilding.build_some(desk.context), "and a batch further"
    now = await status(desk)
    assert (now["rules"], now["current_rules"]) == (RULES, RULES + 1)
    assert now["building"]["rules"] == RULES + 1  # type: ignore[index]  # it is being made
    told = "\n".join(lines(now))
    assert f"rules {RULES} of {RULES + 1}" in told
    assert f"rules {RULES + 1}, 2 tickets done" in told
    assert await found(desk, "takahe") == [made]
    # Upgraded once more in the midst of it: what older rules began is of no use.
    monkeypatch.setattr(rebuilding, "RULES", RULES + 2)
    assert await rebuilding.build_some(desk.context)
    again = (await status(desk))["building"]
    assert (again["rules"], again["done"]) == (RULES + 2, 0)  # type: ignore[index]  # being made
    await built(desk)
    after = await status(desk)
    assert (after["rules"], after["building"]) == (RULES + 2, None)
    assert await found(desk, "takahe") == [made]
    left = await desk.look("select count(distinct generation) as n from tickets.posting")
    assert left[0]["n"] == 1, "the half-made and the old one are cleared away"
    assert not await rebuilding.build_some(desk.context), "and then there is peace"
    # Turned back to the older release: it goes on with what it finds.
    monkeypatch.setattr(rebuilding, "RULES", RULES)
    assert not await rebuilding.build_some(desk.context)
    await desk.look("update tickets.search_generation set rules = $1", RULES)


async def test_a_new_index_waits_to_be_asked_for_where_the_operator_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await built(desk)
    monkeypatch.setitem(vars(desk.context.settings), "tickets_search_rebuild", "asked")
    monkeypatch.setattr(rebuilding, "RULES", RULES + 1)
    assert not await rebuilding.build_some(desk.context)
    await desk.http.post("/v1/search-index/rebuild", json={}, headers=ADMIN.headers())
    await built(desk)
    assert (await status(desk))["rules"] == RULES + 1
    await desk.look("update tickets.search_generation set rules = $1", RULES)


async def test_an_index_without_tickets_obeys_any_rules(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await built(desk)
    generation = (await status(desk))["generation"]

    async def nobody(_: object) -> bool:
        return True

    monkeypatch.setattr(generations, "blank", nobody)
    await desk.look("update tickets.search_generation set rules = 1")
    assert not await rebuilding.build_some(desk.context)
    now = await status(desk)
    assert (now["generation"], now["rules"]) == (generation, RULES)


@pytest.mark.parametrize("role", ["customer", "agent", "manager", "auditor"])
async def test_only_administrators_tend_the_index(desk: Desk, role: str) -> None:
    headers = Person(role).headers()
    answer = await desk.http.get("/v1/search-index", headers=headers)
    assert answer.status_code == 403
    answer = await desk.http.post("/v1/search-index/rebuild", json={}, headers=headers)
    assert answer.status_code == 403


async def test_the_age_of_the_oldest_text_is_told(desk: Desk) -> None:
    await index(desk)
    assert (await status(desk))["lag_seconds"] == 0
    await desk.open()
    desk.travel(90)
    assert 80 < float(str((await status(desk))["lag_seconds"])) < 100
    ready = (await desk.ops.get("/readyz")).json()
    assert ready["checks"]["search"][0]["status"] == "warn"
    assert ready["status"] == "warn"
    metrics = (await desk.ops.get("/metrics")).text
    assert 'sanad_search_lag_seconds{service="tickets"}' in metrics
    desk.travel(0)
    await index(desk)


async def test_neither_words_nor_names_lie_in_any_table_of_the_index(desk: Desk) -> None:
    customer = desk.customer()
    word, name = "wolpertinger", "Balthasar"
    card = {"id": str(customer.id), "name": name, "email": f"{name}@beast.example".lower()}
    desk.neighbours.cards[str(customer.id)] = card
    made = await desk.open(customer, subject=word, body=f"{word} ERR-909090")
    await index(desk)
    assert await found(desk, f"{word} {name} err-909090") == [made["number"]]
    tables = await desk.look(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where nspname = 'tickets' and relkind = 'r' and relname <> 'ticket'"
        " and relname not like 'tag%'"
    )
    for table in tables:
        rows = await desk.look(f"select t::text as line from tickets.{table['relname']} t")
        for row in rows:
            told = row["line"].casefold()
            for plain in (word, name.casefold(), "909090"):
                assert plain not in told, table["relname"]
                assert plain.encode().hex() not in told, table["relname"]


def test_progress_tells_count_rate_and_the_time_left() -> None:
    first = {"done": 100, "left": 900}
    assert progress({"done": 300, "left": 700}, first, 10).rstrip() == (
        "300 of 1000 (30 %), 20/s, 0:35 left"
    )
    assert progress(first, first, 0).rstrip() == "100 of 1000 (10 %), 0/s, …"
    assert progress({"done": 0, "left": 0}, {"done": 0}, 1).rstrip() == "0 of 0 (0 %), 0/s, …"
    hours = progress({"done": 110, "left": 100_000}, first, 1)
    assert "2:46:40 left" in hours
    arabic = progress({"done": 300, "left": 700}, first, 10, "ar")
    assert arabic.rstrip() == "300 من 1000 (30\u00a0%)، 20 في الثانية، الباقي 0:35"


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "The new index answers now: 1000 tickets in 1:05."),
        ("ar", "أصبح الفهرس الجديد هو المستخدم الآن: عدد التذاكر 1000، والمدة 1:05."),
    ],
)
def test_the_end_of_a_rebuild_tells_how_many_tickets_it_was(lang: str, told: str) -> None:
    assert ended({"done": 400, "left": 600}, 65.4, lang) == told


FILL = """insert into tickets.posting (generation, slice, token, field, count, bits)
    select 1, slice, substr(sha256(int8send(n)), 1, 8), 2, 1, '\\x0000'
    from generate_series(1, 3000) n, generate_series(100, 119) slice"""
NEEDED = {
    "a query's tokens": (
        """select token, field, slice, count, bits from tickets.posting where generation = 1
        and slice = any('{118,119}') and token = any(array[substr(sha256(int8send(7)), 1, 8)])""",
        "posting_pkey",
    ),
    "rows of one ticket": (
        """select slice, token, field from tickets.posting where generation = 1
        and slice = 119 and field = any('{2,3,5}')
        and case when count <= 128 then position('\\x0000'::bytea in bits) > 0
            else length(bits) > 1 and get_bit(bits, 8) = 1 end""",
        "posting_pkey",
    ),
    "texts that wait": (
        "select ticket_id from tickets.message where not indexed order by id limit 50",
        "message_unindexed",
    ),
    "tickets that changed": (
        "select id from tickets.ticket where reindex order by id limit 50",
        "ticket_reindex",
    ),
}


async def test_the_index_is_read_by_its_key_alone(desk: Desk) -> None:
    await desk.open()
    await desk.look(FILL)
    try:
        for table in ("posting", "ticket", "message"):
            await desk.look(f"analyze tickets.{table}")
        for name, (statement, index_name) in NEEDED.items():
            rows = await desk.look(f"explain {statement}")
            plan = "\n".join(row["QUERY PLAN"] for row in rows)
            if "posting" in index_name:
                assert index_name in plan, (name, plan)
                assert "Seq Scan" not in plan, (name, plan)
            known = await desk.look(
                "select 1 from pg_indexes where schemaname = 'tickets' and indexname = $1",
                index_name,
            )
            assert known, name
    finally:
        await desk.look("delete from tickets.posting where slice between 100 and 119")
