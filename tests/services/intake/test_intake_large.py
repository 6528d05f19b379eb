"""Large mails: one at a time is worked on, in few copies; what is stored of them is the same."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import alike
from services.intake.domain.mail import Envelope
from services.intake.store import claims, mails
from services.intake.usecases import secrets
from services.intake.usecases.accept import accept
from services.intake.usecases.taking import Taking
from shared.kit.crypto import Box, SealBroken
from tests.services.intake.conftest import SUPPORT, Office
from tests.services.intake.test_intake_flow import letter

LEASE = timedelta(seconds=6)


async def due(office: Office, *sizes: int) -> list[UUID]:
    """Mails that the worker of this office leaves alone, in the order in which they came."""
    made = []
    async with office.context.tx() as tx:
        await tx.scalar("select 1")  # the rest goes into the same transaction
        for place, size in enumerate(sizes):
            raw = letter(body="x" * size)
            made.append(await accept(tx, raw, Envelope("sara@client.example"), "smtp"))
            await mails.postpone(tx, made[-1], timedelta(hours=1, seconds=place))
    return made


async def claimed(office: Office, ids: list[UUID], largest: int = claims.ANY) -> dict[int, int]:
    """How many sealed bytes came with each of these mails, by its place."""
    async with office.context.tx() as tx:
        tx.now += timedelta(hours=2)
        found = await claims.claim(tx, 10, 10**6, LEASE, largest)
    return {ids.index(one.id): len(one.raw) for one in found if one.id in ids}


async def test_the_small_pass_and_the_large_are_read_one_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LARGE", 10_000)
    ids = await due(office, 5, 20_000, 30_000, 6)
    first = await claimed(office, ids)
    assert set(first) == {0, 1, 3}
    assert (first[0] > 0, first[1], first[3] > 0) == (True, 0, True)
    assert await claimed(office, ids, claims.LARGE) == {}
    assert await claimed(office, ids) == {2: 0}


async def test_a_large_mail_is_read_though_nothing_of_it_came_with_the_claim(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "LARGE", 10_000)
    seen = await office.handle(letter(subject="Large", body="It is down. " * 2000))
    assert (seen["subject"], seen["decision"], seen["degraded"]) == ("Large", "new", False)


async def test_a_mail_is_let_go_as_soon_as_it_is_sealed(office: Office) -> None:
    raw = letter(body="y" * 1_200_000)
    mine = bytearray(raw)
    mail_id = await Taking(office.context).take(mine, Envelope("s@client.example", (SUPPORT,)))
    assert mine == b""
    assert (await office.see(mail_id))["size"] == len(raw)
    answer = await office.http.get(f"/v1/intake/mails/{mail_id}/raw")
    assert answer.content == raw


def test_what_was_sealed_large_opens_like_anything_else() -> None:
    box, row = Box(uuid4(), {1: b"k" * 32, 7: b"l" * 32}), uuid4()
    for plain in (b"", b"x", b"y" * 100_000):
        sealed = box.seal_large(secrets.RAW, row, bytearray(plain))
        assert box.open_bytes(secrets.RAW, row, bytes(sealed)) == plain
        assert (sealed[0], len(sealed)) == (7, len(box.seal(secrets.RAW, row, plain)))
        with pytest.raises(SealBroken):
            box.open_bytes(secrets.RAW, uuid4(), bytes(sealed))


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(st.sampled_from((b"\r\n", b"\r", b"\n", b" ", b"\t", b"a", b"bc")), max_size=14))
def test_a_text_in_pieces_is_the_text(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "_PIECE", 3)
        told = b"".join(alike.lines_alike(text))
    assert told == text.replace(b"\r\n", b"\n").strip()
