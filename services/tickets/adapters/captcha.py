"""The captcha hook: `siteverify`, the call that Turnstile, hCaptcha and reCAPTCHA share."""

import asyncio
from typing import Any, Final

import aiohttp
import orjson

from shared.kit.logging import get_logger

_PATIENCE: Final = 5.0
_MOST: Final = 64 * 1024
_log = get_logger("tickets.captcha")


class ProviderAway(Exception):
    """The provider says nothing that we understand."""


async def passed(url: str, secret: str, token: str) -> bool:
    """Whether the provider says that a person solved it; ProviderAway when it says nothing.

    The visitor's address is not passed on: the provider needs none (requirements R20).
    """
    try:
        answer = await _ask(url, {"secret": secret, "response": token})
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        _log.warning("captcha_away", cause=type(error).__name__)
        raise ProviderAway from None
    if not isinstance(answer, dict) or not isinstance(answer.get("success"), bool):
        raise ProviderAway
    return bool(answer["success"])


async def _ask(url: str, form: dict[str, str]) -> Any:
    timeout = aiohttp.ClientTimeout(total=_PATIENCE)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
        session.post(url, data=form, allow_redirects=False) as response,
        asyncio.timeout(_PATIENCE),
    ):
        response.raise_for_status()
        return orjson.loads(await response.content.read(_MOST))
