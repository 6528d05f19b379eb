"""What a query seeks by two sides of which the index knows each: addresses and machines' ports."""

import re
from typing import Final

from services.tickets.domain.terms import BEGINNING, parts, unfinished, whole

_PORT: Final = re.compile(r"([^\W_]+(?:[-.][^\W_]+)+):(\d{1,5})")
Sides = tuple[tuple[str, ...], tuple[str, ...]]
"""What must stand together in one field: one of the terms of each side."""


def sides_of(chunk: str) -> Sides | None:
    """Of an address whose domain is still being typed, or of a machine and its port."""
    address = unfinished(chunk)
    return behind_port(chunk) if address is None else ((address[0],), (address[1],))


def behind_port(chunk: str) -> Sides | None:
    """The terms of 10.0.0.1:8080, also where a path follows it or the port is still being typed.

    Two digits or one begin no word of the index: then the text itself is looked at.
    """
    found = _PORT.fullmatch(chunk)
    if found is None:
        return None
    house, port = whole(parts(found[1])), found[2]
    begun = ("w" + port, "p" + port) if len(port) >= BEGINNING else ()
    return ("c" + house, "p" + house), begun
