"""How many failed logins are one person mistyping, and how many are somebody guessing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` at once, then one more each `interval` (a leaky bucket told as one instant)."""

    burst: int
    interval: timedelta


PER_ADDRESS_AND_PLACE = Allowance(8, timedelta(seconds=15))
PER_ADDRESS = Allowance(60, timedelta(seconds=30))
"""Wider, so that a stranger elsewhere cannot easily lock a person out of their own account."""
PER_PLACE = Allowance(40, timedelta(seconds=2))


def place_of(address: str) -> str:
    """Whose attempt it is: an IPv6 customer owns a whole /64 and changes within it at will."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def wait(empty_at: datetime | None, now: datetime, allowance: Allowance) -> timedelta:
    """How long the next attempt must wait; zero when it may come now."""
    if empty_at is None:
        return timedelta()
    room_at = empty_at - allowance.interval * (allowance.burst - 1)
    return max(room_at - now, timedelta())
