"""Questions about single things that are asked of a peer in one call.

Mails and events are worked on side by side, each in its own lane; what they all want to know of
another service at the same moment is one request, not one for each of them. Nothing is kept: an
answer is as fresh as a call of one's own would have been.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from shared.kit.peers import Peers

LINGER: Final = 0.002
"""Seconds in which others may join; below what a call costs by itself."""
MOST: Final = 200

Answer = Mapping[str, Any]
Ask = Callable[[Mapping[str, Any]], Awaitable[Answer]]

_open: "dict[tuple[int, str, str], _Call]" = {}
"""Calls that still take questions; each leaves when it is sent."""


class _Call:
    def __init__(self, place: tuple[int, str, str], ask: Ask) -> None:
        self.questions: dict[str, Any] = {}
        self._place = place
        self._ask = ask
        self.answer = asyncio.create_task(self._send())

    async def _send(self) -> Answer:
        try:
            await asyncio.sleep(LINGER)
        finally:
            if _open.get(self._place) is self:
                del _open[self._place]
        return await self._ask(self.questions)


async def one(peers: Peers, peer: str, path: str, name: str, key: UUID | str) -> Any:
    """The item with this id among `items` of a batch door; None when the peer knows none."""

    async def ask(questions: Mapping[str, Any]) -> Answer:
        found = await peers.post(peer, path, json={name: list(questions)})
        return _by_id(found)

    return await _join((id(peers), peer, path), str(key), None, ask)


async def item(peers: Peers, peer: str, path: str, key: str, question: Any) -> Any:
    """What the peer says of this question; who asks the same key at once hears the same."""

    async def ask(questions: Mapping[str, Any]) -> Answer:
        return _by_id(await peers.post(peer, path, json={"items": questions}))

    return await _join((id(peers), peer, path), key, question, ask)


async def same(peers: Peers, peer: str, path: str) -> Any:
    """A document that everybody asks for alike."""

    async def ask(_questions: Mapping[str, Any]) -> Answer:
        return {path: await peers.get(peer, path)}

    return await _join((id(peers), peer, path), path, None, ask)


def _by_id(found: Any) -> Answer:
    return {item["id"]: item for item in found["items"]}


async def _join(place: tuple[int, str, str], key: str, question: Any, ask: Ask) -> Any:
    call = _open.get(place)
    if call is None or call.answer.done() or len(call.questions) >= MOST:
        call = _open[place] = _Call(place, ask)
    call.questions[key] = question
    # One who gives up must not take the answer away from the others.
    return (await asyncio.shield(call.answer)).get(key)
