"""What becomes of a mail: its class (mail.md 10) over what its sender may do (mail.md 9)."""

from dataclasses import dataclass

from services.intake.domain.authority import Effect, Verdict
from services.intake.domain.words import Decision
from shared.vocabulary import MailClass

_QUIET = frozenset({MailClass.AUTO_REPLY, MailClass.AUTO_GENERATED, MailClass.BOUNCE})


@dataclass(frozen=True, slots=True)
class Routing:
    """The decision with what the facts say about it."""

    decision: Decision
    may_reopen: bool = False
    acknowledge: bool = False
    joins: bool = False
    related: bool = False
    reasons: tuple[str, ...] = ()


def route(mail_class: MailClass, verdict: Verdict, *, matched: bool) -> Routing:
    """A class never gives more than the sender has; automatic mail never wakes a ticket."""
    if mail_class is MailClass.LOOP:
        return Routing(Decision.LOOP, reasons=("loop",))
    if mail_class is MailClass.BOUNCE:
        return _quiet(mail_class, matched=matched)
    if mail_class in _QUIET:
        return _automatic(mail_class, verdict)
    return _spoken(mail_class, verdict)


def _spoken(mail_class: MailClass, verdict: Verdict) -> Routing:
    human = mail_class is MailClass.HUMAN
    reasons = (verdict.reason,) if verdict.reason else ()
    match verdict.effect:
        case Effect.HELD:
            return Routing(Decision.HELD, reasons=reasons)
        case Effect.REPLY:
            return Routing(Decision.REPLY, may_reopen=verdict.may_reopen, joins=verdict.joins)
        case Effect.NEW:
            acknowledge = verdict.acknowledge and human
            related = verdict.related
            return Routing(Decision.NEW, acknowledge=acknowledge, related=related, reasons=reasons)


def _automatic(mail_class: MailClass, verdict: Verdict) -> Routing:
    if verdict.effect is Effect.REPLY:
        return Routing(Decision.NOTE)
    if mail_class is MailClass.AUTO_REPLY:
        return _quiet(mail_class, matched=False)
    if verdict.effect is Effect.HELD:
        return Routing(Decision.HELD, reasons=(verdict.reason,))
    return Routing(Decision.NEW, related=verdict.related)


def _quiet(mail_class: MailClass, *, matched: bool) -> Routing:
    if matched:
        return Routing(Decision.NOTE)
    return Routing(Decision.QUARANTINED, reasons=(str(mail_class),))


def released(held: Routing, *, ticket: bool) -> Routing:
    """What a person's word makes of a mail that we held back."""
    if held.decision in {Decision.NEW, Decision.REPLY, Decision.NOTE}:
        return held
    decision = Decision.REPLY if ticket else Decision.NEW
    return Routing(decision, may_reopen=ticket, reasons=("released",))
