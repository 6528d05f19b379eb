"""The gateway's public keys as this process knows them, by key id."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from shared.kit.jwt import RsaKey, verification_key
from shared.kit.logging import get_logger
from shared.kit.problems import Unavailable

REFRESH: Final = 60.0
UNKNOWN_FOR: Final = 60.0
FETCH_GAP: Final = 1.0
MOST_UNKNOWN: Final = 1024

Source = Callable[[], Awaitable[Mapping[str, Any]]]
_log = get_logger("keyring")


class Keyring:
    """Keys stay when the gateway is away; strange key ids cannot make us ask it again and again."""

    def __init__(self, source: Source, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._keys: dict[str, RsaKey] = {}
        self._unknown: dict[str, float] = {}
        self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    @property
    def known(self) -> bool:
        return bool(self._keys)

    async def find(self, kid: str) -> RsaKey | None:
        """The key, asking the gateway once for an id nobody has seen; None when there is none."""
        if found := self._keys.get(kid):
            return found
        if self._unknown.get(kid, float("-inf")) > self._clock():
            return None
        async with self._lock:
            if kid not in self._keys and self._clock() - self._asked_at >= FETCH_GAP:
                await self._ask()
        if kid not in self._keys and self._keys:
            self._remember_unknown(kid)
        if not self._keys:
            raise Unavailable
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Ask now; called each minute so that the next key is known long before it signs."""
        async with self._lock:
            await self._ask()

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            document = await self._source()
        except Exception as error:  # noqa: BLE001 - a dead gateway must not stop the others
            _log.warning("keys_not_fetched", error=type(error).__name__)
            return
        self._keys = _prepared(document, self._keys)
        for kid in self._keys:
            self._unknown.pop(kid, None)

    def _remember_unknown(self, kid: str) -> None:
        if len(self._unknown) >= MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[kid] = self._clock() + UNKNOWN_FOR


def _prepared(document: Mapping[str, Any], known: Mapping[str, RsaKey]) -> dict[str, RsaKey]:
    keys: dict[str, RsaKey] = {}
    for entry in document.get("keys", []):
        kid = entry.get("kid")
        key = known.get(kid) or verification_key(entry)
        if isinstance(kid, str) and key is not None:
            keys[kid] = key
    return keys
