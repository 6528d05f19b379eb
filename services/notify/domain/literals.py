"""Every way to write an address as a host: what resolvers accept, not only what looks right."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Literal:
    """An address that a host spells; only `canonical` spellings are ever visited."""

    address: IPv4Address | IPv6Address
    canonical: bool


_NOWHERE = Literal(IPv4Address(0), canonical=False)


def numeric_host(host: str) -> Literal | None:
    """The address that `host` spells in any form (dotted, short, octal, hex, IPv6); None = a name.

    A host whose last label is a number is an address to some resolver, so one that cannot be read
    counts as 0.0.0.0, which is denied.
    """
    if ":" in host:
        try:
            return Literal(IPv6Address(host), canonical=True)
        except AddressValueError:
            return _NOWHERE
    labels = host.split(".")
    if not _NUMBER.fullmatch(labels[-1]):
        return None
    numbers = [_number(label) for label in labels]
    address = _joined([one for one in numbers if one is not None])
    if None in numbers or address is None:
        return _NOWHERE
    return Literal(address, canonical=str(address) == host)


def _number(label: str) -> int | None:
    """One part in the bases of inet_aton: 0x hex, leading 0 octal, else decimal."""
    if not _NUMBER.fullmatch(label):
        return None
    if label[:2].lower() == "0x":
        return int(label[2:] or "0", 16)
    if len(label) > 1 and label[0] == "0":
        return int(label, 8) if re.fullmatch(r"[0-7]+", label) else None
    return int(label) if len(label) < 20 else None


def _joined(numbers: list[int]) -> IPv4Address | None:
    """inet_aton: the last part fills what the parts before it leave."""
    if not 1 <= len(numbers) <= 4 or any(one > 255 for one in numbers[:-1]):
        return None
    room = 8 * (5 - len(numbers))
    if numbers[-1] >= 1 << room:
        return None
    value = numbers[-1]
    for index, one in enumerate(numbers[:-1]):
        value |= one << (24 - 8 * index)
    return IPv4Address(value)
