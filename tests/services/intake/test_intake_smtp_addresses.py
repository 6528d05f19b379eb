"""Which addresses the door takes in MAIL and RCPT (RFC 5321 4.5.1, 4.5.3.1), over a real line."""

from typing import Final

import pytest

from services.intake.domain.owners import with_postmasters
from services.intake.store import mailboxes
from shared.kit.ids import uuid7
from shared.vocabulary import DEFAULT_DEPARTMENT
from tests.services.intake.conftest import Office
from tests.services.intake.test_intake_flow import letter
from tests.services.intake.test_intake_smtp import Talk, run

_DOMAIN: Final = ".".join(["d" * 60] * 4)
SENDERS: Final = (
    (b"<>", 250),
    (b"<" + b"a" * 64 + b"@b.example>", 250),
    (b"<" + b"a" * 65 + b"@b.example>", 553),
    (b'<"' + b"a" * 65 + b'"@b.example>', 553),
    (b"<" + "س".encode() * 32 + b"@b.example>", 250),
    (b"<" + "س".encode() * 33 + b"@b.example>", 553),
    (b"<" + b"a" * (253 - len(_DOMAIN)) + b"@" + _DOMAIN.encode() + b">", 250),
    (b"<" + b"a" * (254 - len(_DOMAIN)) + b"@" + _DOMAIN.encode() + b">", 553),
    (b"<a@" + b"d" * 300 + b".example>", 553),
    (b"<sa\x01ra@b.example>", 553),
    (b'<"sa\x00ra"@b.example>', 553),
    (b"<sa\x7fra@b.example>", 553),
    (b"<sara@b\x1b[2J.example>", 553),
    ("<sa\u0085ra@b.example>".encode(), 553),
    ("<سارة@مثال.example> SMTPUTF8".encode(), 250),
)


@pytest.mark.parametrize(("path", "code"), SENDERS, ids=range(len(SENDERS)))
async def test_a_sender_is_an_address_or_nobody(office: Office, path: bytes, code: int) -> None:
    def ask() -> str:
        talk = Talk(office.port)
        talk.hear()
        talk.say(b"EHLO client.example\r\n")
        talk.hear()
        talk.say(b"MAIL FROM:" + path + b"\r\n")
        said = talk.hear()
        talk.close()
        return said

    said = await run(ask)
    # What is no address at all may be told so as a syntax error too.
    assert said[:3] == str(code) or (code == 553 and said[:3] == "501"), said


@pytest.mark.parametrize(
    "path", ["<postmaster>", "<POSTMASTER>", " <Postmaster>", "<PostMaster@LOCALHOST>"]
)
async def test_the_postmaster_is_always_reached(office: Office, path: str) -> None:
    """A ticket of the default department, as any other mail to the house."""

    def talk() -> list[str]:
        talk = Talk(office.port)
        talk.hear()
        heard = []
        lines = ("EHLO c", "MAIL FROM:<sara@client.example>", f"RCPT TO:{path}", "DATA")
        for line in (*map(str.encode, lines), letter(subject=path) + b"\r\n."):
            talk.say(line + b"\r\n")
            heard.append(talk.hear())
        talk.close()
        return heard

    heard = await run(talk)
    assert [one[:3] for one in heard] == ["250", "250", "250", "354", "250"], heard
    seen = await office.settled(heard[-1].rpartition(" ")[2])
    assert (seen["state"], seen["decision"]) == ("routed", "new")
    assert seen["department_id"] == str(DEFAULT_DEPARTMENT)


async def test_nobody_else_goes_without_a_domain(office: Office) -> None:
    for address in ("support", "postmaster2", "postmaster@", "postmaster@elsewhere.example"):
        with pytest.raises(Exception, match=r"5(?:01|5\d)"):
            await office.send(letter(), "sara@client.example", address)


async def test_the_house_may_give_its_postmaster_to_a_department(office: Office) -> None:
    department = uuid7()
    async with office.context.tx() as tx:
        await mailboxes.put(tx, department, "postmaster@desk.example", is_default=False)
    seen = await office.handle(letter(), "sara@client.example", "postmaster@desk.example")
    assert seen["department_id"] == str(department)


async def test_what_a_postmaster_writes_is_not_our_own(office: Office) -> None:
    """Mail servers of the house report from that address."""
    seen = await office.handle(letter(sender="postmaster@localhost"), "postmaster@localhost")
    assert seen["class"] == "human"


def test_each_domain_of_ours_has_a_postmaster() -> None:
    it, house = uuid7(), uuid7()
    ours = {"support@desk.example": DEFAULT_DEPARTMENT, "postmaster@it.example": it, "b@c": house}
    assert with_postmasters(ours, "MX.desk.example") == {
        **ours,
        "postmaster@desk.example": DEFAULT_DEPARTMENT,
        "postmaster@c": DEFAULT_DEPARTMENT,
        "postmaster@mx.desk.example": DEFAULT_DEPARTMENT,
    }
