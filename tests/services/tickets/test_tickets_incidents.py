"""An incident is solved and so are its reports: each once, whatever breaks meanwhile."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.tickets.store import incidents
from services.tickets.usecases import reporting_back
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_tickets_merge import timeline, words


async def reported(desk: Desk, count: int) -> tuple[Person, Any, list[Any]]:
    """An incident and its reports, each of another customer organization."""
    agent = desk.agent()
    incident = await desk.open()
    reports = [await desk.open(desk.customer(organization=uuid4())) for _ in range(count)]
    for one in reports:
        body = {"ticket_id": incident["id"], "kind": "incident"}
        assert (await desk.do(agent, one["id"], "link", body)).status_code == 200
    return agent, incident, reports


async def work(desk: Desk) -> None:
    """What the worker does until nothing is left to do at once."""
    while await reporting_back.tell_some(desk.context):
        pass


async def solve(desk: Desk, agent: Person, incident: Any) -> None:
    body = {"message": "The network is back.", "tell_reports": True}
    answer = await desk.do(agent, incident["id"], "resolve", body)
    assert answer.status_code == 200, answer.text


async def test_every_living_report_is_solved_with_the_same_words(desk: Desk) -> None:
    agent, incident, reports = await reported(desk, 3)
    await desk.do(agent, reports[2]["id"], "resolve")
    assert (await desk.read(agent, incident["id"]))["reports"]["total"] == 3
    await solve(desk, agent, incident)
    told = (await desk.read(agent, incident["id"]))["reports"]
    assert told == {"total": 2, "told": 0, "failed": 0, "passed": 0, "pending": 2}
    await work(desk)
    told = (await desk.read(agent, incident["id"]))["reports"]
    assert told == {"total": 2, "told": 2, "failed": 0, "passed": 0, "pending": 0}
    for one in reports[:2]:
        read = await desk.read(agent, one["id"])
        assert (read["status"], read["reports"]) == ("resolved", None)
        assert read["reopen_until"] is not None
        assert (await words(desk, agent, one["id"]))[-1] == "The network is back."
        assert (await desk.names(one["id"])).count("ticket.resolved") == 1
    assert (await words(desk, agent, reports[2]["id"]))[-1] != "The network is back."


async def test_a_pair_of_words_reaches_each_report_in_its_own_language(desk: Desk) -> None:
    agent, incident, _ = await reported(desk, 1)
    texts = {"ar": "عادت الشبكة.", "en": "The network is back."}
    tickets: dict[str, list[Any]] = {"ar": [], "en": []}
    for locale, those in tickets.items():
        one = await desk.open(desk.customer(organization=uuid4(), locale=locale))
        assert one["locale"] == locale
        body = {"ticket_id": incident["id"], "kind": "incident"}
        assert (await desk.do(agent, one["id"], "link", body)).status_code == 200
        those.append(one)
    wish = {"message": texts, "tell_reports": True}
    answer = await desk.do(agent, incident["id"], "resolve", wish)
    assert answer.status_code == 200, answer.text
    await work(desk)
    tickets[incident["locale"]].append(incident)
    for locale, those in tickets.items():
        for one in those:
            assert (await words(desk, agent, one["id"]))[-1] == texts[locale]


async def test_who_has_no_reports_is_not_told_that_they_were_told(desk: Desk) -> None:
    agent, alone = desk.agent(), await desk.open()
    refused = await desk.do(agent, alone["id"], "resolve", {"tell_reports": True})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "no_reports"
    assert (await desk.read(agent, alone["id"]))["status"] == "new"


async def test_a_reopened_report_reopens_no_other(desk: Desk) -> None:
    agent, incident, reports = await reported(desk, 2)
    await solve(desk, agent, incident)
    await work(desk)
    await desk.do(agent, reports[0]["id"], "reopen", {"reason": "not here"})
    states = [(await desk.read(agent, one["id"]))["status"] for one in (*reports, incident)]
    assert states == ["open", "resolved", "resolved"]


async def test_what_did_not_hold_is_told_nobody_else(desk: Desk) -> None:
    agent, incident, reports = await reported(desk, 2)
    await solve(desk, agent, incident)
    await desk.do(agent, incident["id"], "reopen", {"reason": "down again"})
    await work(desk)
    told = (await desk.read(agent, incident["id"]))["reports"]
    assert (told["told"], told["passed"]) == (0, 2)
    assert (await desk.read(agent, reports[0]["id"]))["status"] == "new"


async def test_two_workers_tell_each_report_once(desk: Desk) -> None:
    agent, incident, reports = await reported(desk, 6)
    await solve(desk, agent, incident)
    await asyncio.gather(*(work(desk) for _ in range(4)))
    for one in reports:
        assert (await desk.names(one["id"])).count("ticket.resolved") == 1
        assert len(await words(desk, agent, one["id"])) == 2


async def test_a_worker_that_dies_in_the_middle_repeats_none_and_forgets_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the solution and the mark: neither of both is kept."""
    agent, incident, reports = await reported(desk, 3)
    await solve(desk, agent, incident)
    done, left = incidents.mark, [1]

    async def dying(*args: Any) -> None:
        if not left[0]:
            raise asyncio.CancelledError
        left[0] -= 1
        await done(*args)

    monkeypatch.setattr(incidents, "mark", dying)
    with pytest.raises(asyncio.CancelledError):
        await work(desk)
    solved = [(await desk.read(agent, one["id"]))["status"] for one in reports]
    assert sorted(solved) == ["new", "new", "resolved"]
    monkeypatch.undo()
    await work(desk)
    for one in reports:
        assert (await desk.names(one["id"])).count("ticket.resolved") == 1
    assert (await desk.read(agent, incident["id"]))["reports"]["told"] == 3


async def test_one_that_cannot_be_told_does_not_hold_up_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, incident, reports = await reported(desk, 3)
    await solve(desk, agent, incident)
    tell = reporting_back._tell

    async def stumbling(tx: Any, job: Any) -> bool:
        if job["report_id"] == UUID(reports[0]["id"]):
            raise RuntimeError
        return await tell(tx, job)

    monkeypatch.setattr(reporting_back, "_tell", stumbling)
    monkeypatch.setattr(reporting_back, "_AGAIN", reporting_back.timedelta(0))
    for _ in range(reporting_back.ATTEMPTS):
        await work(desk)
    told = (await desk.read(agent, incident["id"]))["reports"]
    assert (told["total"], told["told"], told["failed"]) == (3, 2, 1)


async def test_a_merged_report_is_told_where_it_lives(desk: Desk) -> None:
    agent, incident, reports = await reported(desk, 1)
    other = await desk.open(desk.customer(organization=UUID(reports[0]["organization_id"])))
    await solve(desk, agent, incident)
    await desk.do(agent, reports[0]["id"], "merge", {"into": other["id"]})
    await work(desk)
    assert (await desk.read(agent, other["id"]))["status"] == "resolved"


async def test_a_report_that_is_an_incident_itself_tells_its_own_reports(desk: Desk) -> None:
    agent, incident, [report] = await reported(desk, 1)
    below = await desk.open(desk.customer(organization=uuid4()))
    body = {"ticket_id": report["id"], "kind": "incident"}
    assert (await desk.do(agent, below["id"], "link", body)).status_code == 200
    back = {"ticket_id": below["id"], "kind": "incident"}
    assert (await desk.do(agent, incident["id"], "link", back)).json()["code"] == "link_cycle"
    await solve(desk, agent, incident)
    await work(desk)
    for one in (report, below):
        assert (await desk.read(agent, one["id"]))["status"] == "resolved"
        assert (await words(desk, agent, one["id"]))[-1] == "The network is back."
        assert (await desk.names(one["id"])).count("ticket.resolved") == 1


async def test_reports_out_of_sight_are_told_and_only_counted(desk: Desk) -> None:
    place = str(uuid4())
    desk.neighbours.departments[place] = {"name": {"ar": "الشبكات", "en": "Networks"}}
    agent, incident = desk.agent(), await desk.open()
    report = await desk.open(desk.customer(organization=uuid4()), department_id=place)
    body = {"ticket_id": incident["id"], "kind": "incident"}
    assert (await desk.do(Person("admin"), report["id"], "link", body)).status_code == 200
    wish = {"message": "The network is back.", "tell_reports": True}
    answer = await desk.do(agent, incident["id"], "resolve", wish)
    assert answer.status_code == 200
    await work(desk)
    read = await desk.read(agent, incident["id"])
    assert (read["reports"]["total"], read["reports"]["told"]) == (1, 1)
    assert report["id"] not in answer.text + str(read)
    assert (await desk.do(agent, report["id"], "reopen")).status_code == 404
    assert (await desk.read(Person("admin"), report["id"]))["status"] == "resolved"


async def test_what_a_solution_should_have_said_is_told_where_nobody_was_asked(desk: Desk) -> None:
    place, key = str(uuid4()), f"cause_{uuid4().hex[:8]}"
    desk.neighbours.departments[place] = {"name": {"ar": "الشبكات", "en": "Networks"}}
    field = {
        "key": key,
        "label": {"ar": "السبب", "en": "Cause"},
        "type": "text",
        "required": ["resolve"],
        "department_id": place,
    }
    made = await desk.http.post("/v1/custom-fields", json=field, headers=Person("admin").headers())
    assert made.status_code == 201, made.text
    incident, admin = await desk.open(), Person("admin")
    report = await desk.open(desk.customer(organization=uuid4()), department_id=place)
    body = {"ticket_id": incident["id"], "kind": "incident"}
    assert (await desk.do(admin, report["id"], "link", body)).status_code == 200
    await solve(desk, admin, incident)
    await work(desk)
    begin = f"Solved together with the incident {incident['number']}"
    text = f"{begin}; required fields stayed empty: {key}"
    assert ("told_by_incident", text) in await timeline(desk, admin, report["id"])
