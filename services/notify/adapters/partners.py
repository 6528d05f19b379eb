"""Posting to partners' endpoints: checked and pinned addresses, short patience, no redirects."""

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from typing_extensions import override
from yarl import URL

from services.notify.domain.egress import EgressDenied, check_answers, check_url
from services.notify.domain.retries import Answer

READ_CAP: Final = 64 * 1024


class PinnedResolver(AbstractResolver):
    """Resolves once per connection and refuses before connecting when any answer is denied.

    The connector connects to exactly the addresses that were checked, so that a second, other
    answer of the name server has no moment to come in (T38). Host and SNI keep the name.
    """

    def __init__(self, allowed: frozenset[tuple[str, int]]) -> None:
        self._allowed = allowed

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        private_allowed = (host, port) in self._allowed
        answers = [str(one[4][0]) for one in found]
        check_answers(answers, private_allowed=private_allowed)
        return [
            ResolveResult(
                hostname=host,
                host=answer,
                port=port,
                family=one[0],
                proto=one[2],
                flags=socket.AI_NUMERICHOST,
            )
            for one, answer in zip(found, answers, strict=True)
        ]

    @override
    async def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Post:
    """One attempt: where, with which headers, and the exact bytes."""

    url: str
    headers: dict[str, str]
    body: bytes


class Partners:
    """The outgoing door for webhooks; an answer is a value, never an exception."""

    def __init__(
        self,
        allowed: frozenset[tuple[str, int]],
        *,
        timeout: float,
        lanes: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = allowed
        self._timeout = timeout
        connector = aiohttp.TCPConnector(
            resolver=PinnedResolver(allowed),
            use_dns_cache=False,
            limit=lanes,
            keepalive_timeout=10,
            ssl=tls if tls is not None else True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=timeout),
            headers={"User-Agent": "Sanad-Webhooks/1", "Accept-Encoding": "identity"},
        )

    async def post(self, post: Post) -> Answer:
        """What the endpoint answered within the time; its words are read and thrown away."""
        began = time.monotonic()
        try:
            check_url(post.url, self._allowed)
            async with asyncio.timeout(self._timeout):
                answer = await self._exchange(post)
        except EgressDenied as denial:
            answer = Answer(None, f"denied_{denial.reason}")
        except TimeoutError:
            answer = Answer(None, "timeout")
        except aiohttp.ClientConnectorCertificateError:
            answer = Answer(None, "certificate")
        except aiohttp.ClientConnectorDNSError:
            answer = Answer(None, "name")
        except (aiohttp.ClientError, OSError, ValueError):
            answer = Answer(None, "connection")
        spent = round((time.monotonic() - began) * 1000)
        return Answer(answer.status, answer.error, answer.retry_after, spent)

    async def close(self) -> None:
        await self._session.close()

    async def _exchange(self, post: Post) -> Answer:
        headers = {"Content-Type": "application/json", **post.headers}
        url = URL(post.url, encoded=True)
        async with self._session.post(
            url, data=post.body, headers=headers, allow_redirects=False
        ) as response:
            left = READ_CAP
            while left > 0 and (chunk := await response.content.read(min(left, 16384))):
                left -= len(chunk)
            if left <= 0:
                response.close()  # the rest is not read: the connection is of no more use
            return Answer(response.status, None, _retry_after(response.headers))


def _retry_after(headers: CIMultiDictProxy[str]) -> float | None:
    """Seconds only: the date form would trust the partner's clock."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isdigit() and len(value) < 9 else None


def host_of(url: str) -> str:
    """The part of an endpoint's address that mails and logs of operators may name."""
    return urlsplit(url).hostname or ""
