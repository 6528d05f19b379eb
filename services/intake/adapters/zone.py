"""Questions to the name system: short, remembered, and silent where it is."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Final, Protocol, TypeVar

from services.intake.domain.spf import Kind

_PATIENCE: Final = 2.0
_REMEMBERED: Final = 2000
T = TypeVar("T")


class NoAnswer(Exception):
    """The name system could not be asked: a proof that needs it is not there."""


class Late(Exception):
    """No answer yet: it may still come."""


class Zone(Protocol):
    """Where names are looked up; tests have one of their own."""

    async def look(self, name: str, kind: Kind) -> Sequence[str]: ...


class Resolver:
    """The servers of this machine, or one that the settings name (`address` or `address:port`)."""

    def __init__(self, server: str = "") -> None:
        self._server = server
        self._resolver: Any = None

    async def look(self, name: str, kind: Kind) -> Sequence[str]:
        """Texts, hosts or addresses; a name that does not exist has none."""
        import dns.exception  # noqa: PLC0415 - only for mail that claims a proof
        import dns.resolver  # noqa: PLC0415 - only for mail that claims a proof

        try:
            answer = await self._ask().resolve(name, kind, search=False, lifetime=_PATIENCE)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return ()
        except (dns.exception.DNSException, OSError, ValueError) as trouble:
            raise NoAnswer(type(trouble).__name__) from trouble
        return [_text(record, kind) for record in answer]

    def _ask(self) -> Any:
        if self._resolver is None:
            self._resolver = self._made()
        return self._resolver

    def _made(self) -> Any:
        import dns.asyncresolver  # noqa: PLC0415 - only for mail that claims a proof
        import dns.resolver  # noqa: PLC0415 - only for mail that claims a proof

        made = dns.asyncresolver.Resolver(configure=not self._server)
        if self._server:
            address, _, port = self._server.rpartition(":")
            made.nameservers = [(address or port).strip("[]")]
            made.port = int(port) if address else 53
        made.cache = dns.resolver.LRUCache(_REMEMBERED)
        return made


def _text(record: Any, kind: Kind) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "replace")
    if kind == "MX":
        return str(record.exchange).rstrip(".")
    return str(record.address)


async def gently(seconds: float, wish: Awaitable[T]) -> T:
    """The answer of a wish, or Late when it takes too long."""
    try:
        async with asyncio.timeout(seconds):
            return await wish
    except TimeoutError:
        raise Late from None
