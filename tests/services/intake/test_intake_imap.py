"""Fetching from real mailboxes: nothing lost, nothing twice, nothing marked read (mail.md 6.4)."""

import asyncio
import imaplib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.adapters.imap import Post as Line
from services.intake.domain.servers import Auth, Security, Server
from services.intake.timers import gauge, imap
from shared.kit.workers import Stop
from tests.contexts import MakeContext, MakeSettings
from tests.engines import eventually, free_port
from tests.fakes.dovecot import PASSWORD, Dovecot
from tests.fakes.gate import Gate
from tests.services.intake.conftest import Office, opened
from tests.services.intake.post import QUICK, Post, dovecot, letter, subjects

__all__ = ["dovecot"]


@pytest.fixture(scope="module")
async def office(make_settings: MakeSettings, directory: dict[str, str]) -> AsyncIterator[Office]:
    port = free_port()
    settings = make_settings(
        "intake",
        peers={"gateway": directory["ops"]},
        listen_smtp=f"127.0.0.1:{port}",
        **QUICK,
        SANAD_INTAKE_MESSAGE_BYTES=200_000,
    )
    async with opened(settings, directory["token"], port) as found:
        yield found


@pytest.fixture
async def post(office: Office, dovecot: Dovecot) -> AsyncIterator[Post]:
    made = Post(office, dovecot)
    yield made
    await made.clear()


async def test_a_mailbox_that_is_set_up_brings_its_mail_in(post: Post) -> None:
    user = post.account()
    await post.put(user, letter("before"))
    mailbox = await post.add(user)
    await post.came(mailbox, 1)
    await post.put(user, letter("announced"))
    rows = await post.came(mailbox, 2)
    assert await subjects(post.office, rows) == ["before", "announced"]
    assert {row["channel"] for row in rows} == {"imap"}
    assert {row["state"] for row in rows} == {"routed"}
    seen = await post.see(mailbox)
    assert seen["state"] == "working"
    assert seen["last_poll_at"] is not None


async def test_what_was_read_by_a_person_comes_in_and_what_we_fetched_stays_unread(
    post: Post,
) -> None:
    user = post.account()
    await post.put(user, letter("read already"), letter("unread"))
    with post.server.mailbox(user) as client:
        client.uid("STORE", "1", "+FLAGS", r"(\Seen)")
    mailbox = await post.add(user)
    await post.came(mailbox, 2)

    async def marked() -> bool:
        flags = await asyncio.to_thread(post.server.flags, user)
        return all("$SanadAccepted" in one for one in flags.values())

    await eventually(marked)
    flags = await asyncio.to_thread(post.server.flags, user)
    assert [r"\Seen" in flags[uid] for uid in (1, 2)] == [True, False]


async def test_what_was_taken_moves_to_its_folder_when_that_is_wanted(post: Post) -> None:
    user = post.account()
    mailbox = await post.add(user, after="move")
    await post.put(user, letter("one"), letter("two"))
    await post.came(mailbox, 2)

    async def moved() -> bool:
        def look() -> tuple[int, int]:
            with post.server.mailbox(user) as client:
                left = int(client.select("INBOX")[1][0] or b"0")
                status, told = client.select("Sanad/Accepted")
            return left, int(told[0] or b"0") if status == "OK" else 0

        return await asyncio.to_thread(look) == (0, 2)

    await eventually(moved)
    await post.put(user, letter("three"))
    await post.came(mailbox, 3)


async def test_a_mailbox_routes_like_its_address(post: Post) -> None:
    user = post.account()
    mailbox = await post.add(user)
    await post.put(user, letter("plain", to="undisclosed-recipients:;"))
    (row,) = await post.came(mailbox, 1)
    assert str(row["department_id"]) == mailbox["department_id"]
    mail_id = await post.office.send(letter("by smtp"), "s@client.example", mailbox["address"])
    assert (await post.office.settled(mail_id))["state"] == "routed"


async def test_the_servers_own_date_is_the_arrival(post: Post) -> None:
    user = post.account()
    mailbox = await post.add(user)
    await post.polled(mailbox)
    past = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30, hours=3)
    await post.put(user, letter("waited through our outage"), arrived=past)
    await post.put(user, letter("from the future"), arrived=past + timedelta(days=900))
    first, second = await post.came(mailbox, 2)
    assert first["received_at"] == past
    assert timedelta(0) <= second["accepted_at"] - second["received_at"] < timedelta(seconds=10)
    facts = await post.office.facts(str(first["id"]))
    routed = next(fact["data"] for fact in facts if fact["type"] == "mail.routed.v1")
    assert datetime.fromisoformat(routed["received_at"]) == past
    assert facts[0]["data"]["channel"] == "imap"


async def test_old_mail_that_stood_in_the_folder_is_left_alone(post: Post) -> None:
    user = post.account()
    await post.put(user, letter("ancient"), arrived=datetime.now(UTC) - timedelta(days=40))
    await post.put(user, letter("of yesterday"), arrived=datetime.now(UTC) - timedelta(days=1))
    mailbox = await post.add(user)
    rows = await post.came(mailbox, 1)
    assert await subjects(post.office, rows) == ["of yesterday"]


async def test_a_new_uidvalidity_is_read_anew_and_nothing_comes_twice(post: Post) -> None:
    user = post.account()
    await post.put(user, *(letter(f"mail {number}") for number in range(5)))
    mailbox = await post.add(user)
    before = await post.came(mailbox, 5)
    post.server.doveadm("mailbox", "update", "-u", user, "--uid-validity", "77777777", "INBOX")
    await post.put(user, letter("afterwards"))
    rows = await post.came(mailbox, 6)
    assert [row["id"] for row in rows[:5]] == [row["id"] for row in before]
    assert await subjects(post.office, rows[5:]) == ["afterwards"]
    assert ":77777777:" in rows[5]["source_key"]
    assert {row["state"] for row in rows} == {"routed"}


async def test_a_mail_that_cannot_be_read_holds_up_nobody_and_is_shown(post: Post) -> None:
    user = post.account()
    mailbox = await post.add(user)
    await post.polled(mailbox)
    await post.office.http.patch(f"/v1/intake/mailboxes/{mailbox['id']}", json={"enabled": False})
    await post.put(user, letter("good one"), letter("poison"), letter("good two"))
    file = await asyncio.to_thread(post.server.file_of, user, b"poison")
    owner = file.stat()
    os.chown(file, os.getuid(), os.getgid())
    file.chmod(0)
    await post.office.http.patch(f"/v1/intake/mailboxes/{mailbox['id']}", json={"enabled": True})
    rows = await post.came(mailbox, 3, within=30)
    assert [row["state"] for row in rows] == ["routed", "unfetchable", "routed"]
    stub = rows[1]
    answer = await post.office.http.get("/v1/intake/mails", params={"state": "unfetchable"})
    assert [one["id"] for one in answer.json()["items"]] == [str(stub["id"])]
    found = await gauge.mailboxes(post.office.context)
    assert (found.status, found.cause) == ("warn", f"{mailbox['id']} unfetchable")

    await post.office.http.post(f"/v1/intake/mails/{stub['id']}/replay")
    await post.polled(mailbox)
    assert (await post.rows(mailbox))[1]["state"] == "unfetchable"
    file.chmod(0o600)
    os.chown(file, owner.st_uid, owner.st_gid)
    await post.office.http.post(f"/v1/intake/mails/{stub['id']}/replay")

    async def came() -> bool:
        state: str = (await post.office.see(stub["id"]))["state"]
        return state == "routed"

    await eventually(came)
    seen = await post.office.see(stub["id"])
    assert seen["subject"] == "poison"
    facts = await post.office.facts(str(stub["id"]))
    assert [(one["type"], one["sequence"]) for one in facts] == [
        ("mail.accepted.v1", 1),
        ("mail.routed.v1", 2),
    ]


async def test_a_mail_that_is_too_large_is_cut_and_says_so(post: Post) -> None:
    user = post.account()
    mailbox = await post.add(user)
    await post.put(user, letter("large", body="x" * 70 + "\r\n" + ("y" * 76 + "\r\n") * 4000))
    (row,) = await post.came(mailbox, 1)
    assert row["size"] == 200_000
    seen = await post.office.see(row["id"])
    assert seen["subject"] == "large"
    assert "message_cut" in seen["reasons"]


async def test_a_server_that_is_away_is_told_of_and_blocks_no_other(post: Post) -> None:
    user, other = post.account(), post.account()
    async with Gate(post.server.port) as gate:
        mailbox = await post.add(user, port=gate.port)
        sound = await post.add(other)
        await post.put(user, letter("one"))
        await post.came(mailbox, 1)
        gate.open = False
        gate.drop()

        async def failing() -> bool:
            return (await post.see(mailbox))["state"] == "failing"

        await eventually(failing)
        seen = await post.see(mailbox)
        assert seen["failure"]["code"] in {"not_imap", "broken_off"}
        assert seen["failing_since"] is not None
        await post.put(user, letter("while away"))
        await post.put(other, letter("next door"))
        await post.came(sound, 1)
        before = gate.connections
        gate.open = True
        rows = await post.came(mailbox, 2)
        assert await subjects(post.office, rows) == ["one", "while away"]
        assert gate.connections > before
        assert (await post.see(mailbox))["state"] == "working"


async def test_a_check_that_passes_ends_the_rest_after_failures(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = post.office.context.settings.model_copy(update={"imap_longest_pause": 300.0})
    monkeypatch.setitem(vars(post.office.context), "settings", patient)
    monkeypatch.setattr("services.intake.domain.servers._FIRST_PAUSE", 300.0)
    user = post.account()
    async with Gate(post.server.port) as gate:
        gate.open = False
        mailbox = await post.add(user, port=gate.port)

        async def failing() -> bool:
            return (await post.see(mailbox))["state"] == "failing"

        await eventually(failing)
        await post.put(user, letter("waits"))
        gate.open = True
        assert (await post.check(mailbox))["ok"]
        await post.came(mailbox, 1)


async def test_a_line_that_breaks_in_the_middle_of_a_mail_loses_and_repeats_nothing(
    post: Post,
) -> None:
    user = post.account()
    async with Gate(post.server.port) as gate:
        mailbox = await post.add(user, port=gate.port)
        await post.polled(mailbox)
        gate.cut = b"FETCH 2 (UID BODY.PEEK"
        await post.put(user, *(letter(f"mail {number}") for number in range(4)))

        async def cut() -> bool:
            return gate.cuts == 2

        await eventually(cut)
        gate.cut = b""
        rows = await post.came(mailbox, 4)
        assert await subjects(post.office, rows) == [f"mail {number}" for number in range(4)]


async def test_replicas_never_read_a_mailbox_at_once(
    post: Post, make_context: MakeContext, directory: dict[str, str]
) -> None:
    user = post.account()
    other = make_context("intake", peers={"gateway": directory["ops"]}, **QUICK)
    stop = Stop()
    task = asyncio.create_task(imap.work(other, stop))
    try:
        async with Gate(post.server.port) as gate:
            mailbox = await post.add(user, port=gate.port)
            await post.put(user, *(letter(f"mail {number}") for number in range(30)))
            await post.came(mailbox, 30)
            assert gate.connections == 1
    finally:
        stop.set()
        other.wake("mailboxes")
        await task


async def test_a_replica_that_dies_is_replaced_when_its_lease_ends(
    post: Post, make_context: MakeContext
) -> None:
    user = post.account()
    mailbox = await post.add(user, enabled=False)
    async with post.office.context.tx() as tx:
        await tx.execute(
            """update intake.server_mailbox set holder = :holder, held_until = :until,
                enabled = true where id = :id""",
            {
                "holder": mailbox["id"],
                "until": post.office.context.clock.now() + timedelta(seconds=2),
                "id": mailbox["id"],
            },
        )
    await post.put(user, letter("left behind"))
    await post.came(mailbox, 1)


async def test_two_doors_and_two_addresses_make_one_mail(post: Post) -> None:
    first, second = post.account(), post.account()
    one, two = await post.add(first), await post.add(second)
    raw = letter("to both", to=f"{one['address']}, {two['address']}")
    await post.put(first, b"Return-Path: <sara@client.example>\r\n" + raw)
    (original,) = await post.came(one, 1)
    await post.put(second, b"Received: from elsewhere\r\n" + raw)
    (copy,) = await post.came(two, 1)
    assert (original["state"], copy["state"]) == ("routed", "duplicate")
    assert copy["duplicate_of"] == original["id"]
    assert [fact["type"] for fact in await post.office.facts(str(copy["id"]))] == [
        "mail.accepted.v1"
    ]
    third = await post.office.handle(raw, "sara@client.example", two["address"])
    assert third["state"] == "duplicate"


async def test_a_wait_that_is_announced_is_taken_up_before_the_next_poll(post: Post) -> None:
    """The poll is a minute away: only the server's announcement can bring this mail so soon."""
    user = post.account()
    mailbox = await post.add(user)
    await post.polled(mailbox)
    await post.put(user, letter("announced"))
    await post.came(mailbox, 1, within=8)


async def test_a_mail_that_its_server_cannot_read_is_not_taken_for_an_empty_one(post: Post) -> None:
    """The server says OK then, and NIL for the bytes."""
    user = post.account()
    await post.put(user, letter("a folder by now"))
    file = await asyncio.to_thread(post.server.file_of, user, b"a folder by now")
    file.unlink()
    file.mkdir()
    words = {"security": Security.NONE, "auth": Auth.PASSWORD, "username": user}
    line = Line(Server(host="127.0.0.1", port=post.server.port, **words), 10)

    def ask() -> bytes | None:
        line.connect()
        line.login(PASSWORD)
        line.open()
        return line.raw(1)

    try:
        with pytest.raises(imaplib.IMAP4.error):
            await asyncio.to_thread(ask)
    finally:
        line.close()
