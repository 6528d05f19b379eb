"""The search index of the seeded texts, by the product's own rule for filling an empty one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from services.tickets.adapters import stems
from services.tickets.adapters.filling import ENTRY_COLUMNS, POSTING_COLUMNS, Filling
from services.tickets.adapters.people import Card
from services.tickets.domain.customwords import words_of
from services.tickets.domain.facts import facts_of
from services.tickets.domain.postings import LASTING, SIZE, Field, pack
from services.tickets.usecases.indexed import people_texts
from shared.kit.crypto import Box, Keys
from tests.bench.million import people, rows

STAGE: Final = "search keys"
TABLES: Final = ("posting", "search_entry")
assert (rows.FIRST_NUMBER + 1) % SIZE == 0, "a chunk of tickets is a slice of the index"


class Open(Box):
    """Gives back what it is given."""

    def __init__(self, owner: UUID) -> None:
        super().__init__(owner, {1: bytes(32)})

    def seal(self, *place_and_value: Any) -> bytes:
        value = place_and_value[-1]
        return value.encode() if isinstance(value, str) else bytes(value)


_words: dict[bytes, dict[str, set[bytes]]] = defaultdict(dict)


class Quick(Filling):
    """Tokens word by word, each word once: the texts are made of a few thousand."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key)
        self._words = _words[key]

    def add(
        self,
        ticket: Mapping[str, Any],
        texts: Iterable[tuple[Field, str]],
        readers: Iterable[UUID] = (),
        named: Iterable[UUID] = (),
    ) -> None:
        told = list(texts)
        marks = {(field, token) for field, text in told for token in self._tokens(text)}
        if ticket["number"] % SIZE == 0:
            assert marks == stems.ticket_tokens(self._key, told)
        marks.update(stems.fact_tokens(self._key, facts_of(ticket, readers, named)))
        changing = pack(mark for mark in marks if mark[0] not in LASTING)
        self._changes.add(ticket["number"], marks)
        self._entries.append((self._generation, ticket["id"], ticket["number"], changing))

    def _tokens(self, text: str) -> set[bytes]:
        found: set[bytes] = set()
        for word in text.replace(". ", " ").split(" "):
            known = self._words.get(word)
            if known is None:
                known = stems.text_tokens(self._key, word)
                if not word.startswith("INV-"):
                    self._words[word] = known
            found |= known
        return found


def opened(scene: rows.Scene) -> rows.Scene:
    """The same scene with nothing sealed."""
    return replace(scene, boxes={owner: Open(owner) for owner in scene.boxes})


def records(
    master: str, scene: rows.Scene, numbers: range
) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Rows of one slice; `scene` must be an opened one."""
    filling = Quick(stems.search_key(Keys(master), 1))
    names = _names(scene.cast)
    for number in numbers:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for table, record in rows.rows(scene, number):
            found[table].append(dict(zip(rows.COLUMNS[table], record, strict=True)))
        (ticket,) = found["ticket"]
        readers = [one["person_id"] for one in found["participant"]]
        authors = {one["author_id"] for one in found["message"] if one["public"]}
        named = {ticket["requester_id"], *readers, *authors} - {None}
        texts = [*_texts(ticket, found["message"])]
        texts += [text for one in named for text in names.get(one, ())]
        filling.add(ticket, texts, readers, named)
    yield "posting", POSTING_COLUMNS, list(filling.postings())
    yield "search_entry", ENTRY_COLUMNS, filling.entries()


def _texts(ticket: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[tuple[Field, str]]:
    yield Field.SUBJECT, ticket["subject"].decode()
    yield Field.TAG, " ".join(ticket["tags"])
    if ticket["custom"]:
        yield Field.CUSTOM, words_of(json.loads(ticket["custom"]))
    for one in messages:
        yield Field.BODY if one["public"] else Field.NOTE, one["body_text"].decode()


def _names(cast: people.Cast) -> dict[UUID, list[tuple[Field, str]]]:
    """Agents only answer: customers are not shown their addresses."""
    known = {}
    for number, (one, _) in enumerate(cast.customers):
        card = Card(people.name(number), people.CUSTOMER.format(number))
        known[UUID(one)] = list(people_texts([(card, True)]))
    for number, (one, _) in enumerate(cast.agents):
        card = Card(people.name(number), people.AGENT.format(number))
        known[UUID(one)] = list(people_texts([(card, False)]))
    return known
