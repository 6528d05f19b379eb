"""What becomes of a mail: its class (mail.md 10) over what its sender may do (mail.md 9)."""

from dataclasses import dataclass, replace
from typing import Final

from services.intake.domain.authority import Effect, Verdict
from services.intake.domain.words import Decision
from shared.vocabulary import MailClass

_AUTOMATIC: Final = frozenset({MailClass.AUTO_REPLY, MailClass.AUTO_GENERATED, MailClass.BOUNCE})
_DECIDED: Final = frozenset({Decision.NEW, Decision.REPLY, Decision.NOTE})


@dataclass(frozen=True, slots=True)
class Routing:
    """The decision with what the facts say about it."""

    decision: Decision
    may_reopen: bool = False
    acknowledge: bool = False
    joins: bool = False
    related: bool = False
    unverified: bool = False
    public: bool = True
    once: bool = False
    """A person let in this one mail: its sender may no more than before."""
    reasons: tuple[str, ...] = ()


def route(
    mail_class: MailClass, verdict: Verdict, *, matched: bool, opens_automatic: bool = True
) -> Routing:
    """A class never gives more than the sender has; automatic mail never wakes a ticket.

    `opens_automatic`: whether monitors and forms open tickets here.
    """
    if mail_class is MailClass.LOOP:
        return Routing(Decision.LOOP, reasons=("loop",))
    if mail_class is MailClass.BOUNCE:
        return _quiet(mail_class, matched=matched)
    if mail_class in _AUTOMATIC:
        return _automatic(mail_class, verdict, opens=opens_automatic)
    return _spoken(mail_class, verdict)


def within_the_house(routing: Routing) -> Routing:
    """An answer to a mail that stayed inside: nobody outside reads it, and it wakes nothing."""
    if routing.decision is not Decision.REPLY:
        return routing
    reasons = (*routing.reasons, "internal_thread")
    return replace(routing, public=False, may_reopen=False, joins=False, reasons=reasons)


def _spoken(mail_class: MailClass, verdict: Verdict) -> Routing:
    human = mail_class is MailClass.HUMAN
    reasons = (verdict.reason,) if verdict.reason else ()
    match verdict.effect:
        case Effect.HELD:
            return Routing(Decision.HELD, reasons=reasons)
        case Effect.REPLY:
            reopens = verdict.may_reopen and (human or not verdict.joins)
            return Routing(Decision.REPLY, may_reopen=reopens, joins=verdict.joins)
        case Effect.NEW:
            return Routing(
                Decision.NEW,
                acknowledge=verdict.acknowledge and human,
                related=verdict.related,
                unverified=verdict.unverified,
                reasons=(*reasons, "possibly_related") if verdict.related else reasons,
            )


def _automatic(mail_class: MailClass, verdict: Verdict, *, opens: bool) -> Routing:
    if verdict.effect is Effect.REPLY:
        return Routing(Decision.NOTE)
    if mail_class is MailClass.AUTO_REPLY:
        return _quiet(mail_class, matched=False)
    if verdict.effect is Effect.HELD:
        return Routing(Decision.HELD, reasons=(verdict.reason,))
    if not opens:
        return _quiet(mail_class, matched=False)
    return replace(_spoken(mail_class, verdict), acknowledge=False)


def _quiet(mail_class: MailClass, *, matched: bool) -> Routing:
    if matched:
        return Routing(Decision.NOTE)
    return Routing(Decision.QUARANTINED, reasons=(str(mail_class),))


def released(held: Routing, mail_class: MailClass, *, ticket: bool) -> Routing:
    """What a person's word makes of a mail that we held back; a machine's never wakes a ticket."""
    reasons = (*held.reasons, "released")
    if held.decision in _DECIDED:
        return replace(held, reasons=reasons)
    if not ticket:
        return Routing(Decision.NEW, reasons=reasons)
    if mail_class in _AUTOMATIC:
        return Routing(Decision.NOTE, reasons=reasons)
    reopens = mail_class is MailClass.HUMAN
    return Routing(Decision.REPLY, may_reopen=reopens, once=True, reasons=reasons)
