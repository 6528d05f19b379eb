"""A right that ended is ended in every process within five seconds."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx

from shared.events.identity import IdentitySessionRevoked, IdentityUserDisabled
from shared.kit.consumers import Consumers
from tests.contexts import MakeSettings
from tests.engines import NatsServer, eventually
from tests.shared.kit_http.conftest import client
from tests.shared.kit_http.desk import Person, make_service

WITHIN = 5.0


async def refused(http: httpx.AsyncClient, headers: dict[str, str]) -> bool:
    return (await http.get("/v1/notes", headers=headers)).status_code == 401


async def test_what_another_process_recorded_counts_here_too(make_settings: MakeSettings) -> None:
    first, second = make_service(), make_service()
    settings = make_settings("sla")
    headers, person = {}, Person()
    async with (
        first.running(settings, bus=False) as context,
        second.running(settings, bus=False),
        client(second.app) as http,
    ):
        headers = person.headers()
        assert not await refused(http, headers)
        began = time.monotonic()
        async with context.tx() as tx:
            await first.validity.record(tx, person.id, datetime.now(UTC))
        await eventually(lambda: refused(http, headers), within=WITHIN)
        assert time.monotonic() - began < WITHIN
        async with context.tx() as tx:  # an older change never brings a token back
            await first.validity.record(tx, person.id, datetime.now(UTC) - timedelta(hours=1))
        assert await refused(http, headers)


async def test_it_is_known_again_after_a_restart(make_settings: MakeSettings) -> None:
    settings, person = make_settings("sla"), Person()
    headers = person.headers()
    service = make_service()
    async with service.running(settings, bus=False) as context, context.tx() as tx:
        await service.validity.record(tx, person.session, datetime.now(UTC))
    later = make_service()
    async with later.running(settings, bus=False), client(later.app) as http:
        assert await refused(http, headers)


async def test_facts_of_the_gateway_end_rights_everywhere(
    make_settings: MakeSettings, nats_server: NatsServer
) -> None:
    user, session = Person(), Person()
    service = make_service(consumers=Consumers("sla"))
    gateway = make_service("gateway", "identity")
    async with (
        service.running(make_settings("sla", nats_url=nats_server.url)),
        gateway.running(make_settings("gateway", nats_url=nats_server.url)) as speaker,
        client(service.app) as http,
    ):
        ended = [user.headers(), session.headers()]
        assert not await refused(http, ended[0])
        await asyncio.sleep(0.002)  # tokens tell milliseconds apart
        now = datetime.now(UTC)
        began = time.monotonic()
        async with speaker.tx() as tx:
            tx.emit(IdentityUserDisabled(user_id=user.id, valid_from=now, at=now))
            tx.emit(IdentitySessionRevoked(session_id=session.session, valid_from=now, at=now))
        for headers in ended:
            await eventually(partial(refused, http, headers), within=WITHIN)
        assert time.monotonic() - began < WITHIN
        assert not await refused(http, Person().headers())
