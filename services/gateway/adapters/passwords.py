"""Argon2id in two threads of its own: hashing must not stall the loop or take the machine."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from shared.kit.problems import Unavailable

R = TypeVar("R")

_THREADS = 2
_MOST_WAITING = 64
_pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")


class Hasher:
    """Makes and checks password hashes; an absent hash costs as much time as a wrong one."""

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._argon2 = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._argon2.hash("nobody")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._run(self._argon2.hash, _normal(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one's; always False where none is stored."""
        matches = await self._run(self._matches, stored or self._nobody, _normal(password))
        return matches and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._argon2.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., R], *values: str) -> R:
        if self._waiting >= _MOST_WAITING:
            raise Unavailable(retry_after=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(_pool, work, *values)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    """Keyboards differ in how they compose a letter; the person typed the same one."""
    return unicodedata.normalize("NFC", password)


@lru_cache(maxsize=8)
def hasher(memory_kib: int, rounds: int) -> Hasher:
    return Hasher(memory_kib, rounds)
