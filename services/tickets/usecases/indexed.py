"""What one ticket is found by, from its opened rows."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from services.tickets.adapters import stems
from services.tickets.adapters.people import Card
from services.tickets.domain.customwords import called
from services.tickets.domain.facts import facts_of
from services.tickets.domain.postings import Field, Mark
from services.tickets.store import seals
from services.tickets.store.rows import Row
from shared.kit.crypto import Box

if TYPE_CHECKING:
    from services.tickets.usecases.indexing import Batch

PEOPLE: Final = frozenset({Field.PEOPLE, Field.HIDDEN_PEOPLE})


def changing(key: bytes, box: Box, row: Row, batch: "Batch", known: set[Mark]) -> set[Mark]:
    """Marks of what may change: subject, tags, custom values, people, facts."""
    named = batch.people.get(row["id"], set())
    texts = [(Field.SUBJECT, seals.subject_of(box, row)), (Field.TAG, " ".join(row["tags"]))]
    facts = facts_of(dict(row), batch.readers.get(row["id"], ()), named)
    custom = seals.unseal_json(box, seals.CUSTOM, row["id"], row["custom"]) or {}
    shown = batch.shown.get(row["id"], set())
    marks = {*stems.ticket_tokens(key, texts), *stems.fact_tokens(key, facts)}
    marks.update(_custom(key, custom, batch))
    if named <= batch.cards.keys():
        cards = ((batch.cards[one], one in shown) for one in named)
        return marks | stems.ticket_tokens(key, people_texts(cards))
    batch.nameless.add(row["id"])
    return marks | {mark for mark in known if mark[0] in PEOPLE}


def lasting(key: bytes, box: Box, row: Row, batch: "Batch") -> set[Mark]:
    """Marks of a ticket's messages and files that are in hand."""
    written = (one for one in batch.texts if one["ticket_id"] == row["id"])
    texts = [text for one in written for text in _body(box, one)]
    texts += [
        (
            Field.FILE if one["public"] else Field.NOTE_FILE,
            box.open(seals.FILE_NAME, one["id"], one["name"]),
        )
        for one in batch.files
        if one["ticket_id"] == row["id"]
    ]
    return stems.ticket_tokens(key, texts)


def _body(box: Box, message: Row) -> Iterator[tuple[Field, str]]:
    body = box.open(seals.BODY, message["id"], message["body_text"])
    if not message["public"]:
        yield Field.NOTE, body
        return
    visible = seals.unseal(box, seals.VISIBLE, message["id"], message["visible_text"])
    yield Field.BODY, body if visible is None else visible
    if visible is not None:
        yield Field.QUOTED, body


def print_of(key: bytes, card: Card) -> bytes:
    """Equal for equal names and addresses, and nothing else can be told from it."""
    tokens = sorted(token for _, token in stems.ticket_tokens(key, people_texts([(card, True)])))
    return sha256(b"".join(tokens)).digest()[:16]


def people_texts(cards: Iterable[tuple[Card, bool]]) -> Iterator[tuple[Field, str]]:
    """Names, and addresses: whose customers are not shown, those they do not find by either."""
    for card, shown in cards:
        if card.name:
            yield Field.PEOPLE, card.name
        if card.email:
            yield (Field.PEOPLE if shown else Field.HIDDEN_PEOPLE), card.email


def _custom(key: bytes, values: Mapping[str, Any], batch: "Batch") -> Iterator[Mark]:
    for name, value in values.items():
        place = custom_field(name, batch.hidden)
        text = " ".join(called(batch.fields.get(name), value))
        for scope in ("", custom_scope(name)):
            yield from ((place, token) for token in stems.text_tokens(key, text, scope))


def custom_field(name: str, hidden: frozenset[str]) -> Field:
    """What customers may not see, they do not find by either."""
    return Field.HIDDEN_CUSTOM if name in hidden else Field.CUSTOM


def custom_scope(name: str) -> str:
    """The prefix of terms of one custom field."""
    return f"k{name.casefold()}:"
