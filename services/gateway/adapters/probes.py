"""How the services of the house say they fare, asked over their operations listeners."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from services.gateway.domain.health import Health

_PATIENCE = 1.0
# Peers speak plain HTTP on the house's own network; the world's certificates take long to load.
_NO_WORLD = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_ANSWERS: Mapping[str, Health] = {"pass": Health.OPERATIONAL}


@dataclass(frozen=True, slots=True)
class Probe:
    """One service's answer; `detail` is for operators only."""

    health: Health
    detail: Any = None


async def probe_all(peers: Mapping[str, str]) -> dict[str, Probe]:
    """All at once, each once: a status page must not wait for a dead part."""
    async with _client() as client:
        answers = await asyncio.gather(*(_probe(client, base) for base in peers.values()))
    return dict(zip(peers, answers, strict=True))


async def fetch_document(base: str, path: str) -> Mapping[str, Any] | None:
    """A JSON object of a peer, when it is there."""
    async with _client() as client:
        try:
            answer = await client.get(base + path)
            found = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError):
            return None
    return found if isinstance(found, dict) else None


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_PATIENCE, trust_env=False, verify=_NO_WORLD)


async def _probe(client: httpx.AsyncClient, base: str) -> Probe:
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await client.get(f"{base}/readyz")
        detail = answer.json()
        word = detail.get("status") if isinstance(detail, dict) else None
    except (httpx.HTTPError, TimeoutError, ValueError):
        return Probe(Health.DOWN)
    # A service that answers 503 still answers: part of it works.
    return Probe(_ANSWERS.get(str(word), Health.DEGRADED), detail)
