"""May this sender act on that ticket? The table of mail.md 9, row by row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.intake.domain.words import Match, Sender
from shared.vocabulary import SenderAuth


class Effect(StrEnum):
    """What the table allows."""

    REPLY = "reply"
    HELD = "held"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The effect with its side conditions."""

    effect: Effect
    may_reopen: bool = False
    joins: bool = False
    """The sender becomes a participant."""
    related: bool = False
    """A new ticket that agents see as possibly related to the matched one."""
    acknowledge: bool = False
    unverified: bool = False
    """A new ticket in the queue of senders whose proof failed."""
    reason: str = ""


_REPLY: Final = Verdict(Effect.REPLY, may_reopen=True)
_JOIN: Final = Verdict(Effect.REPLY, may_reopen=True, joins=True)
_FORGED: Final = Verdict(Effect.HELD, reason="sender_auth_failed")
_UNPROVEN: Final = Verdict(Effect.HELD, reason="sender_not_proven")
_FOREIGN: Final = Verdict(Effect.HELD, reason="sender_not_on_ticket")
_RELATED: Final = Verdict(Effect.NEW, related=True, acknowledge=True)
_RELATED_FORGED: Final = Verdict(
    Effect.NEW, related=True, unverified=True, reason="sender_auth_failed"
)
_NEW: Final = Verdict(Effect.NEW, acknowledge=True)
_UNVERIFIED: Final = Verdict(Effect.NEW, unverified=True, reason="sender_auth_failed")

_ALL: Final = tuple(SenderAuth)
_UNFAILED: Final = (SenderAuth.PASS, SenderAuth.WEAK, SenderAuth.NONE)
_STRONG: Final = (Match.TOKEN, Match.SIGNED_ID)
_FAINT: Final = (Match.STORED_ID, Match.SUBJECT_TAG)
_OTHERS: Final = (Sender.COLLEAGUE, Sender.STRANGER)

_Row = tuple[tuple[Match, ...], tuple[Sender, ...], tuple[SenderAuth, ...], Verdict]
_ROWS: Final[tuple[_Row, ...]] = (
    (_STRONG, (Sender.MEMBER,), _UNFAILED, _REPLY),
    (_STRONG, (Sender.MEMBER,), (SenderAuth.FAIL,), _FORGED),
    (_STRONG, (Sender.COLLEAGUE,), (SenderAuth.PASS,), _JOIN),
    (_STRONG, _OTHERS, _ALL, _FOREIGN),
    (_FAINT, (Sender.MEMBER,), (SenderAuth.PASS, SenderAuth.WEAK), _REPLY),
    (_FAINT, (Sender.MEMBER,), (SenderAuth.NONE, SenderAuth.FAIL), _UNPROVEN),
    (_FAINT, _OTHERS, _UNFAILED, _RELATED),
    (_FAINT, _OTHERS, (SenderAuth.FAIL,), _RELATED_FORGED),
    ((Match.NONE,), tuple(Sender), _UNFAILED, _NEW),
    ((Match.NONE,), tuple(Sender), (SenderAuth.FAIL,), _UNVERIFIED),
)


def judge(match: Match, sender: Sender, auth: SenderAuth, *, bound: bool = True) -> Verdict:
    """The first row that fits; the table covers every combination.

    A token that is `bound` to another proves the ticket, not its sender: a mere claim is held.
    """
    if match in _STRONG and sender is Sender.MEMBER and not bound and auth is SenderAuth.NONE:
        return _UNPROVEN
    for matches, senders, proofs, verdict in _ROWS:
        if match in matches and sender in senders and auth in proofs:
            return verdict
    raise AssertionError((match, sender, auth))  # pragma: no cover - proven by the table's test
