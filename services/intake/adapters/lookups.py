"""Questions to the name system that go on while nobody waits for them, each asked once for all."""

import asyncio
from collections.abc import Sequence
from typing import Final

from services.intake.adapters.zone import Late, Zone
from services.intake.domain.spf import Kind
from shared.kit.endings import end

_AT_ONCE: Final = 200
_KNOWN: Final = 4000
_REMEMBERED: Final = 30.0
"""Also that there was no answer: a dead server is not asked for every mail anew."""

_SOON: Final = 0.5
"""Whoever comes later than this to a question without an answer need not wait for it."""

_Key = tuple[str, Kind]
_Answer = asyncio.Task[Sequence[str]]


class Lookups:
    """A zone whose questions outlive the patience of the mail that asked them."""

    def __init__(self, zone: Zone, remembered: float = _REMEMBERED) -> None:
        self._zone = zone
        self._remembered = remembered
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._answers: dict[_Key, _Answer] = {}
        self._since: dict[_Key, float] = {}

    async def look(self, name: str, kind: Kind) -> Sequence[str]:
        key = (name.lower(), kind)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = asyncio.ensure_future(self._ask(name, kind))
            answer.add_done_callback(lambda done: self._keep(key, done))
            self._since[key] = asyncio.get_running_loop().time()
        elif not answer.done() and self._age(key) > _SOON:
            raise Late
        return await asyncio.shield(answer)

    async def close(self) -> None:
        await end(*self._answers.values())

    async def _ask(self, name: str, kind: Kind) -> Sequence[str]:
        async with self._room:
            return await self._zone.look(name, kind)

    def _keep(self, key: _Key, answer: _Answer) -> None:
        if not answer.cancelled():
            answer.exception()  # looked at, so that nobody warns of it
        if len(self._answers) > _KNOWN:
            self._forget(key)
        else:
            asyncio.get_running_loop().call_later(self._remembered, self._forget, key)

    def _age(self, key: _Key) -> float:
        return asyncio.get_running_loop().time() - self._since[key]

    def _forget(self, key: _Key) -> None:
        self._answers.pop(key, None)
        self._since.pop(key, None)
