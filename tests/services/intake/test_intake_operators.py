"""What operators do with mails: why it is here, refuse, send elsewhere, count, take home."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.domain.words import Flag, Match, Sender, State
from services.intake.store import mailboxes
from services.intake.usecases import overview
from shared.kit.ids import uuid7
from shared.reasons import REASONS
from tests.services.intake.conftest import Office
from tests.services.intake.test_intake_flow import letter, outcome, routed

PATH = "/v1/intake/mails"


async def held(office: Office, subject: str = "") -> tuple[dict[str, Any], Any]:
    """A stranger's mail with Sara's token."""
    ticket = await office.ticket("sara@client.example")
    box = f"support+r{office.token(ticket.number, 'sara@client.example')}@localhost"
    raw = letter(sender="eve@evil.example", subject=subject or "Help")
    return await office.handle(raw, "eve@evil.example", box), ticket


async def test_every_decision_says_in_words_what_it_rests_on(office: Office) -> None:
    seen, ticket = await held(office)
    assert seen["because"] == ["nothing_proven", "by_hand", "matched_token", "sender_stranger"]
    assert seen["reasons"] == ["sender_not_on_ticket"]
    assert seen["department_id"] == str(ticket.department_id)
    arabic = await office.http.get(f"{PATH}/{seen['id']}", headers={"Accept-Language": "ar"})
    english = await office.http.get(f"{PATH}/{seen['id']}", headers={"Accept-Language": "en"})
    codes = [*seen["because"], "sender_not_on_ticket"]
    for answer, locale in ((arabic.json(), "ar"), (english.json(), "en")):
        told = [one["text"] for one in answer["explained"]]
        assert told == [REASONS[code][locale] for code in codes]  # type: ignore[literal-required]  # by locale


def test_no_word_of_ours_is_without_its_texts() -> None:
    words = {*Flag, *(f"matched_{one}" for one in Match), *(f"sender_{one}" for one in Sender)}
    assert {str(word) for word in words} <= set(REASONS)


async def test_a_refused_mail_stays_refused_until_a_person_says_otherwise(office: Office) -> None:
    seen, ticket = await held(office)
    refusals = [
        await office.http.post(f"{PATH}/{seen['id']}/reject", json={"reason": "not our customer"})
        for _ in range(2)
    ]
    assert [one.status_code for one in refusals] == [200, 200]
    now = await office.see(seen["id"])
    assert (now["state"], now["refused"]) == ("rejected", "not our customer")
    assert now["reasons"] == ["sender_not_on_ticket", "rejected"]
    facts = [one for one in await office.facts(seen["id"]) if one["type"] == "mail.rejected.v1"]
    assert [one["data"]["ticket_id"] for one in facts] == [str(ticket.ticket_id)]
    assert "customer" not in str(facts)
    assert (await office.http.post(f"{PATH}/{seen['id']}/replay")).json()["state"] == "rejected"
    assert (await office.http.post(f"{PATH}/{seen['id']}/release")).status_code == 202
    assert outcome(await office.settled(seen["id"]))[:2] == ("routed", "reply")
    fresh = await office.handle(letter())
    late = await office.http.post(f"{PATH}/{fresh['id']}/reject", json={"reason": "x"})
    assert (late.status_code, late.json()["code"]) == (409, "mail_not_rejectable")
    assert (await office.http.post(f"{PATH}/{seen['id']}/reject", json={})).status_code == 422


async def test_a_mail_goes_where_a_person_sends_it(office: Office) -> None:
    seen, _ = await held(office)
    other, home = await office.ticket("ali@client.example"), uuid7()
    async with office.context.tx() as tx:
        await mailboxes.put(tx, home, None, is_default=False)
    wish = {"ticket_id": str(other.ticket_id), "department_id": str(home)}
    steered = await office.http.patch(f"{PATH}/{seen['id']}", json=wish)
    assert (steered.status_code, steered.json()["department_id"]) == (200, str(home))
    assert (await office.see(seen["id"]))["steered"] == {**wish, "new_ticket": False}
    await office.http.post(f"{PATH}/{seen['id']}/release")
    assert outcome(await office.settled(seen["id"]))[:2] == ("routed", "reply")
    data = await routed(office, await office.see(seen["id"]))
    assert data["ticket_id"] == str(other.ticket_id)
    late = await office.http.patch(f"{PATH}/{seen['id']}", json=wish)
    assert (late.status_code, late.json()["code"]) == (409, "mail_not_editable")
    lost, _ = await held(office)
    for name in ("ticket_id", "department_id"):
        refused = await office.http.patch(f"{PATH}/{lost['id']}", json={name: str(uuid4())})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/{name}")


async def test_a_mail_that_a_person_sends_into_a_new_ticket_stays_off_the_one_it_names(
    office: Office,
) -> None:
    seen, ticket = await held(office)
    path = f"{PATH}/{seen['id']}"
    for wish in ({"ticket_id": None}, {"ticket_id": str(ticket.ticket_id)}, {"ticket_id": None}):
        steered = (await office.http.patch(path, json=wish)).json()
    assert steered["id"] == seen["id"]
    assert (await office.see(seen["id"]))["steered"]["new_ticket"] is True
    await office.http.post(f"{path}/release")
    data = await routed(office, await office.settled(seen["id"]))
    assert (data["decision"], data["ticket_id"]) == ("new", None)
    assert data["related_ticket_id"] is None


async def test_a_mail_that_is_sent_to_another_department_leaves_the_ticket_it_names(
    office: Office,
) -> None:
    seen, _ = await held(office)
    home = uuid7()
    async with office.context.tx() as tx:
        await mailboxes.put(tx, home, None, is_default=False)
    await office.http.patch(f"{PATH}/{seen['id']}", json={"department_id": str(home)})
    await office.http.post(f"{PATH}/{seen['id']}/release")
    assert outcome(await office.settled(seen["id"]))[:2] == ("routed", "new")
    data = await routed(office, await office.see(seen["id"]))
    assert (data["ticket_id"], data["department_id"]) == (None, str(home))


async def test_a_robots_answer_that_a_person_lets_through_opens_a_ticket_unacknowledged(
    office: Office,
) -> None:
    away = await office.handle(letter("Auto-Submitted: auto-replied"))
    assert away["state"] == "quarantined"
    await office.http.post(f"{PATH}/{away['id']}/release")
    data = await routed(office, await office.settled(away["id"]))
    assert (data["decision"], data["acknowledge"], data["may_reopen"]) == ("new", False, False)


async def test_lists_are_narrowed_by_what_is_known_of_a_mail(office: Office) -> None:
    seen, ticket = await held(office)
    robot = await office.handle(letter("Auto-Submitted: auto-generated"))

    async def listed(query: str) -> list[str]:
        answer = await office.http.get(f"{PATH}?limit=200&{query}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    assert await listed(f"ticket_id={ticket.ticket_id}&state=held") == [seen["id"]]
    robots = await listed("class=auto_generated")
    assert robot["id"] in robots
    assert seen["id"] not in robots
    assert seen["id"] in await listed("sender_auth=none&state=held")
    assert seen["id"] not in await listed("sender_auth=pass")
    assert await listed(f"department_id={uuid4()}") == []
    assert (await office.http.get(f"{PATH}?class=nonsense")).status_code == 422


async def test_counts_say_how_much_waits_and_since_when(office: Office) -> None:
    before = (await office.http.get(f"{PATH}/counts")).json()
    seen, _ = await held(office)
    after = (await office.http.get(f"{PATH}/counts?days=1")).json()
    assert set(after["states"]) == set(State)
    assert after["states"]["held"] == before["states"]["held"] + 1
    assert after["waiting"]["held"]["count"] == after["states"]["held"]
    assert after["waiting"]["held"]["oldest_at"] <= seen["received_at"]


async def test_an_export_holds_the_raw_mails_and_says_where_the_next_begins(
    office: Office,
) -> None:
    made = [(await held(office, f"take home {number}"))[0] for number in range(3)]
    since = made[0]["received_at"]
    got, after = [], ""
    for _ in range(3):
        path = f"{PATH}/export?state=held&since={since}&limit=2{after}"
        answer = await office.http.get(path)
        assert answer.headers["content-type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        index = json.loads(archive.read("index.json"))
        got += [(one["id"], archive.read(one["file"])) for one in index["mails"]]
        if index["after"] is None:
            break
        after = f"&after={index['after']}"
    assert [one for one, _ in got] == [one["id"] for one in made]
    raw = (await office.http.get(f"{PATH}/{made[1]['id']}/raw")).content
    assert got[1][1] == raw
    assert b"take home 1" in raw


async def test_what_nobody_wanted_is_forgotten_after_its_days_and_nothing_else(
    office: Office,
) -> None:
    kept, _ = await held(office)
    gone = await office.handle(letter("Auto-Submitted: auto-replied"))
    async with office.context.tx() as tx:
        old = UUID(int=uuid7().int - (int(timedelta(days=31).total_seconds() * 1000) << 80))
        for name in ("mail_attachment", "mail_digest", "mail_parsed"):
            await tx.execute(
                f"delete from intake.{name} where mail_id = :id", {"id": UUID(gone["id"])}
            )
        await tx.execute(
            "update intake.inbound_mail set id = :old where id = :id",
            {"old": old, "id": UUID(gone["id"])},
        )
    assert await overview.sweep(office.context, 30) == 1
    assert await overview.sweep(office.context, 30) == 0
    assert (await office.http.get(f"{PATH}/{old}")).status_code == 404
    assert (await office.see(kept["id"]))["state"] == "held"


async def test_an_export_without_a_database_is_503_and_no_broken_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> list[Any]:
        raise ConnectionRefusedError

    monkeypatch.setattr(overview.store, "exported", away)
    answer = await office.http.get(f"{PATH}/export?state=held")
    assert answer.status_code == 503, answer.text
