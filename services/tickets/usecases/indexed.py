"""What one ticket is found by, from its opened rows."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from services.tickets.adapters import stems
from services.tickets.adapters.people import Card
from services.tickets.domain.facts import facts_of
from services.tickets.domain.postings import Field, Mark
from services.tickets.store import seals
from services.tickets.store.rows import Row
from shared.kit.crypto import Box

if TYPE_CHECKING:
    from services.tickets.usecases.indexing import Batch


def changing(key: bytes, box: Box, row: Row, batch: "Batch", known: set[Mark]) -> set[Mark]:
    """Marks of what may change: subject, tags, custom values, people, facts."""
    named = batch.people.get(row["id"], set())
    texts = [(Field.SUBJECT, seals.subject_of(box, row)), (Field.TAG, " ".join(row["tags"]))]
    facts = facts_of(dict(row), batch.readers.get(row["id"], ()), named)
    custom = seals.unseal_json(box, seals.CUSTOM, row["id"], row["custom"]) or {}
    marks = {*stems.ticket_tokens(key, texts), *stems.fact_tokens(key, facts)}
    marks.update(_custom(key, custom, batch.hidden))
    if named <= batch.cards.keys():
        return marks | stems.ticket_tokens(key, _people(batch.cards[one] for one in named))
    batch.nameless.add(row["id"])
    return marks | {mark for mark in known if mark[0] is Field.PEOPLE}


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
    tokens = sorted(token for _, token in stems.ticket_tokens(key, _people([card])))
    return sha256(b"".join(tokens)).digest()[:16]


def _people(cards: Iterable[Card]) -> Iterator[tuple[Field, str]]:
    for card in cards:
        for text in (card.name, card.email):
            if text:
                yield Field.PEOPLE, text


def _custom(key: bytes, values: Mapping[str, Any], hidden: frozenset[str]) -> Iterator[Mark]:
    for name, value in values.items():
        text, place = words_of(value), custom_field(name, hidden)
        for scope in ("", custom_scope(name)):
            yield from ((place, token) for token in stems.text_tokens(key, text, scope))


def custom_field(name: str, hidden: frozenset[str]) -> Field:
    """What customers may not see, they do not find by either."""
    return Field.HIDDEN_CUSTOM if name in hidden else Field.CUSTOM


def custom_scope(name: str) -> str:
    """The prefix of terms of one custom field."""
    return f"k{name.casefold()}:"


def words_of(value: Any) -> str:
    """A custom value as text."""
    if isinstance(value, Mapping):
        return " ".join(map(words_of, value.values()))
    if isinstance(value, (list, tuple)):
        return " ".join(map(words_of, value))
    return "" if value is None else str(value)
