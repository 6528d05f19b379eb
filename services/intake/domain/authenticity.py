"""How far the From address of a mail is proven (mail.md 8)."""

import re
from dataclasses import dataclass
from typing import Final

from services.intake.domain.addresses import Address, addresses, single
from services.intake.domain.headers import Headers
from services.intake.domain.words import Flag
from shared.vocabulary import SenderAuth

_RESULT: Final = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)([^;]*)")
_SIGNER: Final = re.compile(r"\bheader\.(?:d|i)\s*=\s*@?\"?([^\s;\"]+)")
_MAIL_FROM: Final = re.compile(r"\bsmtp\.mailfrom\s*=\s*\"?([^\s;\"]+)")


@dataclass(frozen=True, slots=True)
class Author:
    """Whom a mail is from; `auth` is none unless exactly one From address is there."""

    address: Address
    auth: SenderAuth


def author_of(headers: Headers, envelope_from: str, trusted: str) -> Author:
    """The single From address; several or none: Sender, else the envelope, never proven."""
    named = addresses(headers, "from")
    if len(named) == 1:
        return Author(named[0], _proof(headers, named[0].domain, trusted))
    headers.flags.add(Flag.MANY_FROM)
    senders = addresses(headers, "sender")
    if senders:
        return Author(senders[0], SenderAuth.NONE)
    return Author(Address(single(envelope_from)), SenderAuth.NONE)


def _proof(headers: Headers, domain: str, trusted: str) -> SenderAuth:
    """Reads only results of the authserv-id that we trust, and all of them; the worst counts."""
    if not trusted:
        return SenderAuth.NONE
    results = [
        found
        for value in headers.all("authentication-results")
        if (text := headers.plain(value).lower()).partition(";")[0].split()[:1] == [trusted.lower()]
        for found in _RESULT.findall(text.partition(";")[2])
    ]
    dmarc = {verdict for method, verdict, _ in results if method == "dmarc"}
    if "fail" in dmarc:
        return SenderAuth.FAIL
    if "pass" in dmarc or any(_signed(one, domain) for one in results):
        return SenderAuth.PASS
    return SenderAuth.WEAK if any(_posted(one, domain) for one in results) else SenderAuth.NONE


def _signed(result: tuple[str, str, str], domain: str) -> bool:
    method, verdict, rest = result
    signer = _SIGNER.search(rest)
    return (
        (method, verdict) == ("dkim", "pass") and signer is not None and aligned(signer[1], domain)
    )


def _posted(result: tuple[str, str, str], domain: str) -> bool:
    method, verdict, rest = result
    sender = _MAIL_FROM.search(rest)
    return (
        (method, verdict) == ("spf", "pass") and sender is not None and aligned(sender[1], domain)
    )


def aligned(claimed: str, domain: str) -> bool:
    """Whether a proven domain speaks for the From domain: itself, or a parent that is no TLD."""
    proven = claimed.rpartition("@")[2].strip(".")
    if not domain or "." not in proven:
        return proven == domain != ""
    return domain == proven or domain.endswith(f".{proven}")
