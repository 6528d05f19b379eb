"""Where a webhook may go: an own deny table, because `is_global` is unsafe (reliability.md 0.8)."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from services.notify.domain.literals import numeric_host

_DENIED_V4: Final = tuple(
    IPv4Network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        "168.63.129.16/32",  # the virtual public address of a cloud's own control plane
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_DENIED_V6: Final = tuple(
    IPv6Network(one)
    for one in (
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        "3ffe::/16",  # the retired 6bone
    )
)
_NAME: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LOCAL_NAMES: Final = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa")


class EgressDenied(ValueError):
    """The address of a webhook is one that we do not visit; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """A checked webhook address: `private_allowed` when the operator listed its host and port."""

    url: str
    host: str
    port: int
    private_allowed: bool


def denied(address: IPv4Address | IPv6Address) -> bool:
    """Whether we refuse to connect to an address. IPv6 is denied unless plainly global."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in _DENIED_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return True
    return any(address in network for network in _DENIED_V6)


def check_answers(answers: list[str], *, private_allowed: bool) -> list[str]:
    """The resolver's answers when we may visit every one of them; one bad answer spoils all."""
    if not answers:
        raise EgressDenied("no_address")
    if not private_allowed and any(denied(ip_address(one)) for one in answers):
        raise EgressDenied("private_address")
    return answers


def check_url(url: str, allowed: frozenset[tuple[str, int]]) -> Target:
    """The target of a webhook's URL, or EgressDenied: https on 443, a public name, no tricks."""
    if len(url) > 2000 or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise EgressDenied("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise EgressDenied("malformed") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise EgressDenied("credentials")
    if not host or "%" in host or parts.fragment:
        raise EgressDenied("malformed")
    port = port if port is not None else {"https": 443, "http": 80}.get(parts.scheme, 0)
    if (host, port) in allowed:
        return _allowed(parts.scheme, url, host, port)
    _check_public(parts.scheme, host, port)
    return Target(url, host, port, private_allowed=False)


def _allowed(scheme: str, url: str, host: str, port: int) -> Target:
    if scheme != "https" and not (scheme == "http" and _loopback(host)):
        raise EgressDenied("scheme")
    return Target(url, host, port, private_allowed=True)


def _check_public(scheme: str, host: str, port: int) -> None:
    if scheme != "https":
        raise EgressDenied("scheme")
    if port != 443:
        raise EgressDenied("port")
    literal = numeric_host(host)
    if literal is not None:
        if denied(literal.address) or not literal.canonical:
            raise EgressDenied("private_address")
        return
    labels = host.split(".")
    if len(host) > 253 or not all(_NAME.fullmatch(label) for label in labels):
        raise EgressDenied("malformed")
    if len(labels) < 2 or labels[-1] in _LOCAL_NAMES:
        raise EgressDenied("private_name")


def _loopback(host: str) -> bool:
    literal = numeric_host(host)
    return host == "localhost" or (literal is not None and literal.address.is_loopback)
