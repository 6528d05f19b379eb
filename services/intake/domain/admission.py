"""Who may speak to the SMTP door, and who must encrypt first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Network = IPv4Network | IPv6Network


class Plain(StrEnum):
    """From where mail is taken without encryption."""

    LOOPBACK = "loopback"
    ANYWHERE = "anywhere"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Admission:
    """The door's rules; without networks everybody may knock, without users nobody signs in."""

    plain: Plain = Plain.LOOPBACK
    networks: tuple[Network, ...] = ()
    users: Mapping[str, bytes] = field(default_factory=dict)
    """Digest of the password by name."""
    relays: tuple[Network, ...] = ()
    """Our own mail servers: everybody's mail comes from their one address."""
    near_is_ours: bool = False
    """Whether this machine's own programs share no allowance."""

    def admits(self, peer: str) -> bool:
        address = _address(peer)
        if not self.networks:
            return True
        return address is not None and any(address in network for network in self.networks)

    def household(self, peer: str) -> str:
        """Whose share a connection counts for; nobody's ("") when it comes from our own servers.

        Whoever has one IPv6 address has all 2^64 beside it.
        """
        address = _address(peer)
        if address is None:
            return peer or "unknown"
        if self.near_is_ours and address.is_loopback:
            return ""
        if any(address in network for network in (*self.networks, *self.relays)):
            return ""
        if isinstance(address, IPv6Address):
            return str(ip_network((address, 64), strict=False))
        return str(address)

    def may_be_plain(self, peer: str) -> bool:
        if self.plain is not Plain.LOOPBACK:
            return self.plain is Plain.ANYWHERE
        address = _address(peer)
        return address is not None and address.is_loopback

    def knows(self, name: str, password: bytes) -> bool:
        """As long for a stranger as for a wrong password."""
        right = self.users.get(name, bytes(32))
        return compare_digest(right, sha256(password).digest()) and name in self.users


def read_networks(text: str) -> tuple[Network, ...]:
    """Comma-separated addresses and networks; ValueError names the one that is none."""
    named = (one.strip() for one in text.split(","))
    return tuple(ip_network(one, strict=False) for one in named if one)


def read_users(text: str) -> dict[str, bytes]:
    """Lines of `name:password`; empty lines and those that begin with # do not count."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {
        name.strip(): sha256(password.encode()).digest() for name, _, password in pairs if password
    }


def _address(peer: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
