"""A provider's token endpoint: a refresh token becomes an access token (RFC 6749, section 6)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import orjson

from services.intake.domain.findings import Step, Trouble
from services.intake.domain.servers import Server, Tokens, consent_end

_SHORTEST: Final = 60
_LONGEST: Final = 64 * 1024
_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_GRANT: Final = frozenset({"invalid_grant", "interaction_required", "consent_required"})
_CLIENT: Final = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class Application:
    """What we show the endpoint beside the server's settings."""

    refresh_token: str
    client_secret: str = ""


async def renew(server: Server, shown: Application, now: datetime, patience: float) -> Tokens:
    """Fresh tokens; Trouble says whether the consent, the application or the endpoint failed."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": shown.refresh_token,
        "client_id": server.client_id,
        "client_secret": shown.client_secret,
        "scope": server.scope,
    }
    filled = {name: value for name, value in form.items() if value}
    try:
        status, text = await _posted(server.token_url, filled, patience)
        document = orjson.loads(text) if text else {}
    except TimeoutError:
        raise _away(server, "timeout") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _away(server, type(error).__name__) from None
    if not isinstance(document, dict):
        raise _away(server, "no document")
    if not 200 <= status < 300:
        raise _refused(server, document, status)
    return _tokens(server, document, now)


async def _posted(url: str, form: dict[str, str], patience: float) -> tuple[int, bytes]:
    """No redirects, no cookies: a secret goes where it was meant to go."""
    async with (
        aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=patience), cookie_jar=aiohttp.DummyCookieJar()
        ) as session,
        session.post(url, data=form, allow_redirects=False) as answer,
    ):
        return answer.status, await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """A document with tokens is small; whoever sends more is not listened to."""
    text = bytearray()
    async for chunk in answer.content.iter_chunked(_LONGEST):
        text += chunk
        if len(text) > _LONGEST:
            raise ValueError("too long")
    return bytes(text)


def _tokens(server: Server, document: dict[str, Any], now: datetime) -> Tokens:
    access = document.get("access_token")
    if not isinstance(access, str) or not access:
        raise _away(server, "no access_token")
    seconds = max(_SHORTEST, _seconds(document.get("expires_in")) or 3600)
    refresh = document.get("refresh_token")
    lives = _seconds(document.get("refresh_token_expires_in"))
    return Tokens(
        access=access,
        access_until=now + timedelta(seconds=seconds),
        refresh=refresh if isinstance(refresh, str) else "",
        consent_until=consent_end(server.provider, now, lives),
    )


def _seconds(told: Any) -> int | None:
    try:
        return min(int(told), 10 * 365 * 86400)
    except (TypeError, ValueError, OverflowError):
        return None


def _refused(server: Server, document: dict[str, Any], status: int) -> Trouble:
    told = _WORD.match(str(document.get("error", "")))
    word = told[0] if told else str(status)
    if word in _GRANT:
        return Trouble(Step.TOKEN, "grant_refused", reason=word)
    if word in _CLIENT:
        return Trouble(Step.TOKEN, "client_refused", reason=word)
    return _away(server, word)


def _away(server: Server, reason: str) -> Trouble:
    host = urlsplit(server.token_url).hostname or ""
    return Trouble(Step.TOKEN, "token_server_away", host=host, reason=reason)
