"""What customers are told of the clocks of spam: that its ticket was closed at that instant.

What the desk thinks of a mail is its own business. Told by the same fold, so that a ledger of
spam adds up like any other, and reads like that of a ticket that somebody closed. Of a verdict
that was taken back nothing is told: the promise has counted all along.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from services.sla.domain.happenings import Happening
from services.sla.domain.words import Kind
from shared.vocabulary import Status

_WRITTEN: Final = frozenset({Kind.CUSTOMER_REPLY, Kind.AUTO_REPLY})


def kindly(happenings: Iterable[Happening]) -> Iterator[Happening]:
    """The story as customers know it; what comes in later is never on a closed ticket."""
    known = sorted(happenings, key=lambda one: (one.ordinal, one.part))
    last = next((one for one in reversed(known) if one.kind is Kind.STATUS), None)
    aside = False
    for one in known:
        if one.kind is Kind.STATUS and one.value == Status.SPAM:
            aside = one is last
            if aside:
                yield replace(one, value=Status.CLOSED.value)
        elif not (aside and one.kind in _WRITTEN):
            yield one
