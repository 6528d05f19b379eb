"""The SMTP dialogue on a real socket: what is accepted, refused, postponed, and never split."""

import asyncio
import smtplib
import socket
from typing import Any

import asyncpg
import pytest

from services.intake.adapters.smtp import Rules, connections
from services.intake.store import mailboxes
from shared.kit.ids import uuid7
from tests.engines import Database, eventually
from tests.services.intake.conftest import SUPPORT, Office

MAIL = (
    b"From: Sara <sara@client.example>\r\nTo: support@localhost\r\n"
    b"Subject: Dialogue\r\n\r\nIt is down.\r\n"
)


class Talk:
    """A client that says exactly these bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._lines = self._socket.makefile("rb")

    def say(self, data: bytes) -> None:
        self._socket.sendall(data)

    def hear(self) -> str:
        """One whole answer, continuation lines included."""
        while (line := self._lines.readline().decode()) and line[3:4] == "-":
            continue
        return line.strip()

    def close(self) -> None:
        self._socket.close()


def greet(port: int, *recipients: str) -> Talk:
    talk = Talk(port)
    assert talk.hear().startswith("220")
    talk.say(b"EHLO client.example\r\n")
    assert talk.hear().startswith("250")
    talk.say(b"MAIL FROM:<sara@client.example>\r\n")
    assert talk.hear().startswith("250")
    for one in recipients or (SUPPORT,):
        talk.say(b"RCPT TO:<%s>\r\n" % one.encode())
        assert talk.hear().startswith("250")
    talk.say(b"DATA\r\n")
    assert talk.hear().startswith("354")
    return talk


async def run(work: Any, *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


async def kept(office: Office) -> int:
    async with office.context.tx() as tx:
        count: int = await tx.scalar("select count(*) from intake.inbound_mail")
    return count


async def test_250_names_a_mail_that_is_committed(office: Office, database: Database) -> None:
    mail_id = await office.send(MAIL)
    connection = await asyncpg.connect(database.superuser_dsn)
    row = await connection.fetchrow(
        "select channel, size, raw from intake.inbound_mail where id = $1", mail_id
    )
    await connection.close()
    assert (row["channel"], row["size"]) == ("smtp", len(MAIL))
    assert b"It is down" not in row["raw"]
    answer = await office.http.get(f"/v1/intake/mails/{mail_id}/raw")
    assert answer.content == MAIL
    first = (await office.facts(mail_id))[0]
    assert (first["type"], first["sequence"]) == ("mail.accepted.v1", 1)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        (SUPPORT, 250),
        ("Support@LOCALHOST", 250),
        ("support+r" + "a" * 32 + "@localhost", 250),
        ("support+b" + "a" * 42 + "@localhost", 250),
        ("nobody@localhost", 550),
        ("someone@elsewhere.example", 550),
        ("support+r" + "a" * 31 + "@localhost", 550),
        ("support@localhost@elsewhere.example", 550),
        ("@relay.example:support@localhost", 250),
        ("nobody", 550),
    ],
)
async def test_only_mail_for_us_is_let_in(office: Office, address: str, code: int) -> None:
    def ask() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", office.port, timeout=10) as client:
            client.ehlo()
            client.mail("sara@client.example")
            return client.docmd(f"RCPT TO:<{address}>")

    answer = await run(ask)
    assert answer[0] == code or (code == 550 and answer[0] in {501, 553}), answer


async def test_a_department_mailbox_receives_as_soon_as_it_is_known(office: Office) -> None:
    department = uuid7()
    async with office.context.tx() as tx:
        await mailboxes.put(tx, department, "billing@localhost", is_default=False)
    seen = await office.settled(await office.send(MAIL + b"!", "s@c.example", "billing@localhost"))
    assert seen["department_id"] == str(department)


async def test_a_mail_that_is_too_big_is_552_before_and_after_data(office: Office) -> None:
    def declared() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", office.port, timeout=10) as client:
            client.ehlo()
            return client.mail("a@b.example", ["SIZE=40000000"])

    def sent() -> str:
        talk = greet(office.port)
        block = b"x" * 998 + b"\r\n"
        for _ in range(36):
            talk.say(block * 1049)
        talk.say(b".\r\n")
        answer = talk.hear()
        talk.say(b"NOOP\r\n")
        assert talk.hear().startswith("250")
        talk.close()
        return answer

    assert (await run(declared))[0] == 552
    assert (await run(sent)).startswith("552 5.3.4")


async def test_a_line_of_a_megabyte_is_taken(office: Office) -> None:
    raw = MAIL + b"x" * 1_500_000 + b"\r\n"
    seen = await office.handle(raw)
    assert seen["size"] == len(raw)


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n\x00.\r\n"]
)
async def test_only_crlf_dot_crlf_ends_a_message(office: Office, end: bytes) -> None:
    before = await kept(office)
    smuggled = (
        b"MAIL FROM:<boss@client.example>\r\nRCPT TO:<support@localhost>\r\nDATA\r\n"
        b"Subject: smuggled\r\n\r\nx"
    )

    def talk_it() -> str:
        talk = greet(office.port)
        talk.say(MAIL + b"seed %d" % hash(end) + end + smuggled + b"\r\n.\r\n")
        answer = talk.hear()
        talk.say(b"QUIT\r\n")
        assert talk.hear().startswith("221")
        talk.close()
        return answer

    answer = await run(talk_it)
    assert answer.startswith("250")
    assert await kept(office) == before + 1
    raw = await office.http.get(f"/v1/intake/mails/{answer.rpartition(' ')[2]}/raw")
    assert b"smuggled" in raw.content


async def test_dots_are_unstuffed_and_an_empty_message_is_kept(office: Office) -> None:
    def talk_it() -> tuple[str, str]:
        talk = greet(office.port)
        talk.say(b"Subject: dots\r\n\r\n..one\r\n...two\r\n.three\r\n.\r\n")
        first = talk.hear()
        talk.say(b"MAIL FROM:<>\r\nRCPT TO:<support@localhost>\r\nDATA\r\n")
        assert [talk.hear()[:3] for _ in range(3)] == ["250", "250", "354"]
        talk.say(b".\r\n")
        second = talk.hear()
        talk.close()
        return first, second

    first, second = await run(talk_it)
    raw = await office.http.get(f"/v1/intake/mails/{first.rpartition(' ')[2]}/raw")
    assert raw.content == b"Subject: dots\r\n\r\n.one\r\n..two\r\nthree\r\n"
    seen = await office.settled(second.rpartition(" ")[2])
    assert seen["size"] == 0
    assert seen["state"] in {"held", "quarantined"}


async def test_pipelined_commands_are_answered_in_order(office: Office) -> None:
    def talk_it() -> list[str]:
        talk = Talk(office.port)
        talk.say(
            b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<no@x.example>\r\n"
            b"RCPT TO:<support@localhost>\r\nDATA\r\n"
        )
        heard = [talk.hear() for _ in range(6)]
        talk.say(b"Subject: one\r\n\r\n1\r\n.\r\nMAIL FROM:<a@b.example>\r\nRSET\r\nQUIT\r\n")
        heard += [talk.hear() for _ in range(4)]
        talk.close()
        return [line[:3] for line in heard]

    assert await run(talk_it) == [
        *("220", "250", "250", "550", "250", "354"),
        *("250", "250", "250", "221"),
    ]


async def test_a_database_that_is_away_is_451_and_nothing_is_lost(
    office: Office, database: Database
) -> None:
    before = await kept(office)
    talk = await run(greet, office.port)
    connection = await asyncpg.connect(database.administrator.dsn("postgres"))
    try:
        await connection.execute(f'alter database "{database.name}" allow_connections false')
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            database.name,
        )
        talk.say(MAIL + b"while away\r\n.\r\n")
        assert (await run(talk.hear)).startswith("451 4.3.0")
    finally:
        await connection.execute(f'alter database "{database.name}" allow_connections true')
        await connection.close()
    talk.close()

    async def back() -> bool:
        try:
            await office.send(MAIL + b"while away\r\n")
        except smtplib.SMTPException:
            return False
        return True

    await eventually(back)
    assert await kept(office) == before + 1


async def test_commands_that_are_none_do_not_break_the_door(office: Office) -> None:
    def talk_it() -> list[str]:
        talk = Talk(office.port)
        heard = [talk.hear()]
        for line in (
            *(b"HELP", b"\xff\xfe", b"DATA", b"MAIL FROM:<" + b"a" * 3000 + b">", b"EHLO x"),
            *(b"MAIL FROM:<\xff\x00@[>", b"MAIL FROM:<a@b> SIZE=x", b'RCPT TO:<"', b"VRFY root"),
            b"MAIL",
        ):
            talk.say(line + b"\r\n")
            heard.append(talk.hear())
        talk.close()
        return heard

    heard = await run(talk_it)
    assert all(line[:3].isdigit() for line in heard), heard
    assert (await office.handle(MAIL + b"still here")) is not None


async def test_connections_are_capped_and_idle_ones_are_cut() -> None:
    class Nobody:
        async def knows(self, _address: str) -> bool:
            return False

        async def take(self, *_told: Any) -> str:
            raise AssertionError

        def failed(self, error: Exception) -> None:
            raise AssertionError(error)

    rules = Rules("desk", 1000, 2, idle_seconds=0.3, data_seconds=0.3, bytes_in_flight=1000)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connections(Nobody(), rules), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    talks = [await run(Talk, port) for _ in range(3)]
    greetings = [await run(talk.hear) for talk in talks]
    assert [line[:3] for line in greetings] == ["220", "220", "421"]
    assert await run(talks[0].hear) == ""
    assert await run(talks[1].hear) == ""
    again = await run(Talk, port)
    assert (await run(again.hear)).startswith("220")
    for talk in (*talks, again):
        talk.close()
    server.close()


async def test_an_envelope_that_is_no_text_is_taken_all_the_same(office: Office) -> None:
    def talk_it() -> str:
        talk = Talk(office.port)
        talk.say(b"EHLO c\r\nMAIL FROM:<\xe3\xff@client.example> SMTPUTF8\r\n")
        assert [talk.hear()[:3] for _ in range(3)] == ["220", "250", "250"]
        talk.say(b"RCPT TO:<support@localhost>\r\nDATA\r\n")
        assert [talk.hear()[:3] for _ in range(2)] == ["250", "354"]
        talk.say(MAIL + b"odd envelope\r\n.\r\n")
        return talk.hear()

    answer = await run(talk_it)
    assert answer.startswith("250"), answer
    assert (await office.settled(answer.rpartition(" ")[2]))["state"] == "routed"
