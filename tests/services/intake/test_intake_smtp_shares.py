"""What one stranger may take of the SMTP door, under the event loop that the service runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest
import uvloop

from services.intake.adapters.smtp import Client, Rules, connections
from services.intake.domain.admission import Admission, read_networks

_BASE: Final = Rules("desk", 300_000, 6, idle_seconds=5, data_seconds=5, bytes_in_flight=3_000_000)
Heard = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Desk:
    """Takes everything."""

    async def knows(self, _address: str) -> bool:
        return True

    async def take(self, *_: bytes | str | list[str] | Client) -> str:
        return "1"

    def failed(self, error: Exception) -> None:
        raise AssertionError from error


@contextlib.asynccontextmanager
async def door(**changed: object) -> AsyncIterator[Callable[[], Awaitable[Heard]]]:
    rules = Rules(**{name: getattr(_BASE, name) for name in Rules.__slots__} | changed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connections(Desk(), rules), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    opened: list[asyncio.StreamWriter] = []

    async def knock() -> Heard:
        heard = await asyncio.open_connection("127.0.0.1", port)
        opened.append(heard[1])
        return heard

    yield knock
    for writer in opened:
        writer.close()
    server.close()


async def _line(heard: Heard) -> str:
    return (await asyncio.wait_for(heard[0].readline(), 5)).decode().strip()


async def _say(heard: Heard, *lines: str) -> str:
    """The last answer."""
    said = ""
    for line in lines:
        heard[1].write(line.encode() + b"\r\n")
        said = await _line(heard)
        while said[3:4] == "-":
            said = await _line(heard)
    return said


async def _talk_over_the_last_word() -> None:
    """Lines that come when it is said, and after, must not take it from whoever said them."""
    async with door(talk_seconds=0.3) as knock:
        heard = await knock()
        until = asyncio.get_running_loop().time() + 0.8
        while asyncio.get_running_loop().time() < until:
            heard[1].write(b"NOOP\r\n" * 200)
            await asyncio.sleep(0)
        said = (await asyncio.wait_for(heard[0].read(), 5)).decode().splitlines()
        assert {line[:9] for line in said[1:-1]} == {"250 2.0.0"}
        assert said[-1].startswith("421 4.4.2")


_TO_DATA: Final = ("EHLO c", "MAIL FROM:<a@b.example>", "RCPT TO:<s@localhost>", "DATA")


async def _crowd() -> None:
    async with door(connections_of_one=2) as knock:
        said = [await _line(await knock()) for _ in range(3)]
        assert [line[:9] for line in said] == ["220 desk ", "220 desk ", "421 4.7.0"]


async def _relays_have_no_share() -> None:
    ours = Admission(relays=read_networks("127.0.0.0/8"))
    async with door(connections_of_one=2, admission=ours) as knock:
        said = [await _line(await knock()) for _ in range(7)]
        assert [line[:3] for line in said] == ["220"] * 6 + ["421"]
        assert said[-1].startswith("421 4.3.2")


async def _stranger() -> None:
    async with door(admission=Admission(networks=read_networks("192.0.2.0/24"))) as knock:
        assert (await _line(await knock())).startswith("554 5.7.1")


async def _unfinished_mail() -> None:
    async with door(bytes_of_one=400_000) as knock:
        first, second, third = [await knock() for _ in range(3)]
        for one in (first, second, third):
            await _line(one)
        assert (await _say(second, *_TO_DATA)).startswith("354")
        assert (await _say(first, *_TO_DATA)).startswith("354")
        first[1].write(b"x" * 250_000 + b"\r\n")
        await first[1].drain()
        while not (await _say(third, *_TO_DATA)).startswith("451"):
            assert (await _say(third, ".")).startswith("250")
        assert (await _say(second, "y" * 250_000 + "\r\n.")).startswith("451")
        assert (await _say(first, ".")).startswith("250")
        assert (await _say(second, *_TO_DATA[1:])).startswith("354")
        assert (await _say(second, "y" * 250_000 + "\r\n.")).startswith("250")


async def _talk_without_mail() -> None:
    async with door(talk_seconds=0.3) as knock:
        heard = await knock()
        await _line(heard)
        until = asyncio.get_running_loop().time() + 5
        while not (said := await _say(heard, "NOOP")).startswith("421"):
            assert said.startswith("250")
            assert asyncio.get_running_loop().time() < until
        assert said.startswith("421 4.4.2")
        assert await heard[0].read() == b""


@pytest.mark.parametrize(
    "story",
    [
        *(_crowd, _relays_have_no_share, _stranger, _unfinished_mail, _talk_without_mail),
        _talk_over_the_last_word,
    ],
    ids=lambda story: story.__name__.strip("_"),
)
@pytest.mark.parametrize("loop", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_one_peer_has_a_share(
    story: Callable[[], Awaitable[None]], loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def told() -> None:
        await asyncio.wait_for(story(), 15)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(told())


@pytest.mark.parametrize(
    ("peer", "household"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("10.1.2.3", ""),
        ("10.9.2.3", ""),
        ("127.0.0.1", ""),
    ],
)
def test_a_share_belongs_to_an_address_and_no_share_to_our_own(peer: str, household: str) -> None:
    networks, relays = read_networks("10.1.0.0/16"), read_networks("10.9.0.0/16")
    admission = Admission(networks=networks, relays=relays, near_is_ours=True)
    assert admission.household(peer) == household
    assert Admission().household("127.0.0.1") == "127.0.0.1"
