"""What notify is told about many tickets at once."""

from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import service_headers
from tests.services.tickets.test_tickets_mail import opened_by_mail


async def test_a_batch_names_the_mails_that_each_ticket_came_from(desk: Desk) -> None:
    mailed = await opened_by_mail(desk, desk.customer())
    typed = await desk.open(subject="x")
    [row] = await desk.look(
        "select mail_id from tickets.message where mail_id is not null and ticket_id = $1",
        mailed["id"],
    )
    answer = await desk.ops.post(
        "/internal/tickets/batch",
        json={"ticket_ids": [mailed["id"], typed["id"]]},
        headers=service_headers("notify"),
    )
    told = {one["id"]: one["mail_message_ids"] for one in answer.json()["items"]}
    expected = f"<{row['mail_id']}@customer.example>"
    assert told == {mailed["id"]: [expected], typed["id"]: []}
