"""The end of a message is found, whatever the pieces in which it arrives."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.dotted import Content, Load
from services.intake.adapters.smtp import Rules

PIECES = [b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"..", b"a", b"\r\n.\r", b"\n.\r\n", b"\r.\r\n"]
RULES = Rules("desk", 10_000, 1, 1, 1, 10_000)


def expected(wire: bytes) -> tuple[bytes, bytes]:
    """Line by line, as RFC 5321 4.5.2 words it: the content and what comes after it."""
    content, rest = b"", wire
    while True:
        line, _, rest = rest.partition(b"\r\n")
        if line == b".":
            return content, rest
        content += (line[1:] if line.startswith(b".") else line) + b"\r\n"


async def received(wire: bytes, cuts: list[int], limit: int) -> tuple[Content, bytes]:
    reader = asyncio.StreamReader(limit=limit)
    content = Content(RULES.message_bytes, Load(RULES.bytes_in_flight, RULES.bytes_in_flight), "")
    reading = asyncio.ensure_future(content.read(reader))
    start = 0
    for cut in sorted({cut % (len(wire) + 1) for cut in cuts} | {len(wire)}):
        reader.feed_data(wire[start:cut])
        await asyncio.sleep(0)
        start = cut
    await asyncio.wait_for(reading, 2)
    reader.feed_eof()
    return content, await reader.read()


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=30),
    st.lists(st.integers(0, 200), max_size=6),
    st.sampled_from([8, 16, 64]),
)
async def test_content_ends_at_crlf_dot_crlf_and_nowhere_else(
    pieces: list[bytes], cuts: list[int], limit: int
) -> None:
    wire = b"".join(pieces) + b"\r\n.\r\nNOOP\r\n"
    content, rest = await received(wire, cuts, limit)
    assert (bytes(content.body), rest) == expected(wire)


async def test_content_beyond_the_limit_is_dropped_at_once() -> None:
    content, rest = await received(b"x" * 20_000 + b"\r\n.\r\nNOOP", [100, 12_000], 64)
    assert (content.too_big, len(content.body), rest) == (True, 0, b"NOOP")
