"""The gateway: identity, directory, tokens and public status."""

from collections.abc import Mapping
from typing import Any

from services.gateway import internal
from services.gateway.consumers import consumers
from services.gateway.routes import ROUTERS
from services.gateway.settings import GatewaySettings
from services.gateway.timers import WORKERS
from services.gateway.usecases.seed import seed
from services.gateway.usecases.signing import ring_of, turn
from shared.kit.context import Context
from shared.kit.service import Service


async def _keys(context: Context) -> Mapping[str, Any]:
    ring = ring_of(context)
    if not ring.document()["keys"]:
        await turn(context)
    return ring.document()


service = Service(
    name="gateway",
    schema="identity",
    settings=GatewaySettings,
    routers=ROUTERS,
    internal=[internal.router],
    consumers=consumers,
    hears_endings=False,
    workers=WORKERS,
    on_start=seed,
    jwks=_keys,
)
