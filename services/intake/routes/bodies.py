"""Mails as bodies of requests: whole messages and nothing else."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request

from services.intake.problems import EmptyMail, NotAMail

_KINDS: Final = frozenset({"message/rfc822", "message/global"})
"""As the standards call a whole mail, in ASCII headers or in UTF-8 ones (RFC 6532)."""
BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(_KINDS)
    },
}
"""The same, as the interface's document says it."""


async def _mail(request: Request) -> bytes:
    """Whatever else was posted would be kept as a mail that nobody wrote."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise NotAMail(headers={"Accept-Post": ", ".join(sorted(_KINDS))})
    raw = await request.body()
    if not raw.strip():
        raise EmptyMail
    return raw


InMail = Annotated[bytes, Depends(_mail)]
"""The bytes of the mail that the request carries."""
