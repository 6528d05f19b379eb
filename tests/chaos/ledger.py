"""What the outside world was promised, what is there, and the judge who compares the two.

The client writes its ledger only from answers that it really received (each 2xx and each 250);
the evidence is read from the desk afterwards. The judge is pure, so that a test can show it fail.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Step = tuple[str, str, int]
"""Ticket, metric, cycle of the metric."""
Rung = tuple[str, str, int, int]
"""A step's ticket, metric and cycle, and the level that was reached."""


@dataclass
class Ledger:
    """Kept by the client; a key or a mail may be answered several times, it was sent several."""

    creates: dict[str, set[str]] = field(default_factory=dict)
    """Per idempotency key, which is also in the subject: the ids of the tickets answered."""
    mails: set[str] = field(default_factory=set)
    """Subjects of mails that the SMTP door took with 250."""
    replies: dict[str, str] = field(default_factory=dict)
    """Per word in a reply's text: the ticket."""
    unanswered: list[str] = field(default_factory=list)
    """Requests that were never acknowledged within the client's patience."""
    refused: list[str] = field(default_factory=list)
    """Answers that the weather does not excuse."""
    kills: Counter[str] = field(default_factory=Counter)

    def created(self, key: str, ticket_id: str) -> None:
        self.creates.setdefault(key, set()).add(ticket_id)

    @property
    def acknowledged(self) -> int:
        return len(self.creates) + len(self.mails) + len(self.replies)


@dataclass(frozen=True)
class Line:
    """One subject's facts as their source stated them, and how far each listener has come."""

    source: str
    subject: str
    stated: tuple[int, ...]
    reached: Mapping[str, int]


@dataclass
class Evidence:
    """What lies in the desk when all is quiet again."""

    tickets: dict[str, str] = field(default_factory=dict)
    """Per ticket id its subject."""
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many messages of a ticket hold a reply's word."""
    lines: list[Line] = field(default_factory=list)
    unsent: int = 0
    breaches: Counter[Step] = field(default_factory=Counter)
    raised: Counter[Rung] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    """Outgoing mails in the maildir per Message-ID."""
    deliveries: set[str] = field(default_factory=set)
    """Message-IDs that notify has rows for."""
    dead: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Expected:
    """What must have happened to each ticket of this run besides being there."""

    metrics: tuple[str, ...] = ()
    """Metrics that each ticket has broken once."""
    rungs: tuple[tuple[str, int], ...] = ()
    """Metric and level that each ticket has climbed once."""
    letters_twice: int = 0
    """How many mails may have gone out a second time."""


def judge(ledger: Ledger, found: Evidence, expected: Expected) -> list[str]:
    """Every difference, in words; nothing when the desk kept its word."""
    return [
        *ledger.refused,
        *(f"never acknowledged: {what}" for what in ledger.unanswered),
        *_tickets(ledger, found),
        *_replies(ledger, found),
        *_lines(found),
        *_promises(ledger, found, expected),
        *_letters(found, expected),
        *(f"dead letter: {one}" for one in found.dead),
    ]


def _tickets(ledger: Ledger, found: Evidence) -> Iterator[str]:
    holding: dict[str, list[str]] = {}
    for ticket_id, subject in found.tickets.items():
        holding.setdefault(subject, []).append(ticket_id)
    for key, ids in ledger.creates.items():
        here = holding.get(key, [])
        if not here:
            yield f"lost: ticket of key {key}"
        elif set(here) != ids or len(here) > 1:
            yield f"twice: key {key} was answered with {sorted(ids)} and is there as {sorted(here)}"
    for subject in ledger.mails:
        count = len(holding.get(subject, []))
        if count != 1:
            yield f"{'lost' if not count else 'twice'}: mail {subject} opened {count} tickets"
    for subject, here in holding.items():
        if len(here) > 1 and subject not in ledger.creates and subject not in ledger.mails:
            yield f"twice: {subject}, which was never acknowledged, opened {len(here)} tickets"


def _replies(ledger: Ledger, found: Evidence) -> Iterator[str]:
    for word, ticket_id in ledger.replies.items():
        count = found.words[ticket_id, word]
        if count != 1:
            yield f"{'lost' if not count else 'twice'}: reply {word} stands {count} times"
    for (ticket_id, word), count in found.words.items():
        if count > 1 and word not in ledger.replies:
            yield f"twice: unacknowledged reply {word} stands {count} times in {ticket_id}"


def _lines(found: Evidence) -> Iterator[str]:
    if found.unsent:
        yield f"unsent: {found.unsent} facts still lie in an outbox"
    for line in found.lines:
        last = len(line.stated)
        name = f"{line.source} {line.subject}"
        if sorted(line.stated) != list(range(1, last + 1)):
            yield f"gap: {name} stated {sorted(line.stated)}"
        for service, reached in line.reached.items():
            if reached != last:
                yield f"behind: {service} has {reached} of {last} facts of {name}"


def _promises(ledger: Ledger, found: Evidence, expected: Expected) -> Iterator[str]:
    yield from _repeated("breach", found.breaches.items())
    yield from _repeated("rung", found.raised.items())
    promised = {ticket_id for ids in ledger.creates.values() for ticket_id in ids}
    promised |= {one for one, subject in found.tickets.items() if subject in ledger.mails}
    broken = Counter((ticket, metric) for ticket, metric, _ in found.breaches)
    climbed = {(ticket, metric, level) for ticket, metric, _, level in found.raised}
    for ticket in promised:
        for metric in expected.metrics:
            if broken[ticket, metric] != 1:
                yield f"promise: {metric} of {ticket} was broken {broken[ticket, metric]} times"
        for metric, level in expected.rungs:
            if (ticket, metric, level) not in climbed:
                yield f"ladder: {metric} of {ticket} never reached level {level}"


def _repeated(what: str, counted: Iterable[tuple[tuple[object, ...], int]]) -> Iterator[str]:
    for step, count in counted:
        if count > 1:
            yield f"twice: {what} {step} was stated {count} times"


def _letters(found: Evidence, expected: Expected) -> Iterator[str]:
    again = sum(count - 1 for count in found.letters.values())
    if again > expected.letters_twice:
        yield f"letters: {again} went out again, {expected.letters_twice} kills excuse as many"
    for message_id in found.letters.keys() - found.deliveries:
        yield f"letters: {message_id} is no delivery's Message-ID"
    for message_id in found.deliveries - found.letters.keys():
        yield f"letters: {message_id} counts as sent and never went out"
