"""Whether a domain lets an address send its mail (RFC 7208), as far as a proof needs it.

Only a pass is ever used, so everything odd (macros, `ptr`, too many look-ups) is simply no pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final, Literal, Protocol

_LOOKUPS: Final = 10
_EXCHANGES: Final = 10
_TERMS: Final = 100
Peer = IPv4Address | IPv6Address
Kind = Literal["TXT", "MX", "A", "AAAA"]


class Verdict(StrEnum):
    """What a policy says of a peer; `unknown` when it cannot be told."""

    PASS = "pass"  # noqa: S105 - the word of the RFC
    FAIL = "fail"
    NONE = "none"
    UNKNOWN = "unknown"


class Names(Protocol):
    """Answers of the name system; no answer is an empty one, trouble is raised."""

    async def look(self, name: str, kind: Kind) -> Sequence[str]: ...


class Unclear(Exception):
    """The policy is broken, too costly or written in what we do not read."""


@dataclass(slots=True)
class _Search:
    names: Names
    peer: Peer
    left: int = _LOOKUPS

    async def look(self, name: str, kind: Kind) -> Sequence[str]:
        return await self.names.look(name, kind)

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unclear


async def judge(names: Names, peer: Peer, domain: str) -> Verdict:
    """What the domain says of the peer; the resolver's own troubles pass through."""
    try:
        return await _judge(_Search(names, peer), domain)
    except Unclear:
        return Verdict.UNKNOWN


async def _judge(search: _Search, domain: str) -> Verdict:
    found = [text for text in await search.look(domain, "TXT") if _is_policy(text)]
    if len(found) != 1:
        if found:
            raise Unclear
        return Verdict.NONE
    elsewhere = ""
    for term in found[0].split()[1 : _TERMS + 1]:
        name, _, value = term.lower().partition("=")
        if name == "redirect":
            elsewhere = value
        elif "=" not in term.partition(":")[0] and await _matches(search, domain, term.lower()):
            return Verdict.PASS if term[0] not in "-~?" else Verdict.FAIL
    if not elsewhere:
        return Verdict.FAIL
    search.spend()
    return await _judge(search, _plain(elsewhere))


def _is_policy(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


async def _matches(search: _Search, domain: str, term: str) -> bool:
    mechanism, _, value = term.lstrip("+-~?").partition(":")
    name, _, length = mechanism.partition("/")
    match name:
        case "all":
            return True
        case "ip4" | "ip6":
            return _within(search.peer, f"{value}")
        case "include":
            search.spend()
            return await _judge(search, _plain(value)) is Verdict.PASS
        case "a" | "mx" | "exists":
            host, _, cut = value.partition("/")
            return await _by_name(search, name, _plain(host or domain), cut or length)
        case "ptr":
            search.spend()
            return False
        case _:
            raise Unclear


async def _by_name(search: _Search, mechanism: str, host: str, length: str) -> bool:
    search.spend()
    if mechanism == "exists":
        return bool(await search.look(host, "A"))
    hosts = [host]
    if mechanism == "mx":
        hosts = list(await search.look(host, "MX"))[:_EXCHANGES]
    kind: Kind = "A" if search.peer.version == 4 else "AAAA"
    four, _, six = length.partition("//")
    cut = four if search.peer.version == 4 else six
    for one in hosts:
        for address in await search.look(one, kind):
            if _within(search.peer, f"{address}/{cut}" if cut else address):
                return True
    return False


def _within(peer: Peer, network: str) -> bool:
    try:
        return peer in ip_network(network, strict=False)
    except ValueError:
        raise Unclear from None


def _plain(name: str) -> str:
    """A name without macros; we do not expand what a stranger's policy wants expanded."""
    if "%" in name or not name:
        raise Unclear
    return name.rstrip(".")
