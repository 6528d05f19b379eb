"""A mail's department is its ticket's, whatever address it came to: who may read it follows."""

from uuid import UUID, uuid4

from services.intake.usecases import threads
from shared.vocabulary import (
    DEFAULT_DEPARTMENT,
)
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.test_intake_flow import letter

SARA = "sara@client.example"


async def test_an_answer_to_the_general_address_is_the_tickets_departments(office: Office) -> None:
    home = uuid4()
    opened = await office.ticket(SARA, department=home)
    raw = letter(f"References: <s.{office.token(opened.number, SARA)}.{uuid4()}@localhost>")
    seen = await office.handle(raw, SARA, SUPPORT)
    assert (seen["decision"], seen["department_id"]) == ("reply", str(home))
    copy = await office.handle(raw, SARA, SUPPORT)
    assert (copy["state"], copy["department_id"]) == ("duplicate", str(home))


async def test_a_held_one_too(office: Office) -> None:
    home = uuid4()
    opened = await office.ticket(SARA, department=home)
    seen = await office.handle(letter(subject=f"Re: [SND-{opened.number}] x"), SARA, SUPPORT)
    assert (seen["state"], seen["department_id"]) == ("held", str(home))


async def test_a_mail_that_opens_a_ticket_elsewhere_goes_there_with_its_copies(
    office: Office,
) -> None:
    """Rules of the house may open it in another department, and people move it on."""
    home, next_home = uuid4(), uuid4()
    raw = letter()
    seen = await office.handle(raw)
    copy = await office.handle(raw)
    assert [one["department_id"] for one in (seen, copy)] == [str(DEFAULT_DEPARTMENT)] * 2
    opened = await office.ticket(SARA, department=home, mail_id=seen["id"])
    places = [(await office.see(one["id"]))["department_id"] for one in (seen, copy)]
    assert places == [str(home)] * 2
    async with office.context.tx() as tx:
        await threads.moved(tx, opened.ticket_id, next_home)
    places = [(await office.see(one["id"]))["department_id"] for one in (seen, copy)]
    assert places == [str(next_home)] * 2


async def test_a_mail_that_moves_with_a_split_is_the_new_tickets(office: Office) -> None:
    first = await office.ticket(SARA, department=uuid4())
    second = await office.ticket(SARA, department=uuid4())
    raw = letter(f"References: <s.{office.token(first.number, SARA)}.{uuid4()}@localhost>")
    seen = await office.handle(raw, SARA, SUPPORT)
    async with office.context.tx() as tx:
        await threads.applied(tx, UUID(seen["id"]), first.ticket_id)
        await threads.mails_moved(tx, first.ticket_id, second.ticket_id, [UUID(seen["id"])])
    assert (await office.see(seen["id"]))["department_id"] == str(second.department_id)
