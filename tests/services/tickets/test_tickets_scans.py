"""Files wait for the scanner, and only what it found clean reaches a customer (mail.md 11)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.tickets.adapters.clamd import Clamd, ScanBroken, ScannerAway
from services.tickets.domain.scanning import ATTEMPTS, verdict
from services.tickets.timers import check
from services.tickets.usecases.scanning import scan_some
from tests.fakes.clamd import EICAR, LOCKED, FakeClamd, clamd
from tests.services.tickets.conftest import Desk
from tests.services.tickets.people import Person
from tests.services.tickets.test_domain_tickets_files import zipped
from tests.services.tickets.test_tickets_files import upload

NOWHERE = UUID("019aab5d-ac96-774b-bcce-b302099a8057")


@pytest.fixture(autouse=True)
async def guarded(desk: Desk) -> AsyncIterator[None]:
    """New files of this module wait for a scanner."""
    settings = desk.context.settings
    waiting = settings.model_copy(update={"tickets_clamd": "127.0.0.1:1"})
    object.__setattr__(desk.context, "settings", waiting)
    await desk.look("delete from tickets.attachment")
    yield
    object.__setattr__(desk.context, "settings", settings)


@pytest.fixture
def fake() -> FakeClamd:
    return FakeClamd()


@pytest.fixture
async def scanner(fake: FakeClamd) -> AsyncIterator[Clamd]:
    async with clamd(fake) as place:
        yield Clamd(place)


async def attached(desk: Desk, customer: Person, content: bytes) -> dict[str, Any]:
    made = await desk.open(customer, upload_ids=[await upload(desk, customer, content)])
    [row] = await desk.look("select id from tickets.attachment where ticket_id = $1", made["id"])
    return {"ticket": made["id"], "id": row["id"]}


async def seen(desk: Desk, person: Person, file: dict[str, Any], query: str = "") -> Any:
    path = f"/v1/attachments/{file['id']}/content{query}"
    return await desk.http.get(path, headers=person.headers())


async def state(desk: Desk, file: dict[str, Any]) -> str:
    path = f"/v1/attachments/{file['id']}"
    answer = await desk.http.get(path, headers=desk.agent().headers())
    return str(answer.json()["state"])


async def story(desk: Desk, person: Person, file: dict[str, Any]) -> list[str]:
    path = f"/v1/tickets/{file['ticket']}/timeline"
    answer = await desk.http.get(path, headers=person.headers())
    return [entry["kind"] for entry in answer.json()["items"]]


async def due(desk: Desk) -> None:
    """The waits are over."""
    await desk.look("update tickets.attachment set scan_at = now() - interval '1 second'")


async def test_a_file_waits_for_the_scanner_and_its_ticket_does_not(
    desk: Desk, scanner: Clamd, fake: FakeClamd
) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, b"clean" * 50_000)
    assert await state(desk, file) == "pending"
    withheld = await seen(desk, customer, file)
    assert (withheld.status_code, withheld.json()["code"]) == (409, "file_withheld")
    assert (await seen(desk, desk.agent(), file)).status_code == 200
    await scan_some(desk.context, scanner)
    assert fake.heard == [250_000]
    assert await state(desk, file) == "clean"
    assert (await seen(desk, customer, file)).content == b"clean" * 50_000


async def test_malware_reaches_nobody_but_an_administrator_who_insists(
    desk: Desk, scanner: Clamd
) -> None:
    customer, agent, admin = desk.customer(), desk.agent(), Person("admin")
    file = await attached(desk, customer, EICAR)
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "infected"
    for person, code in ((customer, "file_withheld"), (agent, "file_infected")):
        for query in ("", "?infected"):
            answer = await seen(desk, person, file, query)
            assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await seen(desk, admin, file)).json()["code"] == "file_infected"
    insisted = await seen(desk, admin, file, "?infected")
    assert insisted.content == EICAR
    assert insisted.headers["content-type"] == "application/octet-stream"
    assert ".infected" in insisted.headers["content-disposition"]
    assert "file_infected" in await story(desk, agent, file)
    assert "file_infected" not in await story(desk, customer, file)


@pytest.mark.parametrize("content", [LOCKED + b" archive", zipped(locked=True)])
async def test_what_cannot_be_looked_into_is_never_clean(
    desk: Desk, scanner: Clamd, content: bytes
) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, content)
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "unscannable"
    assert (await seen(desk, customer, file)).json()["code"] == "file_withheld"
    assert (await seen(desk, desk.agent(), file)).status_code == 200
    assert "file_unscannable" in await story(desk, desk.agent(), file)


async def test_what_is_too_large_for_the_scanner_is_never_clean(
    desk: Desk, scanner: Clamd, fake: FakeClamd
) -> None:
    """The scanner hangs up in the middle; what it said before is heard all the same."""
    fake.limit = 100_000
    file = await attached(desk, desk.customer(), bytes(8_000_000))
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "unscannable"


async def test_a_scanner_that_is_away_costs_a_file_nothing_but_time(
    desk: Desk, fake: FakeClamd
) -> None:
    customer = desk.customer()
    file = await attached(desk, customer, b"waits")
    async with clamd(fake) as place:
        pass
    away = Clamd(place)
    for _ in range(ATTEMPTS + 3):
        assert not await scan_some(desk.context, away)
        await due(desk)
    assert await state(desk, file) == "pending"
    assert (await check(desk.context)).status == "pass"
    late = "update tickets.attachment set created_at = now() - interval '6 minutes' where id = $1"
    await desk.look(late, file["id"])
    assert (await check(desk.context)).status == "warn", "operators see that files wait"
    async with clamd(fake, place) as back:
        await scan_some(desk.context, Clamd(back))
    assert await state(desk, file) == "clean"


@pytest.mark.parametrize("mood", ["cut", "confused"])
async def test_a_file_that_the_scanner_fails_on_ends_as_unscannable(
    desk: Desk, scanner: Clamd, fake: FakeClamd, mood: str
) -> None:
    """And does not keep the others waiting meanwhile."""
    setattr(fake, mood, True)
    file = await attached(desk, desk.customer(), b"poison")
    for attempt in range(1, ATTEMPTS):
        await scan_some(desk.context, scanner)
        assert await state(desk, file) == "pending", attempt
        await due(desk)
    other = await attached(desk, desk.customer(), b"good")
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "unscannable"
    setattr(fake, mood, False)
    await due(desk)
    await scan_some(desk.context, scanner)
    assert await state(desk, other) == "clean"


async def test_a_process_that_dies_over_a_file_leaves_it_to_the_next(
    desk: Desk, scanner: Clamd
) -> None:
    file = await attached(desk, desk.customer(), b"left behind")

    class Killed(BaseException):
        pass

    class Dying:
        async def ask(self, content: AsyncIterator[bytes]) -> bytes:
            raise Killed(content)

    with pytest.raises(Killed):
        await scan_some(desk.context, Dying())
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "pending", "it is still the dead one's"
    await due(desk)
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "clean"


async def test_a_content_that_is_gone_counts_as_unscannable(desk: Desk, scanner: Clamd) -> None:
    file = await attached(desk, desk.customer(), b"lost")
    await desk.look("update tickets.attachment set file_id = $2 where id = $1", file["id"], NOWHERE)
    await scan_some(desk.context, scanner)
    assert await state(desk, file) == "unscannable"


async def test_a_note_of_a_merged_tickets_file_goes_to_where_it_lives(
    desk: Desk, scanner: Clamd
) -> None:
    customer, agent = desk.customer(), desk.agent()
    file = await attached(desk, customer, EICAR)
    target = await desk.open(customer)
    assert (
        await desk.do(agent, file["ticket"], "merge", {"into": target["id"]})
    ).status_code == 200
    await scan_some(desk.context, scanner)
    assert "file_infected" in await story(desk, agent, {"ticket": target["id"]})


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_the_scanner_is_reached_by_its_socket_too(tmp_path: Path, fake: FakeClamd) -> None:
    async with clamd(fake, str(tmp_path / "clamd.ctl")) as place:
        answer = await Clamd(place).ask(_one(EICAR))
        assert verdict(answer) == "infected"
    with pytest.raises(ScannerAway):
        await Clamd(place).ask(_one(b"x"))
    for nonsense in ("nowhere", "127.0.0.1:port", ""):
        with pytest.raises(ScannerAway):
            await Clamd(nonsense).ask(_one(b"x"))


async def test_a_silent_cut_is_told_from_a_scanner_that_is_away(fake: FakeClamd) -> None:
    fake.cut = True
    async with clamd(fake) as place:
        with pytest.raises(ScanBroken):
            await Clamd(place).ask(_one(bytes(3_000_000)))
