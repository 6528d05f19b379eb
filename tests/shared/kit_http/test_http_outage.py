"""A database that goes away and comes back: 503 and health, then service again."""

import asyncio
import contextlib
import time
from urllib.parse import urlsplit

from tests.contexts import MakeSettings
from tests.engines import Database, eventually
from tests.shared.kit_http.conftest import client
from tests.shared.kit_http.desk import Person, make_service


class Wire:
    """A line to PostgreSQL that can be cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._server
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()
        await asyncio.sleep(0)  # lets the transports end

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._ends |= {writer, far_writer}
        await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_an_absent_database_is_told_and_survived(
    database: Database, make_settings: MakeSettings
) -> None:
    place = urlsplit(database.url)
    wire = Wire((place.hostname or "", place.port or 0))
    await wire.mend()
    service = make_service()
    url = f"postgresql://127.0.0.1:{wire.port}{place.path}"
    settings = make_settings("sla", database=url, rate_limit=0)
    async with (
        service.running(settings, bus=False),
        client(service.app) as http,
        client(service.ops) as ops,
    ):
        headers = Person().headers(accept_language="en")

        async def write() -> int:
            answer = await http.post("/v1/notes", json={"title": "out"}, headers=headers)
            if answer.status_code == 503:
                assert answer.json()["code"] == "unavailable"
                assert int(answer.headers["retry-after"]) >= 1
            return answer.status_code

        assert await write() == 201
        await wire.cut()
        began = time.monotonic()
        statuses = {await write() for _ in range(5)}
        assert statuses == {503}
        assert time.monotonic() - began < 5
        assert (await ops.get("/readyz")).status_code == 503
        assert (await ops.get("/livez")).status_code == 200
        await wire.mend()

        async def written() -> bool:
            return await write() == 201

        await eventually(written, within=10)
        await wire.cut()
