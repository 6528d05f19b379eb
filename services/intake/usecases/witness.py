"""What the name system tells of a mail's origin, asked before the mail is read (mail.md 8).

Only where no server of ours has looked already, and only what could prove the From domain.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final, NamedTuple

from services.intake.adapters.zone import Late, NoAnswer, Zone, gently
from services.intake.domain import limits, spf
from services.intake.domain.addresses import addresses
from services.intake.domain.admission import Network
from services.intake.domain.authenticity import tags_of
from services.intake.domain.headers import Headers, split_headers
from services.intake.domain.mail import Envelope, Reading
from services.intake.domain.suffixes import aligned, organizational

_SIGNATURES: Final = 5
_SEALS: Final = 20


class Patience(NamedTuple):
    """How long one look may wait for names; what is late then is asked for again, or is trouble.

    A mail that waits keeps others waiting; the questions go on without it.
    """

    seconds: float = 0.5
    again: bool = False


ONCE: Final = Patience()


class StillAsking(Exception):
    """The name system has not answered: look at the mail again soon."""


async def heard(
    zone: Zone,
    raw: bytes,
    envelope: Envelope,
    reading: Reading,
    relays: Sequence[Network] = (),
    patience: Patience = ONCE,
) -> Reading:
    """The reading with keys, SPF's word and the policy; trouble only leaves proofs away."""
    try:
        return await _told(_Asking(zone, patience), raw, envelope, reading, relays)
    except Late:
        raise StillAsking from None


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked, and how long."""

    zone: Zone
    patience: Patience

    @property
    def trouble(self) -> tuple[type[Exception], ...]:
        return (NoAnswer,) if self.patience.again else (NoAnswer, Late)


async def _told(
    asking: _Asking, raw: bytes, envelope: Envelope, reading: Reading, relays: Sequence[Network]
) -> Reading:
    if reading.trusted:
        return reading
    head = raw[: limits.HEADER_BLOCK].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    headers = split_headers(head, arabic=reading.arabic)
    named = addresses(headers, "from")
    if len(named) != 1 or "." not in named[0].domain:
        return reading
    domain, peer = named[0].domain, _public(envelope.peer, relays)
    names = _key_names(headers, domain, sealed=bool(reading.sealers))
    if names:
        found = await asyncio.gather(*(_key(asking, name) for name in names))
        known = zip(names, found, strict=True)
        reading = replace(reading, keys={name: text for name, text in known if text})
    if peer is None:
        return reading
    try:
        return await gently(
            asking.patience.seconds, _posted(asking.zone, peer, domain, envelope, reading)
        )
    except asking.trouble:
        return reading


async def _posted(
    zone: Zone, peer: spf.Peer, domain: str, envelope: Envelope, reading: Reading
) -> Reading:
    """SPF's word about our own peer, and what the domain wants of mail without a proof."""
    posting = envelope.sender.rpartition("@")[2].strip("<> ").lower() or envelope.helo
    verdict = spf.Verdict.NONE
    if aligned(posting, domain):
        verdict = await spf.judge(zone, peer, posting)
    policy = await _policy(zone, domain)
    known = verdict in {spf.Verdict.FAIL, spf.Verdict.NONE}
    posted = posting if verdict is spf.Verdict.PASS else ""
    return replace(reading, posted=posted, judged=known, policy=policy)


def _public(text: str, relays: Sequence[Network]) -> spf.Peer | None:
    """A peer that the world sees: what a relay of our own hands on says nothing of the sender."""
    try:
        peer = ip_address(text)
    except ValueError:
        return None
    peer = getattr(peer, "ipv4_mapped", None) or peer
    return peer if peer.is_global and not any(peer in one for one in relays) else None


def _key_names(headers: Headers, domain: str, *, sealed: bool) -> list[str]:
    """Where the keys lie of signatures that could prove the domain, and of seals if any count."""
    signatures = [tags_of(headers.plain(one)) for one in headers.all("dkim-signature")]
    ours = [one for one in signatures if aligned(one.get("d", ""), domain)][:_SIGNATURES]
    if sealed:
        fields = [*headers.all("arc-seal"), *headers.all("arc-message-signature")][:_SEALS]
        ours += [tags_of(headers.plain(one)) for one in fields]
    named = (f"{one['s']}._domainkey.{one['d']}" for one in ours if one.get("s") and one.get("d"))
    return list(dict.fromkeys(name for name in named if len(name) < 250))


async def _policy(zone: Zone, domain: str) -> str:
    """The DMARC policy of the domain, else of the organization that holds it."""
    for name in dict.fromkeys((domain, organizational(domain))):
        for text in await zone.look(f"_dmarc.{name}", "TXT") if name else ():
            tags = tags_of(text)
            if tags.get("v") == "dmarc1":
                own = tags.get("p", "none")
                return own if name == domain else tags.get("sp", own)
    return ""


async def _key(asking: _Asking, name: str) -> str:
    try:
        texts = await gently(asking.patience.seconds, asking.zone.look(name, "TXT"))
    except asking.trouble:
        return ""
    return str(texts[0]) if texts else ""
