"""Whom a caller may open a ticket for: the desk anybody, a customer only their own people."""

from typing import Any
from uuid import uuid4

from shared.vocabulary import RESERVED_ORGANIZATION
from tests.services.tickets.conftest import BODY, Desk
from tests.services.tickets.people import Person


async def ask(desk: Desk, person: Person, address: str, **more: Any) -> dict[str, Any]:
    """The answer, without what differs each time; a ticket's requester stands for the ticket."""
    body = {**BODY, "requester": {"email": address}, **more}
    answer = await desk.http.post("/v1/tickets", json=body, headers=person.headers())
    told = answer.json()
    if answer.status_code == 201:
        return {"status": 201, "requester": told["requester"]["id"], "at": told["organization_id"]}
    volatile = {"instance", "request_id"}
    kept = {key: value for key, value in told.items() if key not in volatile}
    return {**kept, "status": answer.status_code}


async def test_a_partner_names_only_people_of_its_own_organization(desk: Desk) -> None:
    partner, theirs = desk.customer(kind="client"), uuid4()
    desk.neighbours.domains |= {"a.example": desk.organization, "b.example": theirs}
    colleague = str(uuid4())
    desk.neighbours.know("sara@gmail.example", desk.organization, colleague)
    desk.neighbours.know("known@gmail.example", theirs)
    desk.neighbours.know("known@b.example", theirs)
    refused = [
        await ask(desk, partner, address, **named)
        for address in (
            *("known@gmail.example", "unknown@gmail.example"),
            *("known@b.example", "c9@b.example", "c9@mail.a.example"),
        )
        for named in ({}, {"organization_id": str(desk.organization)})
    ]
    assert refused[0]["status"] == 422
    assert [one["code"] for one in refused[0]["errors"]] == ["other_organization"]
    assert all(one == refused[0] for one in refused)
    assert not {"c9@b.example", "unknown@gmail.example"} & set(desk.neighbours.people)
    home = str(desk.organization)
    known = await ask(desk, partner, "sara@gmail.example")
    assert known == {"status": 201, "requester": colleague, "at": home}
    assert (await ask(desk, partner, "new@a.example"))["at"] == home


async def test_the_desk_names_new_people_but_not_against_the_owner_of_a_domain(desk: Desk) -> None:
    ours, theirs = uuid4(), uuid4()
    desk.neighbours.domains |= {"north.example": ours, "south.example": theirs}
    programs = desk.agent(kind="client", bound=False)
    for person in (desk.agent(), programs):
        address = f"x{uuid4().hex}@gmail.example"
        named = {"organization_id": str(RESERVED_ORGANIZATION)}
        made = await ask(desk, person, address, **named)
        assert (made["status"], made["at"]) == (201, str(RESERVED_ORGANIZATION))
        refused = await ask(desk, person, f"x{uuid4().hex}@south.example", **named)
        assert refused["errors"][0]["code"] == "other_organization"
        mine = await ask(desk, person, f"x{uuid4().hex}@south.example")
        assert mine["at"] == str(theirs)
