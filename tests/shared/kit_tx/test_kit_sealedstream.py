"""Contents sealed in chunks: known vectors, any span, and every way to tamper with them."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import example, given
from hypothesis import strategies as st

from shared.kit.crypto import SealBroken
from shared.kit.sealedstream import (
    CHUNK,
    HEADER,
    TAG,
    Opener,
    Sealer,
    new_key,
    sealed_size,
)

KEY = bytes(range(32))
NAME = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PREFIX = bytes.fromhex("0102030405060708")


def sealed(content: bytes, *, key: bytes = KEY, name: UUID = NAME, piece: int = 10_000) -> bytes:
    sealer = Sealer(key, name, PREFIX)
    pieces = [content[i : i + piece] for i in range(0, len(content), piece)]
    return b"".join([sealer.add(one) for one in pieces]) + sealer.finish()


def opener(form: bytes, size: int, *, key: bytes = KEY, name: UUID = NAME) -> Opener:
    async def read(start: int, stop: int) -> AsyncIterator[bytes]:
        yield form[start:stop]

    return Opener(key, name, size, read)


async def opened(form: bytes, size: int, start: int = 0, stop: int | None = None) -> bytes:
    span = opener(form, size).span(start, size if stop is None else stop)
    return b"".join([piece async for piece in span])


def by_hand(content: bytes) -> bytes:
    """The layout of the docstring, written a second time with nothing but the cipher."""
    header = b"SND\x01" + PREFIX
    chunks = [content[i : i + CHUNK] for i in range(0, len(content), CHUNK)] or [b""]
    out = header
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        nonce = PREFIX + number.to_bytes(3, "big") + (b"\x01" if last else b"\x00")
        out += AESGCM(KEY).encrypt(nonce, chunk, header + NAME.bytes)
    return out


SIZES = [0, 1, TAG, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 17 * CHUNK + 5]


@pytest.mark.parametrize("size", SIZES)
async def test_the_form_is_what_the_layout_says_and_opens_again(size: int) -> None:
    content = bytes(i * 7 & 255 for i in range(size))
    form = sealed(content)
    assert form == by_hand(content)
    assert len(form) == sealed_size(size)
    assert await opened(form, size) == content


def test_known_contents_have_known_forms() -> None:
    """Written down once: a change of the layout would make old files unreadable."""
    assert sealed(b"").hex() == VECTOR_EMPTY
    assert sealed(b"sanad").hex() == VECTOR_SHORT


VECTOR_EMPTY = "534e44010102030405060708a508f1615552c41877b6ae731d7e3806"
VECTOR_SHORT = "534e4401010203040506070816ea8fd2c714bc31f31a11486ddcd4e2f5a0fa0a79"


@given(
    size=st.integers(0, 3 * CHUNK),
    piece=st.integers(1, 2 * CHUNK),
    start=st.integers(0, 3 * CHUNK),
    length=st.integers(0, 3 * CHUNK),
)
@example(size=3 * CHUNK, piece=CHUNK, start=3 * CHUNK, length=1)
async def test_any_span_opens_however_the_pieces_came(
    size: int, piece: int, start: int, length: int
) -> None:
    content = bytes(i * 31 & 255 for i in range(256)) * (size // 256 + 1)
    content = content[:size]
    start = min(start, size)
    stop = min(size, start + length)
    form = sealed(content, piece=piece)
    assert await opened(form, size, start, stop) == content[start:stop]


CONTENT = bytes(range(256)) * (CHUNK * 3 // 256) + b"the end"
FORM = sealed(CONTENT)
WHOLE = CHUNK + TAG


def chunk(number: int) -> bytes:
    return FORM[HEADER + number * WHOLE : HEADER + (number + 1) * WHOLE]


def joined(*chunks: bytes) -> bytes:
    return FORM[:HEADER] + b"".join(chunks)


TAMPERED = {
    "a flipped bit": FORM[:5000] + bytes([FORM[5000] ^ 1]) + FORM[5001:],
    "another prefix": FORM[:5] + bytes([FORM[5] ^ 1]) + FORM[6:],
    "no header of ours": b"XXXX" + FORM[4:],
    "chunks swapped": joined(chunk(1), chunk(0), chunk(2), chunk(3)),
    "a chunk repeated": joined(chunk(0), chunk(0), chunk(2), chunk(3)),
    "a chunk left out": joined(chunk(0), chunk(2), chunk(3)),
    "the last chunk cut off": joined(chunk(0), chunk(1), chunk(2)),
    "cut inside a chunk": FORM[:-1],
    "nothing left": b"",
    "another's chunk": joined(chunk(0), sealed(CONTENT, name=uuid4())[HEADER + WHOLE :]),
}


@pytest.mark.parametrize("how", TAMPERED)
async def test_what_was_tampered_with_does_not_open(how: str) -> None:
    with pytest.raises(SealBroken):
        await opened(TAMPERED[how], len(CONTENT))


@pytest.mark.parametrize("chunks", [1, 2, 3])
async def test_a_shorter_content_cannot_be_made_of_a_longer_one(chunks: int) -> None:
    """Whoever also changes the size on record still lacks a chunk that was sealed as the last."""
    form = joined(*(chunk(number) for number in range(chunks)))
    with pytest.raises(SealBroken):
        await opened(form, chunks * CHUNK)


async def test_a_content_opens_under_its_own_name_and_key_only() -> None:
    for wrong in (
        opener(FORM, len(CONTENT), key=new_key()),
        opener(FORM, len(CONTENT), name=uuid4()),
    ):
        with pytest.raises(SealBroken):
            await anext(wrong.span(0, 10))
