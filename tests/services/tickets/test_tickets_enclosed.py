"""What tickets tells notify of a message's files: links for customers, to what is theirs."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contexts import Travel
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import service_headers
from tests.services.tickets.test_tickets_files import upload

CONTENT = b"a driver, as it happens"


@pytest.fixture(autouse=True)
async def own_settings(desk: Desk) -> AsyncIterator[None]:
    settings = desk.context.settings
    yield
    object.__setattr__(desk.context, "settings", settings)


def set_up(desk: Desk, **values: Any) -> None:
    changed = desk.context.settings.model_copy(update=values)
    object.__setattr__(desk.context, "settings", changed)


async def answered(desk: Desk, **more: Any) -> str:
    """Path of an agent's answer with one file."""
    made = await desk.open()
    agent = desk.agent()
    body = {"body": "جرّب", "upload_ids": [await upload(desk, agent, CONTENT)], **more}
    answer = await desk.do(agent, made["id"], "messages", body)
    assert answer.status_code == 201, answer.text
    return f"/internal/tickets/{made['id']}/messages/{answer.json()['id']}"


async def told(desk: Desk, path: str) -> list[dict[str, Any]]:
    answer = await desk.ops.get(path, headers=service_headers("notify"))
    assert answer.status_code == 200, answer.text
    files: list[dict[str, Any]] = answer.json()["files"]
    return files


async def fetched(desk: Desk, url: str) -> Any:
    """As anybody who holds the link: without a token."""
    return await desk.http.get(urlsplit(url).path)


async def test_a_public_answers_file_has_a_link_that_works_for_a_week_without_a_token(
    desk: Desk, travel: Travel
) -> None:
    set_up(desk, tickets_download_url="https://files.example/")
    [file] = await told(desk, await answered(desk))
    assert (file["size"], file["state"]) == (len(CONTENT), "clean")
    assert file["url"].startswith("https://files.example/v1/files/")
    left = datetime.fromisoformat(file["expires_at"]) - desk.context.clock.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    assert (await fetched(desk, file["url"])).content == CONTENT
    travel(6.9 * 86400)
    assert (await fetched(desk, file["url"])).content == CONTENT
    travel(7.1 * 86400)
    late = await fetched(desk, file["url"])
    travel(0)
    assert (late.status_code, late.json()["code"]) == (404, "link_invalid")


async def test_notes_and_customers_own_files_have_no_link(desk: Desk) -> None:
    assert await told(desk, await answered(desk, public=False)) == []
    customer = desk.customer()
    made = await desk.open(customer, upload_ids=[await upload(desk, customer, CONTENT)])
    [row] = await desk.look("select id from tickets.message where ticket_id = $1", made["id"])
    assert await told(desk, f"/internal/tickets/{made['id']}/messages/{row['id']}") == []


async def test_a_waiting_files_link_works_once_it_is_found_clean_and_never_before(
    desk: Desk,
) -> None:
    set_up(desk, tickets_clamd="127.0.0.1:1")
    path = await answered(desk)
    [file] = await told(desk, path)
    assert file["state"] == "pending"
    assert (await fetched(desk, file["url"])).json()["code"] == "file_withheld"
    for state, status in (("clean", 200), ("infected", 409), ("unscannable", 409)):
        message = path.rpartition("/")[2]
        await desk.look(
            f"update tickets.attachment set state = '{state}' where message_id = $1", message
        )
        assert (await fetched(desk, file["url"])).status_code == status
        [now] = await told(desk, path)
        assert (now["state"], now["url"] is None) == (state, state != "clean")


async def test_where_nobody_scans_and_nobody_trusts_the_customer_gets_no_link(desk: Desk) -> None:
    set_up(desk, tickets_trust_unscanned=False)
    [file] = await told(desk, await answered(desk))
    assert (file["state"], file["url"]) == ("unscannable", None)
