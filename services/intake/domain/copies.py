"""When a mail is a mere copy of an earlier one with the same content (docs/mail-trust.md).

Whoever holds a copy of somebody's mail may deliver it first, by another way: what they made of it
must not stand in the place of the real one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.intake.domain.words import Decision, Match
from shared.vocabulary import MailClass, SenderAuth

_PROOF: Final = {
    SenderAuth.FAIL: 0,
    SenderAuth.NONE: 1,
    SenderAuth.WEAK: 2,
    SenderAuth.PASS: 3,
}
_WEIGHT: Final = {
    Decision.LOOP: 0,
    Decision.QUARANTINED: 1,
    Decision.HELD: 2,
    Decision.NOTE: 3,
    Decision.REPLY: 4,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a mail says it is from, what it says it belongs to, and how well that is proven."""

    sender: str
    mail_class: MailClass
    match: Match
    ticket_id: UUID | None
    bound: bool
    internal: bool
    delivery_id: UUID | None
    auth: SenderAuth

    @property
    def said(self) -> tuple[object, ...]:
        """All but the proof."""
        place = (self.match, self.ticket_id, self.bound, self.internal, self.delivery_id)
        return (self.sender, self.mail_class, *place)

    def proves_as_much_as(self, other: "Claim") -> bool:
        return _PROOF[self.auth] >= _PROOF[other.auth]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mail, or would become of it."""

    decision: Decision
    ticket_id: UUID | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """A mail with the same content as it stands."""

    mail_id: UUID
    claim: Claim
    fate: Fate | None
    """None when a person refused it: their no was about that mail and its proof alone."""


def covering(earlier: Iterable[Earlier], copy: Claim, wish: Fate) -> UUID | None:
    """The first of them that makes the copy a duplicate."""
    for one in earlier:
        if one.fate is not None and covers(one.claim, one.fate, copy, wish):
            return one.mail_id
    return None


def repeats(copy: Claim, earlier: Claim) -> bool:
    """Whether the copy says the same and proves no more: nothing else could become of it."""
    return copy.said == earlier.said and earlier.proves_as_much_as(copy)


def covers(earlier: Claim, fate: Fate, copy: Claim, wish: Fate) -> bool:
    """Whether what became of the earlier one gives the copy's sender all that theirs would."""
    if earlier.sender != copy.sender:
        return False
    match wish.decision:
        case Decision.LOOP | Decision.DUPLICATE:
            return True
        case Decision.QUARANTINED:
            return fate.decision not in {Decision.LOOP, Decision.DUPLICATE}
        case Decision.NEW:
            return _opened(earlier, fate, wish)
        case Decision.HELD if fate.decision is Decision.HELD:
            return fate.ticket_id == wish.ticket_id and earlier.proves_as_much_as(copy)
    return _said_there(earlier, fate, copy, wish)


def _opened(earlier: Claim, fate: Fate, wish: Fate) -> bool:
    """By a ticket of its own, or by standing where only a token of its very sender could put it."""
    if fate.decision is Decision.NEW:
        return wish.unverified or not fate.unverified
    return fate.decision is Decision.REPLY and earlier.bound and not earlier.internal


def _said_there(earlier: Claim, fate: Fate, copy: Claim, wish: Fate) -> bool:
    """On the same ticket, with no less weight and read by no fewer people."""
    if fate.ticket_id is None or fate.ticket_id != wish.ticket_id or fate.decision not in _WEIGHT:
        return False
    if earlier.internal and not copy.internal:
        return False
    return _WEIGHT[fate.decision] >= _WEIGHT[wish.decision]
